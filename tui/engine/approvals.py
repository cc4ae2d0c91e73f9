"""Post answers to the agent's questions, once across all windows that share the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.events import (
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    Decision,
    TurnEvent,
)
from tui.core.ids import AttemptId, CallId, ConversationId, within_run
from tui.core.questions import same_question, shown_digest
from tui.core.records import AnswerClaim
from tui.core.retry import wait_text
from tui.core.steps import ApprovalStep, ConnectionStep
from tui.core.text import clean_line
from tui.core.turn import Turn, turn_of
from tui.engine.context import EngineContext
from tui.engine.continuation import question_name
from tui.engine.conversation_queue import QueueRegistry
from tui.engine.retry import ALREADY_RESOLVED, MAX_ATTEMPTS, retry_once_on_401
from tui.engine.updates import UserNotice

Newest = Callable[[], ApprovalRequested | None]
"""Returns the current version of a question; None: it is unknown."""

_NO_LONGER = ALREADY_RESOLVED | {ErrorKind.UNSUPPORTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """Pending question of the agent in a turn."""

    turn: Turn
    step_id: str
    """Id of the skill call or of the connection attempt."""
    name: str
    """Name under which it is claimed; a question that has changed is another one."""
    post: Callable[[Decision], Awaitable[None]]
    is_open: Callable[[], Awaitable[bool]]
    """Returns True while the service waits for the answer."""
    event: Callable[[Decision], TurnEvent]
    """Returns the event that records an answer."""

    def is_answered_in(self, turn: Turn) -> bool:
        """Return True if a snapshot of its turn contains an answer."""
        for step in turn.steps:
            match step:
                case ApprovalStep(decision=answer) if answer and step.call_id == self.step_id:
                    return True
                case ConnectionStep(outcome=answer) if answer and step.attempt_id == self.step_id:
                    return True
        return False


def approval(
    context: EngineContext,
    turn: Turn,
    request: ApprovalRequested,
    reason: str | None,
    newest: Newest,
    *,
    automatic: bool = False,
) -> OpenQuestion:
    """Return the approval question of a skill call.

    ``newest`` returns its current version: approving a version that the user has not seen raises
    ``BackendError`` of kind ``CHANGED``.
    """
    cid, call_id, name = turn.conversation_id, request.call_id, _name_of(request)

    async def post(decision: Decision) -> None:
        if decision == "approved":
            _check(request, newest())
        await context.backend.decide(cid, call_id, decision, reason)

    def event(decision: Decision) -> ApprovalResolved:
        return ApprovalResolved(
            key=f"local:approval:{name}",
            run_id=request.run_id,
            seen_ms=context.clock.now_ms(),
            call_id=call_id,
            decision=decision,
            reason=reason if decision == "rejected" else None,
            shown_digest=shown_digest(request),
            automatic=automatic,
        )

    is_open = partial(_waits_for_approval, context, cid, call_id)
    return OpenQuestion(
        turn=turn, step_id=call_id, name=name, post=post, is_open=is_open, event=event
    )


def _name_of(request: ApprovalRequested) -> str:
    """Name a question: calls may be numbered again in each run, or be asked about again."""
    digest = shown_digest(request).rpartition(":")[2]
    return f"{within_run(request.call_id, request.run_id)}:{digest[:16]}"


def _check(shown: ApprovalRequested, newest: ApprovalRequested | None) -> None:
    if newest is not None and not same_question(shown, newest):
        text = f"{clean_line(shown.skill, 80)} wasn't approved because its parameters changed."
        raise BackendError(ErrorKind.CHANGED, text, hint="Check them, then decide again.")


def connection(
    context: EngineContext, turn: Turn, attempt_id: AttemptId, rejected: ConnectionResolved
) -> OpenQuestion:
    """Return the question for a sign-in, of which only a rejection is posted."""

    async def post(_: Decision) -> None:
        await context.backend.reject_connection(attempt_id, rejected.reason)

    return OpenQuestion(
        turn=turn,
        step_id=attempt_id,
        name=question_name(turn, attempt_id),
        post=post,
        is_open=partial(_waits_for_connection, context, turn, attempt_id),
        event=lambda _: rejected,
    )


async def _waits_for_approval(
    context: EngineContext, conversation_id: ConversationId, call_id: CallId
) -> bool:
    status = await context.backend.status(conversation_id)
    last = status.last_event
    if last is None:
        return status.activity != "idle"
    return isinstance(last, ApprovalRequested) and last.call_id == call_id


async def _waits_for_connection(context: EngineContext, turn: Turn, attempt_id: AttemptId) -> bool:
    """Return True if an attempt is open.

    Without a link, either the attempt is resolved or the service has no links at all: then it is
    open unless the agent has spoken since.
    """
    try:
        return not (await context.backend.connection_link(attempt_id)).authorized
    except BackendError as error:
        if error.kind not in _NO_LONGER or error.asks_to_wait:
            raise
    asked_ms = min(_asked_ms(turn, attempt_id), default=None)
    page = await context.backend.history(turn.conversation_id)
    said_ms = max((m.at_ms for m in page.items if m.source == "agent" and m.at_ms), default=None)
    return asked_ms is None or said_ms is None or said_ms <= asked_ms


def _asked_ms(turn: Turn, attempt_id: AttemptId) -> list[int]:
    """Return the times at which the agent asked for a connection, one for each link."""
    asked = (e for e in turn.log if isinstance(e, ConnectionRequested))
    return [e.at_ms for e in asked if e.attempt_id == attempt_id and e.at_ms]


Later = Callable[[Coroutine[Any, Any, None]], None]
"""Starts a coroutine in the background."""

_TOLD_WAIT_S = 2.0
_FOLLOWED_S = 120.0
"""Time limit for the answer of another window."""


class AnswerPoster:
    """Poster of the answers that one session gives."""

    def __init__(self, context: EngineContext, queues: QueueRegistry, later: Later) -> None:
        self._context = context
        self._queues = queues
        self._later = later
        self._holder = uuid4().hex
        """Name under which this session claims answers, unique across processes."""
        self._given: set[str] = set()
        """Questions that have an answer from here, or will have shortly."""

    async def give(self, question: OpenQuestion, answer: Decision) -> None:
        """Post an answer, once, and record it. Raises ``BackendError`` if that fails.

        The error is of kind ``BUSY`` if the question was answered elsewhere.
        """
        if question.name in self._given:
            return
        self._given.add(question.name)
        try:
            await self._give(question, answer)
        except BaseException:
            self._given.discard(question.name)
            raise

    async def _give(self, question: OpenQuestion, answer: Decision) -> None:
        store, key = self._context.store, (question.turn.id, question.name, self._holder)
        claim = await store.claim_answer(*key, answer)
        if claim is None:
            self._later(self._follow(question))
            raise _elsewhere()
        given = await _Posting(self._context, question, self._holder, answer, claim).result()
        await self._queues.record(question.turn, question.event(given))
        await store.end_answer(*key, given=True)
        if given != answer:
            raise _elsewhere()

    async def _follow(self, question: OpenQuestion) -> None:
        """Show the answer of another window as soon as it is stored."""
        clock = self._context.clock
        until_s = clock.monotonic_s() + _FOLLOWED_S
        while clock.monotonic_s() < until_s:
            record = await self._context.store.turn(question.turn.id)
            if record is None:
                return
            if question.is_answered_in(turn_of(record)):
                await self._queues.merge_stored(record)
                return
            await clock.sleep(self._context.timeouts.elsewhere_poll_s)


class _Posting:
    """Delivery of one claimed answer to the service."""

    def __init__(
        self,
        context: EngineContext,
        question: OpenQuestion,
        holder: str,
        answer: Decision,
        claim: AnswerClaim,
    ) -> None:
        self._context = context
        self._question = question
        self._key = (question.turn.id, question.name, holder)
        self._answer: Decision = answer
        self._maybe: Decision | None = claim.answer if claim.unclear else None
        """Answer that may have arrived."""
        self._posting = False

    async def result(self) -> Decision:
        """Post the answer; return the one that the service has. Releases the claim on failure."""
        try:
            return await self._post_until_clear()
        except BaseException:
            store = self._context.store
            with suppress(StoreError):  # the claim ends with this process at the latest
                if self._maybe is not None or self._posting:
                    await store.end_answer(*self._key, given=False)
                else:
                    await store.forget_answer(*self._key)
            raise

    async def _post_until_clear(self) -> Decision:
        attempt, look = 0, self._maybe is not None
        while True:
            try:
                if look and not await self._is_open():
                    return self._earlier(None)
                await self._post()
                return self._answer
            except BackendError as error:
                if error.kind in ALREADY_RESOLVED and not error.asks_to_wait:
                    return self._earlier(error)
                attempt += 1
                too_long = (error.retry_after_s or 0) > self._context.timeouts.longest_call_wait_s
                if not error.transient or attempt == MAX_ATTEMPTS or too_long:
                    raise
                wait_s = self._context.wait_s(attempt, error)
                self._report(error, wait_s)
                look = self._maybe is not None or error.asks_to_wait
            await self._context.clock.sleep(wait_s)

    async def _is_open(self) -> bool:
        """Check if an answer is still expected; twice, since one may be in flight."""
        if not await self._question.is_open():
            return False
        if self._maybe is None:
            return True
        await self._context.clock.sleep(self._context.timeouts.second_look_s)
        return await self._question.is_open()

    async def _post(self) -> None:
        if self._maybe is not None:
            await self._context.store.claim_answer(*self._key, self._answer)
        self._posting = True
        try:
            await retry_once_on_401(partial(self._question.post, self._answer))
        except BackendError as error:
            self._posting = False
            if error.sent:
                self._maybe = self._answer
            raise

    def _earlier(self, error: BackendError | None) -> Decision:
        """Return the answer that arrived earlier; raise if it did not come from this store."""
        if self._maybe is None:
            raise _no_longer(error) from error
        return self._maybe

    def _report(self, error: BackendError, wait_s: float) -> None:
        if wait_s >= _TOLD_WAIT_S:
            text = f"{error} Your answer is sent again in {wait_text(wait_s)}."
            self._context.publish(UserNotice(text))


def _elsewhere() -> BackendError:
    return BackendError(ErrorKind.BUSY, "Answered in another window.")


def _no_longer(error: BackendError | None) -> BackendError:
    return BackendError(
        ErrorKind.BUSY,
        "This skill is no longer waiting for approval.",
        hint="It was answered elsewhere, or the agent has stopped.",
        status=error.status if error else None,
        code=error.code if error else None,
        request_id=error.request_id if error else None,
    )
