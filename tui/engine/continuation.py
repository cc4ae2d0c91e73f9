"""Match a turn that asked for a connection with the run that continues it.

The reply is in the message history alone, and nothing promises that it names the run that asked.
Source: Headless API, Get an authentication link; Troubleshooting, Empty stream.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui.core.events import (
    AgentMessage,
    ConnectionOutcome,
    ConnectionRequested,
    ConnectionResolved,
    TurnEvent,
)
from tui.core.ids import AttemptId, RunId, within_run
from tui.core.steps import ConnectionStep, TextStep
from tui.core.turn import Turn, fold
from tui.engine.context import EngineContext
from tui.engine.updates import TurnDropped


def awaits_reply(turn: Turn) -> bool:
    """Return True if the turn asked for a connection and nothing has been said since."""
    asked = [step for step in turn.steps if isinstance(step, ConnectionStep)]
    return bool(asked) and not said_since(turn, asked[-1])


def said_since(turn: Turn, asked: ConnectionStep) -> bool:
    """Return True if the agent said something after it had asked for a connection.

    Messages of the history without a number sort after everything that has one, even if they are
    older: only their time tells. A message of another run is later in any case.
    """
    asked_ms = _asked_ms(turn, asked)
    behind = False
    for step in turn.steps:
        if isinstance(step, ConnectionStep) and step.attempt_id == asked.attempt_id:
            behind = True
        elif isinstance(step, TextStep):
            if step.at_ms is None or asked_ms is None:
                later = behind and not turn.has_gap
            else:
                later = step.at_ms > asked_ms
            if later:
                return True
    return any(
        isinstance(event, AgentMessage)
        and event.run_id not in (None, turn.run_id)
        and _not_before(event.at_ms, asked_ms)
        for event in turn.log
    )


async def join(context: EngineContext, turn: Turn, run_id: RunId, at_ms: int | None) -> bool:
    """Join another run to the turn as its continuation; return False if it cannot be that.

    ``at_ms`` is the time of an event in it. A run of another message belongs to another turn.
    Events stored for the run as a separate turn move into this one.
    """
    asked = [step for step in turn.steps if isinstance(step, ConnectionStep)]
    if not asked or not _not_before(at_ms, _asked_ms(turn, asked[0])):
        return False
    owner = await context.store.turn_of_run(turn.conversation_id, run_id)
    if owner is not None and owner.id == turn.id:
        return True
    if not awaits_reply(turn) or (owner is not None and owner.prompt is not None):
        return False
    gone = await context.store.join_run(turn.id, run_id)
    if gone is not None:
        context.publish(TurnDropped(turn.conversation_id, gone))
    return True


async def passed_connections(
    context: EngineContext, turn: Turn, events: Sequence[TurnEvent]
) -> list[ConnectionResolved]:
    """Resolve the connection requests followed by more output in events yet to be applied."""
    then = fold(turn, events)
    passed = [step for step in turn.open_connections if said_since(then, step)]
    return [await passed_by(context, turn, step) for step in passed]


async def passed_by(context: EngineContext, turn: Turn, step: ConnectionStep) -> ConnectionResolved:
    """Return the outcome of a connection after which the agent has continued.

    Nothing says that it was authorized, but the agent would not have continued otherwise, unless
    it was rejected here or in another window.
    """
    answer = await context.store.claimed_answer(turn.id, question_name(turn, step.attempt_id))
    outcome: ConnectionOutcome = "rejected" if answer == "rejected" else "authorized"
    return outcome_of(context, turn, step.attempt_id, outcome)


def question_name(turn: Turn, attempt_id: AttemptId) -> str:
    """Return the name under which answers to a connection request are claimed."""
    return within_run(attempt_id, turn.run_id)


def outcome_of(
    context: EngineContext,
    turn: Turn,
    attempt_id: AttemptId,
    outcome: ConnectionOutcome,
    reason: str | None = None,
) -> ConnectionResolved:
    """Return the event that records the outcome of a connection request."""
    return ConnectionResolved(
        key=f"local:connection:{question_name(turn, attempt_id)}",
        run_id=turn.run_id,
        seen_ms=context.clock.now_ms(),
        attempt_id=attempt_id,
        outcome=outcome,
        reason=reason,
    )


def _asked_ms(turn: Turn, asked: ConnectionStep) -> int | None:
    """Return the time of the first request for a connection; a renewed link does not count."""
    times = (
        event.at_ms
        for event in turn.log
        if isinstance(event, ConnectionRequested) and event.attempt_id == asked.attempt_id
    )
    return min((at_ms for at_ms in times if at_ms is not None), default=None)


def _not_before(at_ms: int | None, asked_ms: int | None) -> bool:
    """Compare two times of the server, which may be whole seconds; an unknown one fits."""
    return at_ms is None or asked_ms is None or at_ms >= asked_ms
