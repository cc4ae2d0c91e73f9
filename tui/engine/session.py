"""Facade of the engine for the interface and the commands."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from uuid import uuid4

from tui.core.diagnostics import ServerCall
from tui.core.draft import Draft, draft_of
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ApprovalRequested, Decision
from tui.core.ids import AttemptId, CallId, ConversationId, TurnId, local_conversation
from tui.core.ports import Capability, ChatBackend, Clock
from tui.core.records import SENT_BY_APP, Attachment, Conversation, Prompt
from tui.core.redaction import describe_exception
from tui.core.steps import ApprovalStep
from tui.core.store_port import TurnStore
from tui.core.text import clean_line
from tui.core.turn import Turn, turn_of
from tui.engine.approvals import AnswerPoster, approval, connection
from tui.engine.context import EngineContext, Timeouts
from tui.engine.continuation import outcome_of
from tui.engine.conversation_queue import QueueRegistry
from tui.engine.conversations import Conversations
from tui.engine.history import History
from tui.engine.notifications import with_notifications
from tui.engine.standing_approvals import StandingApprovals, revoked
from tui.engine.updates import (
    CallMade,
    ConversationNamed,
    ConversationsChanged,
    EndedMeanwhile,
    Problem,
    Publish,
    TurnChanged,
    TurnDropped,
    Update,
)
from tui.system.clock import SystemClock

MOST_CALLS = 200
"""Number of requests remembered for support."""


class Session:
    """Conversations with one agent, over one backend and one store.

    Calls return as soon as their data is safe in the store; further progress is published. Use as
    ``async with Session(...) as session``.
    """

    def __init__(
        self,
        backend: ChatBackend,
        store: TurnStore,
        publish: Publish,
        *,
        clock: Clock | None = None,
        timeouts: Timeouts | None = None,
        one_shot: bool = False,
    ) -> None:
        """``one_shot``: see :class:`tui.engine.context.EngineContext`."""
        self._listener = with_notifications(publish, self.answers_itself)
        self._context = EngineContext(
            backend=backend,
            store=store,
            publish=self._publish,
            clock=clock or SystemClock(),
            timeouts=timeouts or Timeouts(),
            one_shot=one_shot,
        )
        self._queues = QueueRegistry(self._context)
        self.conversations = Conversations(self._context, self._queues)
        self.history = History(self._context, self._queues)
        self._calls: deque[ServerCall] = deque(maxlen=MOST_CALLS)
        backend.watch_calls(self._note_call)
        self._answers = AnswerPoster(self._context, self._queues, self._run_in_background)
        self._standing = StandingApprovals(
            self._approve_automatically,
            self._publish,
            self._live,
            self._run_in_background,
        )
        self._resumed: set[TurnId] = set()
        """Turns that had not ended when this session was opened."""
        self._opened_ms = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        """Held while a message is put into the outbox, so that all queues have the same order."""
        self.watched: ConversationId | None = None
        """Conversation on screen: events in others are unread."""

    @property
    def can(self) -> Capability:
        """Features of the backend."""
        return self._context.backend.can

    async def __aenter__(self) -> Session:
        if not self._context.one_shot:
            await self._resume_unfinished()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop following; turns continue at the server and are picked up at the next start."""
        await self._queues.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def named(self, conversation_id: ConversationId | None) -> ConversationId | None:
        """Return the current id of a conversation that may have been started here."""
        return self._queues.named(conversation_id) if conversation_id else None

    async def resume(self, conversation_id: ConversationId) -> None:
        """Continue the stored unfinished turns of one conversation."""
        conversation_id = self._queues.named(conversation_id)
        await self._queues.resume(conversation_id)
        for turn in self._queues.live(conversation_id):
            self._listener(TurnChanged(turn))

    def check(self, text: str, attachments: tuple[Attachment, ...] = ()) -> None:
        """Raise ``BackendError`` for a message that the service would reject; sends nothing."""
        self._context.backend.check(text, attachments)

    # -- speaking --------------------------------------------------------------------------

    async def send(
        self,
        conversation_id: ConversationId | None,
        text: str,
        attachments: tuple[Attachment, ...] = (),
    ) -> Turn:
        """Put a message into the outbox; it is sent when the conversation is free.

        Durable on return. ``conversation_id`` None starts a conversation, with a local id until the
        server has assigned one (``ConversationNamed``).
        """
        store, now = self._context.store, self._context.clock.now_ms()
        starts = conversation_id is None
        if conversation_id is None:
            conversation_id = local_conversation(uuid4().hex)
        prompt = Prompt(text=text, attachments=attachments, at_ms=now)
        turn_id = TurnId(uuid4().hex)
        async with self._sending:
            stored_in = await store.save_turn(turn_id, conversation_id, prompt)
            if stored_in != self._queues.named(conversation_id):
                self._publish(ConversationNamed(conversation_id, stored_in))
            turn = Turn(id=turn_id, conversation_id=self._queues.named(stored_in), prompt=prompt)
            self._listener(TurnChanged(turn))
            self._queues.enqueue(turn)
        await self._touch(turn.conversation_id, text, starts=starts)
        return turn

    async def withdraw(self, conversation_id: ConversationId, turn_id: TurnId) -> Draft | None:
        """Cancel a message that has not been sent; return None if it is too late."""
        store, queue = self._context.store, self._queues.of(conversation_id)
        await queue.release_for_edit(turn_id)
        try:
            prompt = await store.withdraw(turn_id)
            if prompt is None:
                return None
            queue.remove(turn_id)
        finally:
            queue.wake()
        if await store.drop_if_empty(conversation_id):
            self._publish(ConversationsChanged())
        self._publish(TurnDropped(self._queues.named(conversation_id), turn_id))
        return draft_of(prompt)

    async def send_again(self, conversation_id: ConversationId, turn_id: TurnId) -> None:
        """Send an unconfirmed message again."""
        queue = self._queues.of(conversation_id)
        await queue.release_for_edit(turn_id)
        if not await self._context.store.requeue(turn_id):
            await self._queues.resume(conversation_id)  # another process has handled it
            return
        self._show_changed(queue.change(turn_id, state="queued", problem=""))
        queue.wake()

    async def edit(self, conversation_id: ConversationId, turn_id: TurnId, text: str) -> bool:
        """Change a message that has not been sent, in its place; return False if it is too late."""
        queue = self._queues.of(conversation_id)
        await queue.release_for_edit(turn_id)
        try:
            if not await self._context.store.revise(turn_id, text):
                return False
            self._show_changed(queue.change(turn_id, text=text))
            return True
        finally:
            queue.wake()

    def _show_changed(self, turn: Turn | None) -> None:
        if turn is not None:
            self._publish(TurnChanged(turn))

    def lift_delays(self) -> None:
        """Send the next requests although the service asked to wait, on the user's request."""
        self._context.backend.lift_delays()

    def retry_now(self, conversation_id: ConversationId | None = None) -> None:
        """Retry now, or reconnect a silent stream, instead of waiting.

        None: in all conversations, for example after a new login.
        """
        queues = self._queues.every()
        for queue in [self._queues.of(conversation_id)] if conversation_id else queues:
            queue.retry_now()

    async def stop_waiting(self, conversation_id: ConversationId) -> None:
        """Leave a conversation alone until the next ``sync``, ``retry_now``, message or start.

        Its turn continues at the server; queued messages are kept.
        """
        await self._queues.of(conversation_id).stop()

    # -- answering -------------------------------------------------------------------------

    async def decide(
        self,
        turn: Turn,
        call_id: CallId,
        decision: Decision,
        reason: str | None = None,
        *,
        shown: ApprovalRequested | None = None,
        for_conversation: bool = False,
    ) -> None:
        """Approve or reject a skill call, once. Raises ``BackendError`` if that fails.

        ``shown`` is the question as the user saw it; None: as it is in ``turn``. An approval of
        parameters that have changed since is not sent (``ErrorKind.CHANGED``).
        ``for_conversation``: once this call is approved, approve later calls of the skill in the
        conversation without asking, whatever their parameters, until ``revoke_approvals`` or the
        end of this session.
        """
        request = shown or _request(turn, call_id)
        if request is None:
            return

        def newest() -> ApprovalRequested | None:
            return _request(self._newest(turn), call_id)

        question = approval(self._context, turn, request, reason, newest)
        await self._answers.give(question, decision)
        if for_conversation and decision == "approved":
            self._standing.allow(request, self._newest(turn))

    def approved_skills(self, conversation_id: ConversationId) -> tuple[str, ...]:
        """Return the skills that run in a conversation without asking."""
        return self._standing.skills(self._queues.named(conversation_id))

    def revoke_approvals(self, conversation_id: ConversationId) -> None:
        """Ask about every skill of a conversation again."""
        self._standing.revoke(self._queues.named(conversation_id))

    def answers_itself(self, turn: Turn, step: ApprovalStep) -> bool:
        """Return True if a question is approved automatically, so that the user is not asked."""
        return self._standing.covers(turn, step)

    async def _approve_automatically(
        self, turn: Turn, request: ApprovalRequested, is_allowed: Callable[[], bool]
    ) -> None:
        def newest() -> ApprovalRequested | None:
            if not is_allowed():
                raise revoked(request)
            return _request(self._newest(turn), request.call_id)

        question = approval(self._context, turn, request, None, newest, automatic=True)
        await self._answers.give(question, "approved")

    def _newest(self, turn: Turn) -> Turn:
        """Return the current snapshot of a turn."""
        return self._live(turn) or turn

    def _live(self, turn: Turn) -> Turn | None:
        """Return the current snapshot of a turn; None: it is neither running nor queued."""
        live = self._queues.live(turn.conversation_id)
        return next((other for other in live if other.id == turn.id), None)

    async def reject_connection(
        self, turn: Turn, attempt_id: AttemptId, reason: str | None = None
    ) -> None:
        """Tell the agent that the connection will not be authorized. Raises ``BackendError``."""
        rejected = outcome_of(self._context, turn, attempt_id, "rejected", reason)
        await self._answers.give(connection(self._context, turn, attempt_id, rejected), "rejected")
        if runner := self._queues.of(turn.conversation_id).runner:
            runner.retry_now()

    # -- the composer ----------------------------------------------------------------------

    async def draft(self, conversation_id: ConversationId | None) -> str:
        return await self._context.store.draft(conversation_id)

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        await self._context.store.save_draft(conversation_id, text)

    async def recall(self) -> Sequence[str]:
        """Return the user's latest messages, newest first."""
        return await self._context.store.recall()

    async def mark_read(self, conversation_id: ConversationId) -> None:
        await self._context.store.mark_read(conversation_id)

    # -- for support -----------------------------------------------------------------------

    @property
    def calls(self) -> Sequence[ServerCall]:
        """Newest requests to the service, oldest first."""
        return tuple(self._calls)

    def _note_call(self, call: ServerCall) -> None:
        self._calls.append(call)
        self._publish(CallMade(call))

    # -- inside ----------------------------------------------------------------------------

    async def _resume_unfinished(self) -> None:
        self._opened_ms = self._context.clock.now_ms()
        for record in await self._context.store.unfinished():
            turn = turn_of(record)
            self._resumed.add(turn.id)
            self._listener(TurnChanged(turn))
            self._queues.enqueue(turn)

    async def _touch(self, conversation_id: ConversationId, text: str, *, starts: bool) -> None:
        """Record that something was said; ``starts``: it is the conversation's first message."""
        now = self._context.clock.now_ms()
        known = await self._context.store.conversation(conversation_id)
        created_ms = known.created_ms if known else None
        conversation = Conversation(
            id=conversation_id,
            first_text=""
            if known and known.first_text
            else clean_line(text.removeprefix(SENT_BY_APP)),
            created_ms=now if created_ms is None and starts else created_ms,
            updated_ms=now,
        )
        await self._context.store.save_conversations([conversation])
        self._publish(ConversationsChanged())

    def _publish(self, update: Update) -> None:
        match update:
            case ConversationNamed(old=old, new=new):
                self._queues.rename(old, new)
                self._standing.rename(old, new)
                if self.watched == old:
                    self.watched = new
                self._listener(update)
                for turn in self._queues.live(new):
                    self._listener(TurnChanged(turn))
                return
            case TurnChanged(turn=turn) if turn.over or turn.open_approvals:
                self._standing.take(turn)
                if turn.over or not all(self.answers_itself(turn, s) for s in turn.open_approvals):
                    self._run_in_background(self._after_turn(turn))
            case _:
                pass
        self._listener(update)

    def _run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)

    def _task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._listener(Problem(BackendError(ErrorKind.STORE, describe_exception(error))))

    async def _after_turn(self, turn: Turn) -> None:
        """Mark a finished turn as unread unless the user saw it; fetch the conversation's title."""
        meanwhile = self._ended_meanwhile(turn)
        if meanwhile or turn.conversation_id != self.watched:
            await self._context.store.mark_read(turn.conversation_id, unread=True)
            self._publish(ConversationsChanged())
        if meanwhile:
            known = await self._context.store.conversation(turn.conversation_id)
            self._publish(EndedMeanwhile(turn, known.name if known else ""))
        if turn.over and Capability.TITLE in self.can and not self._context.one_shot:
            await self.conversations.fetch_title(turn.conversation_id)

    def _ended_meanwhile(self, turn: Turn) -> bool:
        """Return True, once, for a turn that ended while the program was closed."""
        if not turn.over or turn.id not in self._resumed:
            return False
        self._resumed.remove(turn.id)
        return turn.ended_ms is None or turn.ended_ms <= self._opened_ms


def _request(turn: Turn, call_id: CallId) -> ApprovalRequested | None:
    return next((s.request for s in turn.open_approvals if s.call_id == call_id), None)
