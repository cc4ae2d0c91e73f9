"""Send queue and worker of each conversation."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tui.core.draft import Draft, draft_of, parse
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.events import TurnEvent
from tui.core.ids import ConversationId, TurnId
from tui.core.records import PromptState, TurnRecord
from tui.core.redaction import redact
from tui.core.text import clean_line
from tui.core.turn import Turn, turn_of
from tui.engine import outbox_claims
from tui.engine.connection_watch import watch_connections
from tui.engine.context import EngineContext
from tui.engine.recovery import follow, watch_gaps
from tui.engine.sending import (
    ConversationBusy,
    SendRejected,
    begin_conversation,
    check,
    deliver,
    reconcile,
    wait_while_busy,
)
from tui.engine.server_history import running_turn
from tui.engine.tasks import run_with_watchers
from tui.engine.turn_runner import TurnRunner
from tui.engine.updates import MessageRejected, Problem, TurnChanged, TurnDropped
from tui.system.logs import note


class _Rejected(Exception):
    """The message was rejected and is in the composer's draft; its turn is gone."""


class ConversationQueue:
    """Queue of turns and the task that runs them.

    The task ends when the queue is empty or the first turn needs the user (an unconfirmed message,
    a rejected credential); :meth:`wake` starts it again.
    """

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self.runner: TurnRunner | None = None
        self._queue: deque[Turn] = deque()
        self._task: asyncio.Task[None] | None = None
        self._woken = False
        self._busy_rejections = 0
        """Number of consecutive times that the conversation was busy with another message."""
        self._returned = Draft()
        """Messages rejected one after another, while the draft still starts with them."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Running turn, then those queued after it."""
        now = (self.runner.turn,) if self.runner else ()
        return (*now, *self._queue)

    @property
    def busy(self) -> bool:
        return self._task is not None and not self._task.done()

    async def idle(self) -> bool:
        """Return True if nothing runs; a turn that has just ended is given time to be stored."""
        if self._task and self.runner and self.runner.turn.over and not self._queue:
            await asyncio.wait({self._task})
        return not self.busy

    def add(self, turn: Turn) -> None:
        self._queue.append(turn)
        self.wake()

    def retry_now(self) -> None:
        """Retry now, or reconnect a silent stream, instead of waiting."""
        if self.runner:
            self.runner.retry_now()
        self.wake()

    def wake(self) -> None:
        """Start working; check the queue once more if the task is about to end."""
        self._woken = True
        if not self.busy:
            self._task = asyncio.create_task(self._work())

    def remove(self, turn_id: TurnId) -> Turn | None:
        """Remove a queued turn; return None if it is being sent or is not here."""
        turn = next((turn for turn in self._queue if turn.id == turn_id), None)
        if turn:
            self._queue.remove(turn)
        return turn

    async def release_for_edit(self, turn_id: TurnId) -> None:
        """Stop working on a message that is not being sent, even between two attempts.

        It remains first in the queue. Call :meth:`wake` after changing it.
        """
        runner = self.runner
        if runner is None or runner.turn.id != turn_id:
            return
        if _state(runner.turn) == "unconfirmed" and self._task:
            await asyncio.wait({self._task})  # it is about to put the turn back
        elif _state(runner.turn) == "queued":
            await self.stop()

    def put_back(self, turn: Turn) -> None:
        self._queue.appendleft(turn)

    def change(self, turn_id: TurnId, **changes: Any) -> Turn | None:
        """Update a queued message to its stored state, in its place; return None if not here."""
        for place, turn in enumerate(self._queue):
            if turn.id == turn_id and turn.prompt:
                self._queue[place] = replace(turn, prompt=replace(turn.prompt, **changes))
                return self._queue[place]
        return None

    def move_to(self, conversation_id: ConversationId, more: Iterable[Turn]) -> None:
        """Move to the new id of the conversation, and merge the turns queued under it."""
        known = (*self._queue, *more)
        self._queue = deque(replace(turn, conversation_id=conversation_id) for turn in known)

    def reload(self, turns: Iterable[Turn]) -> None:
        """Replace the queue by the unfinished turns of the store. Not while busy."""
        self._queue = deque(turns)

    async def stop(self) -> None:
        """Stop working; the interrupted turn becomes the first again."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self._queue:
            self._woken = False
            turn = self._queue[0]
            if _state(turn) == "unconfirmed" and turn.run_id is None:
                return
            runner = self.runner = TurnRunner(self.context, self._queue.popleft())
            done = False
            try:
                done = await self._run_turn_reporting(runner)
            finally:
                if not done and not runner.turn.over:
                    self._queue.appendleft(runner.turn)
                runner.report(None)
                self.runner = None
            if not done and not self._woken:
                return

    async def _run_turn_reporting(self, runner: TurnRunner) -> bool:
        """Run one turn; return False, with the failure reported, if it has to wait for the user."""
        try:
            return await self._run_turn(runner)
        except BackendError as error:
            problem = error
        except StoreError as error:
            problem = BackendError(ErrorKind.STORE, str(error))
        except Exception as error:  # otherwise the turn would appear to run forever
            note("turn failed", {"turn": runner.turn.id}, error=error)
            text = f"The conversation can't continue: {clean_line(redact(repr(error)), 200)}"
            problem = BackendError(ErrorKind.BAD_ANSWER, text)
        self.context.publish(Problem(problem, runner.conversation_id))
        return False

    async def _run_turn(self, runner: TurnRunner) -> bool:
        """Run one turn; return False if it stays first in the queue until the user acts."""
        try:
            watches = (watch_connections(runner), watch_gaps(runner), runner.breaks.watch())
            return await run_with_watchers(self._deliver_and_follow(runner), *watches)
        except outbox_claims.MessageGone:
            self.context.publish(TurnDropped(runner.conversation_id, runner.turn.id))
        except _Rejected:
            pass
        except ConversationBusy as busy:
            self._busy_rejections += 1
            await self._wait_for_running_turn(runner, busy.error)
        return True

    async def _deliver_and_follow(self, runner: TurnRunner) -> bool:
        if not await self._ensure_delivered(runner):
            return False
        self._busy_rejections = 0
        await follow(runner)
        return True

    async def _ensure_delivered(self, runner: TurnRunner) -> bool:
        """Ensure that the agent has the message; return False if that cannot be known.

        A rejected message is returned to the composer before another process can try it.
        """
        if not runner.unsent:
            return True
        if runner.turn.run_id:
            await runner.set_prompt_state("sent")
            return True
        try:
            if not await outbox_claims.claim(runner):
                return True
            return await self._send(runner)
        except SendRejected as refusal:
            returning = asyncio.ensure_future(self._return_rejected(runner.turn, refusal.error))
            try:
                await asyncio.shield(returning)
            finally:
                await asyncio.wait({returning})  # cancellation must not interrupt this halfway
            raise _Rejected from refusal
        finally:
            await outbox_claims.release(runner)

    async def _send(self, runner: TurnRunner) -> bool:
        """Send a claimed message, or find out the result of an earlier attempt."""
        match _state(runner.turn):
            case "unconfirmed":
                return False
            case "sending":
                text = "genie-tui closed while the message was being sent."
                error = BackendError(ErrorKind.INTERRUPTED, text, sent=True)
                return await reconcile(runner, error)
            case _:
                check(runner)
                await begin_conversation(runner)
                return await deliver(runner)

    async def _wait_for_running_turn(self, runner: TurnRunner, error: BackendError) -> None:
        """Follow the turn that keeps the conversation busy, or wait if none is known."""
        other = await running_turn(self.context, runner.turn)
        if other is None:
            await wait_while_busy(runner, self._busy_rejections, error)
        self.put_back(runner.turn)
        if other is not None:
            self.context.publish(TurnChanged(other))
            self.put_back(other)

    async def _return_rejected(self, turn: Turn, error: BackendError) -> None:
        """Return a rejected text to the composer; never in two places, never in none."""
        store, cid = self.context.store, turn.conversation_id
        message = draft_of(turn.prompt) if turn.prompt else Draft()
        returned_before = Draft() if self.context.one_shot else self._returned
        if self.context.one_shot:
            await outbox_claims.forget(store, cid, turn.id)
        else:
            draft = parse(await store.draft(cid)).with_returned(message, returned_before)
            await store.return_rejected(turn.id, cid, draft.dump())
            both = returned_before.followed_by(message)
            self._returned = both if draft.text.startswith(both.text) else message
        self.context.publish(MessageRejected(cid, turn.id, message, returned_before, error))
        self.context.publish(TurnDropped(cid, turn.id))


def _state(turn: Turn) -> PromptState | None:
    return turn.prompt.state if turn.prompt else None


class QueueRegistry:
    """One queue per conversation, created on first use."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._queues: dict[ConversationId, ConversationQueue] = {}
        self._names: dict[ConversationId, ConversationId] = {}
        """Server ids of conversations that were started here, for callers with the local id."""

    def named(self, conversation_id: ConversationId) -> ConversationId:
        """Return the current id of a conversation."""
        return self._names.get(conversation_id, conversation_id)

    def of(self, conversation_id: ConversationId) -> ConversationQueue:
        return self._queues.setdefault(
            self.named(conversation_id), ConversationQueue(self._context)
        )

    def every(self) -> list[ConversationQueue]:
        return list(self._queues.values())

    def live(self, conversation_id: ConversationId) -> tuple[Turn, ...]:
        """Return the running and queued turns of a conversation, as they are now."""
        queue = self._queues.get(self.named(conversation_id))
        return tuple(map(self._named, queue.turns)) if queue else ()

    def _named(self, turn: Turn) -> Turn:
        """Return the turn with the current id of its conversation."""
        name = self.named(turn.conversation_id)
        return turn if name == turn.conversation_id else replace(turn, conversation_id=name)

    def rename(self, old: ConversationId, new: ConversationId) -> None:
        """Move the queue of a conversation to its id at the server.

        Another process may have created a queue under that id; its messages come after.
        """
        self._names[old] = new
        if queue := self._queues.pop(old, None):
            other = self._queues.get(new)
            beside = other is not None and other.busy
            self._queues[old if beside else new] = queue
            queue.move_to(new, other.turns if other and not beside else ())

    def enqueue(self, turn: Turn) -> None:
        """Append a turn to the queue of its conversation, unless it is there."""
        if all(turn.id != other.id for queue in self.every() for other in queue.turns):
            self.of(turn.conversation_id).add(self._named(turn))

    async def resume(self, conversation_id: ConversationId) -> None:
        """Continue with the stored unfinished turns of a conversation."""
        queue = self.of(conversation_id)
        records = await self._context.store.unfinished()
        name, known = self.named(conversation_id), {turn.id for turn in queue.turns}
        mine = (r for r in records if r.id in known or self.named(r.conversation_id) == name)
        turns = [self._named(turn_of(record)) for record in mine]
        if queue.busy:
            for turn in turns:
                self.enqueue(turn)
            return
        ended = {turn.id for turn in queue.turns} - {turn.id for turn in turns}
        queue.reload(turns)
        for turn_id in ended:
            if record := await self._context.store.turn(turn_id):
                self._context.publish(TurnChanged(turn_of(record)))
        if turns:
            queue.wake()

    async def record(self, turn: Turn, event: TurnEvent) -> None:
        """Apply an event of our own, through the turn's runner if it is running."""
        runner = self.of(turn.conversation_id).runner
        if runner and runner.turn.id == turn.id:
            await runner.apply_events((event,))
            return
        await self._context.store.append(turn.id, turn.conversation_id, (event,))
        record = await self._context.store.turn(turn.id)
        if record:
            self._context.publish(TurnChanged(turn_of(record)))

    async def merge_stored(self, record: TurnRecord) -> None:
        """Show a turn as another process has stored it."""
        runner = self.of(record.conversation_id).runner
        if runner and runner.turn.id == record.id:
            await runner.merge_stored(record)
        else:
            self._context.publish(TurnChanged(turn_of(record)))

    async def close(self, conversation_id: ConversationId) -> tuple[Turn, ...]:
        """Stop working on a conversation; return its running and queued turns."""
        queue = self._queues.pop(self.named(conversation_id), None)
        if queue is None:
            return ()
        await queue.stop()
        return queue.turns

    async def stop(self) -> None:
        await asyncio.gather(*(queue.stop() for queue in self._queues.values()))
