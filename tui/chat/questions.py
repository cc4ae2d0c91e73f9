"""Questions of the agent's: how an answer is posted, and whether one is still waited for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tui.chat.calls import SETTLED
from tui.chat.continuing import question_name
from tui.chat.kit import Kit
from tui.core.errors import BackendError, ErrorKind
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
from tui.core.steps import ApprovalStep, ConnectionStep
from tui.core.text import clean_line
from tui.core.turn import Turn

Newest = Callable[[], ApprovalRequested | None]
"""Returns a question as it is asked now; None: it is not known."""

_NO_LONGER = SETTLED | {ErrorKind.UNSUPPORTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something the agent asks in a turn."""

    turn: Turn
    step_id: str
    """The id of the skill call or of the connection attempt."""
    name: str
    """What it is claimed by; a question that has changed is another one."""
    post: Callable[[Decision], Awaitable[None]]
    is_open: Callable[[], Awaitable[bool]]
    """Looks whether the service still waits for the answer."""
    event: Callable[[Decision], TurnEvent]
    """The event that records an answer."""

    def is_answered_in(self, turn: Turn) -> bool:
        """Return whether a snapshot of its turn has an answer."""
        for step in turn.steps:
            match step:
                case ApprovalStep(decision=answer) if answer and step.call_id == self.step_id:
                    return True
                case ConnectionStep(outcome=answer) if answer and step.attempt_id == self.step_id:
                    return True
        return False


def approval(
    kit: Kit, turn: Turn, request: ApprovalRequested, reason: str | None, newest: Newest
) -> Question:
    """Return the question whether a skill may run.

    ``newest`` returns it as it is asked now: posting an approval of what the user has not seen
    raises ``BackendError`` of kind ``CHANGED``.
    """
    cid, call_id, name = turn.conversation_id, request.call_id, _name_of(request)

    async def post(decision: Decision) -> None:
        if decision == "approved":
            _check(request, newest())
        await kit.backend.decide(cid, call_id, decision, reason)

    def event(decision: Decision) -> ApprovalResolved:
        return ApprovalResolved(
            key=f"local:approval:{name}",
            run_id=request.run_id,
            seen_ms=kit.clock.now_ms(),
            call_id=call_id,
            decision=decision,
            reason=reason if decision == "rejected" else None,
            shown_digest=shown_digest(request),
        )

    is_open = partial(_waits_for_approval, kit, cid, call_id)
    return Question(turn=turn, step_id=call_id, name=name, post=post, is_open=is_open, event=event)


def _name_of(request: ApprovalRequested) -> str:
    """Name a question: calls may be numbered anew in each run, or be asked about again."""
    digest = shown_digest(request).rpartition(":")[2]
    return f"{within_run(request.call_id, request.run_id)}:{digest[:16]}"


def _check(shown: ApprovalRequested, newest: ApprovalRequested | None) -> None:
    if newest is not None and not same_question(shown, newest):
        text = f"{clean_line(shown.skill, 80)} was not approved: its parameters changed meanwhile."
        raise BackendError(ErrorKind.CHANGED, text, hint="Check them, then decide again.")


def connection(
    kit: Kit, turn: Turn, attempt_id: AttemptId, rejected: ConnectionResolved
) -> Question:
    """Return the question for a sign-in, of which only a rejection is posted."""

    async def post(_: Decision) -> None:
        await kit.backend.reject_connection(attempt_id, rejected.reason)

    return Question(
        turn=turn,
        step_id=attempt_id,
        name=question_name(turn, attempt_id),
        post=post,
        is_open=partial(_waits_for_connection, kit, turn, attempt_id),
        event=lambda _: rejected,
    )


async def _waits_for_approval(kit: Kit, conversation_id: ConversationId, call_id: CallId) -> bool:
    status = await kit.backend.status(conversation_id)
    last = status.last_event
    if last is None:
        return status.activity != "idle"
    return isinstance(last, ApprovalRequested) and last.call_id == call_id


async def _waits_for_connection(kit: Kit, turn: Turn, attempt_id: AttemptId) -> bool:
    """Return whether an attempt is open.

    Where no link is to be had, either the attempt is settled or the service has no links at all:
    then it is open unless the agent has spoken since.
    """
    try:
        return not (await kit.backend.connection_link(attempt_id)).authorized
    except BackendError as error:
        if error.kind not in _NO_LONGER or error.asks_to_wait:
            raise
    asked_ms = min(_asked_ms(turn, attempt_id), default=None)
    page = await kit.backend.history(turn.conversation_id)
    said_ms = max((m.at_ms for m in page.items if m.source == "agent" and m.at_ms), default=None)
    return asked_ms is None or said_ms is None or said_ms <= asked_ms


def _asked_ms(turn: Turn, attempt_id: AttemptId) -> list[int]:
    """Return when the agent asked for a connection, once for each link."""
    asked = (e for e in turn.log if isinstance(e, ConnectionRequested))
    return [e.at_ms for e in asked if e.attempt_id == attempt_id and e.at_ms]
