"""One turn, from the message in the outbox to the end of the agent's work."""

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
    """Holds the newest snapshot of one turn and is the only one to change it.

    Everything that happens goes through :meth:`absorb`: kept first, then folded, then shown.
    What cannot be kept is shown all the same.
    """

    def __init__(self, context: EngineContext, turn: Turn) -> None:
        self.context = context
        self.turn = turn
        self.name = uuid4().hex
        """Who claims the message, among all players of all processes."""
        self.asked_delay_s: float | None = None
        """What the server asked for before the next reconnect; taken once."""
        self._saver = Saver(context)
        self._recovery: Recovery | None = None
        self._characters = 0
        """Text in the events of the turn since this player began."""
        self._hurry = asyncio.Event()
        self._over = asyncio.Event()
        self._blocked = asyncio.Event()
        self._unblocked = asyncio.Event()
        self._torn = asyncio.Event()
        self._signal()

    @property
    def conversation_id(self) -> ConversationId:
        return self.turn.conversation_id

    @property
    def unsent(self) -> bool:
        """Whether the agent may still have to be given the message."""
        prompt = self.turn.prompt
        return not self.turn.over and prompt is not None and prompt.state != "sent"

    async def learn(self, record: TurnRecord) -> None:
        """Take in what the store has of the turn, which another process may have written."""
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
        """The conversation, which began here, has been given its real id."""
        old = self.conversation_id
        storing = asyncio.ensure_future(self.context.store.rename_conversation(old, new))
        try:
            await asyncio.shield(storing)
        finally:
            await asyncio.wait({storing})  # who stops us now must not stop it half way
            if not storing.cancelled() and storing.exception() is None:
                self.turn = replace(self.turn, conversation_id=new)
                self.context.publish(ConversationNamed(old, new))
                self.context.publish(TurnChanged(self.turn))

    async def apply_events(self, events: Sequence[TurnEvent], *, accepted: bool = False) -> bool:
        """Keep, fold and publish events; whether they changed the turn.

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
            self._torn.set()
        else:
            self._torn.clear()

    async def blocked(self) -> None:
        """Wait until a connection must be authorised."""
        await self._blocked.wait()

    async def unblocked(self) -> None:
        """Wait until no connection is left to authorise."""
        await self._unblocked.wait()

    async def wait_for_gap(self, within_s: float) -> None:
        """Wait until numbers show that events are missing, but no longer than this."""
        await _first(self._torn.wait(), self.context.clock.sleep(within_s))

    async def consume(self, events: AsyncGenerator[TurnEvent]) -> int:
        """Take in a stream until it ends or the turn is over; how many events it brought.

        Raises what the stream raises, after everything that came before is kept, and a
        ``BackendError`` when it is silent for too long.
        """
        context, count = self.context, 0
        vigil = StreamWatchdog(context.clock, context.timeouts)
        paced = batch_events(events, frame_s=context.timeouts.frame_s, clock=context.clock)
        enough = [
            asyncio.ensure_future(self._over.wait()),
            asyncio.ensure_future(vigil.lost()),
        ]
        try:
            async with aclosing(paced):
                while (batch := await _next_unless(enough, paced)) is not None:
                    vigil.heard()
                    count += len(batch)
                    self.report(None)  # the stream is alive
                    await self._accept(batch)
            return count
        finally:
            for wait in enough:
                wait.cancel()
            await asyncio.gather(*enough, return_exceptions=True)

    async def _accept(self, batch: tuple[TurnEvent, ...]) -> None:
        """Take in events of a stream; the first proves that the agent has the prompt.

        A heartbeat proves it too, but does not say which run works on it: should the stream break
        now, that is found out together with the fate of the prompt.
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

        ``run_id`` is the run of what came before it.
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
        """End a turn whose end was learned from the conversation and not from an event."""
        name = self.turn.run_id or self.turn.id
        now = self.context.clock.now_ms()
        end = TurnFinished(
            key=f"local:finished:{name}",
            run_id=self.turn.run_id,
            seen_ms=now,
            outcome=outcome,
            reason=reason,
        )
        await self.apply_events((end,))

    async def mark(self, state: PromptState, problem: str = "") -> None:
        """Say how far the prompt got; kept before it is shown."""
        if self.turn.prompt is not None:
            await self.change_prompt(replace(self.turn.prompt, state=state, problem=problem))

    async def change_prompt(self, prompt: Prompt) -> None:
        self.turn = replace(self.turn, prompt=prompt)
        await self._save()
        self.context.publish(TurnChanged(self.turn))

    async def set_run_id(self, run_id: RunId) -> None:
        """Remember which run of the server's works on this turn."""
        if self.turn.run_id != run_id:
            self.turn = replace(self.turn, run_id=run_id)
            await self._save()

    async def upload(self) -> FileId | None:
        """Upload what is attached and not there yet; the id that goes with the message."""
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
        """Say which step of the recovery is taken; None: all is well."""
        if recovery != self._recovery:
            self._recovery = recovery
            self.context.publish(RecoveryChanged(self.conversation_id, recovery))

    async def pause(self, seconds: float) -> None:
        """Wait, unless somebody says :meth:`hurry` or the turn ends meanwhile."""
        if self._hurry.is_set() or self._over.is_set():
            self._hurry.clear()
            return
        try:
            await _first(self.context.clock.sleep(seconds), self._hurry.wait(), self._over.wait())
        finally:
            self._hurry.clear()

    def retry_now(self) -> None:
        """Try again now."""
        self._hurry.set()

    async def run_until_retry(
        self, work: Coroutine[Any, Any, object], *, once_known: bool = False
    ) -> bool:
        """Work until it is done (True), or is given up for a new try at once (False).

        ``once_known``: it is not given up before its run is known, since a message would then be
        in doubt. Raises what the work raises.
        """
        waits = [asyncio.ensure_future(work), asyncio.ensure_future(self._hurried(once_known))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if waits[0].done():
                waits[0].result()
            return waits[0].done()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _hurried(self, once_known: bool) -> None:
        while True:
            await self._hurry.wait()
            self._hurry.clear()
            if self.turn.run_id or not once_known:
                return

    async def _save(self) -> None:
        turn = self.turn
        await self.context.store.save_turn(turn.id, turn.conversation_id, turn.prompt, turn.run_id)


def _too_much(limit: str) -> str:
    return (
        f"The service sent more than {limit} in one turn, so the rest was not read. What came "
        "before is kept. You can go on with a new message."
    )


def _changed(file: Attachment, size_bytes: int) -> BackendError:
    """The file is not what the user attached; raised while nothing of it is of use yet."""
    was, now = size(file.size_bytes), size(size_bytes)
    text = f"{clean_line(file.name, 60)} has changed: it had {was}, now it has {now}."
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
    """The next batch; None at the end of the stream, or when something else says it is enough.

    Raises what that has as its result, if it is an error.
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
