"""Run one turn, from the message in the outbox to the end of the agent's work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from tui.core.errors import BackendError, ErrorKind
from tui.core.events import (
    Heartbeat,
    StreamInterrupted,
    TurnEvent,
    TurnFinished,
    TurnOutcome,
)
from tui.core.foreign_events import unrelated
from tui.core.ids import ConversationId, FileId, RunId
from tui.core.limits import characters_of, exceeded_limit
from tui.core.records import Attachment, Prompt, PromptState, TurnRecord
from tui.core.retry import requested_s
from tui.core.text import clean_line, size
from tui.core.turn import Turn, drop_history_duplicates, fold, unseen
from tui.engine.breaks import BreakRecorder
from tui.engine.context import EngineContext
from tui.engine.continuation import join
from tui.engine.event_saver import Saver
from tui.engine.retry import retry_once_on_401
from tui.engine.tasks import batch_events
from tui.engine.updates import (
    ConversationNamed,
    EventsSeen,
    Recovery,
    RecoveryChanged,
    TurnChanged,
    UploadProgress,
)
from tui.engine.watchdog import StreamWatchdog


class TurnRunner:
    """Owner of the newest snapshot of one turn; the only one to change it.

    Every event goes through :meth:`apply_events`: saved first, then folded, then shown. Events that
    cannot be saved are shown all the same.
    """

    def __init__(self, context: EngineContext, turn: Turn) -> None:
        self.context = context
        self.turn = turn
        self.name = uuid4().hex
        """Name under which this process claims the message, unique across processes."""
        self.asked_delay_s: float | None = None
        """Delay that the server asked for before the next reconnect; used once."""
        self._saver = Saver(context)
        self._recovery: Recovery | None = None
        self.breaks = BreakRecorder(context.clock, lambda: self.turn, self.apply_events)
        self._characters = 0
        """Text in the events of the turn since this runner started."""
        self._retry_event = asyncio.Event()
        self._over = asyncio.Event()
        self._blocked = asyncio.Event()
        self._unblocked = asyncio.Event()
        self._gap = asyncio.Event()
        self._signal()

    @property
    def conversation_id(self) -> ConversationId:
        return self.turn.conversation_id

    @property
    def unsent(self) -> bool:
        """True if the agent may not have received the message yet."""
        prompt = self.turn.prompt
        return not self.turn.over and prompt is not None and prompt.state != "sent"

    async def merge_stored(self, record: TurnRecord) -> None:
        """Apply the stored state of the turn, which another process may have written."""
        if record.conversation_id != self.conversation_id:
            await self.rename(record.conversation_id)
        before = self.turn
        fresh = unseen(before, record.events)
        known = before.prompt if not self.unsent else record.prompt
        run_id = before.run_id or record.run_id
        self.turn = fold(replace(before, prompt=known, run_id=run_id), record.events)
        if shown := drop_history_duplicates(fresh, before.log):
            self.context.publish(EventsSeen(self.conversation_id, shown))
        if self.turn != before:
            self._signal()
            self.context.publish(TurnChanged(self.turn))

    async def rename(self, new: ConversationId) -> None:
        """Replace the conversation's local id by the one of the server."""
        old = self.conversation_id
        storing = asyncio.ensure_future(self.context.store.rename_conversation(old, new))
        try:
            await asyncio.shield(storing)
        finally:
            await asyncio.wait({storing})  # cancellation must not interrupt this halfway
            if not storing.cancelled() and storing.exception() is None:
                self.turn = replace(self.turn, conversation_id=new)
                self.context.publish(ConversationNamed(old, new))
                self.context.publish(TurnChanged(self.turn))

    async def apply_events(self, events: Sequence[TurnEvent], *, accepted: bool = False) -> bool:
        """Save, fold and publish events; return True if they changed the turn.

        ``accepted``: they prove that the agent has the prompt.
        """
        events = [event for event in events if not isinstance(event, Heartbeat)]
        if not events:
            return False
        await self._saver.save_events(self.turn, events)
        before = self.turn
        self.turn = fold(before, events)
        if accepted and self.turn.prompt:
            prompt = replace(self.turn.prompt, state="sent", problem="")
            self.turn = replace(self.turn, prompt=prompt)
        for event in events:
            if isinstance(event, StreamInterrupted):
                self.asked_delay_s = requested_s(event.retry_after_ms, unit_s=0.001)
        if shown := drop_history_duplicates(unseen(before, events), before.log):
            self.breaks.count(shown)
            self.context.publish(EventsSeen(self.conversation_id, shown))
        if self.turn is before:
            return False
        changed = (self.turn.run_id, self.turn.prompt) != (before.run_id, before.prompt)
        await self._saver.save_turn(self.turn, changed=changed)
        self._signal()
        self.context.publish(TurnChanged(self.turn))
        self._characters += sum(map(characters_of, events))
        if not self.turn.over and (limit := exceeded_limit(self.turn, self._characters)):
            await self.finish_locally(_too_much(limit), outcome="failed")
        return True

    def _signal(self) -> None:
        if self.turn.over:
            self._over.set()
        if self.turn.open_connections:
            self._blocked.set()
            self._unblocked.clear()
        else:
            self._blocked.clear()
            self._unblocked.set()
        if self.turn.has_gap:
            self._gap.set()
        else:
            self._gap.clear()

    async def blocked(self) -> None:
        """Wait until a connection has to be authorized."""
        await self._blocked.wait()

    async def unblocked(self) -> None:
        """Wait until no connection is left to authorize."""
        await self._unblocked.wait()

    async def wait_for_gap(self, within_s: float) -> None:
        """Wait for a sequence gap, at most ``within_s``."""
        await _first(self._gap.wait(), self.context.clock.sleep(within_s))

    async def consume(self, events: AsyncGenerator[TurnEvent]) -> int:
        """Consume a stream until it or the turn ends; return the number of events.

        Raises the stream's error, after everything before it is saved, and a ``BackendError``
        when it is silent for too long. A break is recorded.
        """
        try:
            count = await self._consume(events)
        except BackendError as error:
            await self.breaks.record_loss(str(error))
            raise
        await self.breaks.record_loss()
        return count

    async def _consume(self, events: AsyncGenerator[TurnEvent]) -> int:
        context, count = self.context, 0
        watchdog = StreamWatchdog(context.clock, context.timeouts)
        paced = batch_events(events, frame_s=context.timeouts.frame_s, clock=context.clock)
        enough = [
            asyncio.ensure_future(self._over.wait()),
            asyncio.ensure_future(watchdog.expired()),
        ]
        try:
            async with aclosing(paced):
                while (batch := await _next_unless(enough, paced)) is not None:
                    watchdog.reset()
                    count += len(batch)
                    self.report(None)  # the stream is alive
                    await self._accept(batch)
                    await self.breaks.note_alive()
            return count
        finally:
            self.breaks.note_end()
            for wait in enough:
                wait.cancel()
            await asyncio.gather(*enough, return_exceptions=True)

    async def _accept(self, batch: tuple[TurnEvent, ...]) -> None:
        """Apply events of a stream; the first proves that the agent has the prompt.

        A heartbeat proves it too, but does not name the run: if the stream breaks now, the run is
        found together with the state of the prompt.
        """
        unsure = self.turn.prompt is not None and self.turn.prompt.state != "sent"
        telling, events, run_id = False, list[TurnEvent](), self.turn.run_id
        for event in batch:
            own = await self._is_own(event, run_id)
            run_id = run_id or (event.run_id if own else None)
            events.append(event if own else unrelated(event, "run"))
            telling = telling or (own and not isinstance(event, Heartbeat))
        await self.apply_events(events, accepted=unsure and telling)

    async def _is_own(self, event: TurnEvent, run_id: RunId | None) -> bool:
        """Return False for an event of a stream that names the run of another turn.

        ``run_id`` is the run of the event before it.
        """
        if event.run_id in (None, run_id):
            return True
        if run_id is not None:
            return await join(self.context, self.turn, event.run_id, event.at_ms)
        owner = await self.context.store.turn_of_run(self.conversation_id, event.run_id)
        return owner is None or owner.id == self.turn.id or owner.prompt is None

    async def finish_locally(
        self, reason: str | None = None, *, outcome: TurnOutcome = "finished"
    ) -> None:
        """End a turn according to the state of the conversation, without an event."""
        name = self.turn.run_id or self.turn.id
        now = self.context.clock.now_ms()
        end = TurnFinished(
            key=f"local:finished:{name}",
            run_id=self.turn.run_id,
            seen_ms=now,
            outcome=outcome,
            reason=reason,
            complete=False,
        )
        await self.apply_events((end,))

    async def set_prompt_state(self, state: PromptState, problem: str = "") -> None:
        """Set the delivery state of the prompt; saved before it is shown."""
        if self.turn.prompt is not None:
            await self.change_prompt(replace(self.turn.prompt, state=state, problem=problem))

    async def change_prompt(self, prompt: Prompt) -> None:
        self.turn = replace(self.turn, prompt=prompt)
        await self._save()
        self.context.publish(TurnChanged(self.turn))

    async def set_run_id(self, run_id: RunId) -> None:
        """Remember the server's run that works on this turn."""
        if self.turn.run_id != run_id:
            self.turn = replace(self.turn, run_id=run_id)
            await self._save()

    async def upload(self) -> FileId | None:
        """Upload the attached file unless it is there; return the id for the message."""
        prompt = self.turn.prompt
        if prompt is None or not prompt.attachments:
            return None
        done = [await self._upload_one(file) for file in prompt.attachments]
        await self.change_prompt(replace(prompt, attachments=tuple(done)))
        return done[0].file_id

    async def _upload_one(self, file: Attachment) -> Attachment:
        if file.file_id:
            return file
        turn_id, publish = self.turn.id, self.context.publish

        def progress(sent_bytes: int, total_bytes: int) -> None:
            if total_bytes != file.size_bytes:
                raise _changed(file, total_bytes)
            publish(UploadProgress(turn_id, sent_bytes, total_bytes))

        upload = partial(
            self.context.backend.upload, self.conversation_id, Path(file.path), progress
        )
        return replace(file, file_id=await retry_once_on_401(upload))

    def report(self, recovery: Recovery | None) -> None:
        """Report the current step of the recovery; None: all is well."""
        if recovery != self._recovery:
            self._recovery = recovery
            self.context.publish(RecoveryChanged(self.conversation_id, recovery))

    async def pause(self, seconds: float) -> None:
        """Wait, unless :meth:`retry_now` is called or the turn ends meanwhile."""
        if self._retry_event.is_set() or self._over.is_set():
            self._retry_event.clear()
            return
        try:
            await _first(
                self.context.clock.sleep(seconds), self._retry_event.wait(), self._over.wait()
            )
        finally:
            self._retry_event.clear()

    def retry_now(self) -> None:
        """Retry immediately."""
        self._retry_event.set()

    async def run_until_retry(
        self, work: Coroutine[Any, Any, object], *, once_known: bool = False
    ) -> bool:
        """Run until done (True), or until :meth:`retry_now` is called (False).

        ``once_known``: not interrupted before its run is known, since a message would then be in
        doubt. Raises what the work raises.
        """
        waits = [
            asyncio.ensure_future(work),
            asyncio.ensure_future(self._wait_for_retry(once_known)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if waits[0].done():
                waits[0].result()
            return waits[0].done()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _wait_for_retry(self, once_known: bool) -> None:
        while True:
            await self._retry_event.wait()
            self._retry_event.clear()
            if self.turn.run_id or not once_known:
                return

    async def _save(self) -> None:
        turn = self.turn
        await self.context.store.save_turn(turn.id, turn.conversation_id, turn.prompt, turn.run_id)


def _too_much(limit: str) -> str:
    return (
        f"The service sent more than {limit} in one reply, so the rest wasn't read. "
        "Everything before that is saved. To continue, send a new message."
    )


def _changed(file: Attachment, size_bytes: int) -> BackendError:
    """Return the error of a file that changed after it was attached, before any of it is used."""
    was, now = size(file.size_bytes), size(size_bytes)
    text = f"{clean_line(file.name, 60)} changed: it was {was}, now it's {now}."
    return BackendError(ErrorKind.INVALID, text, hint="Attach it again.")


async def _first(*works: Coroutine[Any, Any, object]) -> None:
    """Wait until one of them is done; the others are cancelled."""
    waits = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _next_unless(
    enough: Sequence[asyncio.Future[Any]], paced: AsyncGenerator[tuple[TurnEvent, ...]]
) -> tuple[TurnEvent, ...] | None:
    """Return the next batch; None at the end of the stream, or when one of ``enough`` is done.

    Raises the result of that one if it is an error.
    """
    following = asyncio.ensure_future(anext(paced, None))
    try:
        await asyncio.wait({following, *enough}, return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            return following.result()
        for reason in enough:
            if reason.done() and isinstance(reason.result(), BackendError):
                raise reason.result()
        return None
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
