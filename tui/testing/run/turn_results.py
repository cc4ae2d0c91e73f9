"""Turns of the engine as results of a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.core.errors import BackendError
from tui.core.events import Decision, SkillStarted
from tui.core.masking import masked_event
from tui.core.steps import ApprovalStep, ConnectionStep, SkillStep, TextStep
from tui.core.turn import Turn
from tui.testing.results import (
    ConnectionAsked,
    Outcome,
    Question,
    SkillCall,
    TokenUsage,
    TurnError,
    TurnResult,
)
from tui.testing.run.turn_watch import TurnWatch

Decisions = Mapping[str, tuple[Decision, str]]
"""Decisions of the run by call, with their reasons."""


def turn_result(
    say: str, watch: TurnWatch, outcome: Outcome, sent_s: float, decisions: Decisions
) -> TurnResult:
    """Return what a turn did, with times from the send; waits that were asked for are left out."""
    turn = watch.turn
    steps = turn.steps if turn else ()
    begun_ms = turn.started_ms if turn else None
    parameters = _parameters(turn) if turn else {}

    def since(at_s: float | None) -> float | None:
        return None if at_s is None else max(0.0, round(at_s - sent_s - watch.waited_s, 3))

    return TurnResult(
        say=say,
        reply=turn.reply if turn else "",
        messages=[step.text for step in steps if isinstance(step, TextStep)],
        skills=[_call(s, parameters, begun_ms) for s in steps if isinstance(s, SkillStep)],
        approvals=[_question(s, decisions) for s in steps if isinstance(s, ApprovalStep)],
        connections=[
            ConnectionAsked(connector=step.connector, outcome=step.outcome)
            for step in steps
            if isinstance(step, ConnectionStep)
        ],
        outcome=outcome,
        error=_error(watch.error, turn),
        blocked=watch.blocked or None,
        usage=_usage(turn),
        first_event_s=since(watch.first_event_s),
        first_text_s=since(watch.first_text_s),
        end_s=since(watch.over_s),
        run_id=turn.run_id if turn else None,
        files=[file.name for file in turn.prompt.attachments] if turn and turn.prompt else [],
    )


def _parameters(turn: Turn) -> Mapping[str, Mapping[str, Any]]:
    """Return the parameters of calls by their ID: of questions, and of starts that tell them."""
    found: dict[str, Mapping[str, Any]] = {
        step.call_id: masked_event(step.request).parameters
        for step in turn.steps
        if isinstance(step, ApprovalStep)
    }
    for event in turn.log:
        if isinstance(event, SkillStarted) and event.call_id:
            told = event.raw.get("input", event.raw.get("arguments"))
            if isinstance(told, Mapping):
                found.setdefault(event.call_id, told)
    return found


def _call(
    step: SkillStep, parameters: Mapping[str, Mapping[str, Any]], begun_ms: int | None
) -> SkillCall:
    told = parameters.get(step.call_id) if step.call_id else None

    def since(at_ms: int | None) -> float | None:
        return None if at_ms is None or begun_ms is None else (at_ms - begun_ms) / 1000

    return SkillCall(
        name=step.skill,
        outcome=step.status,
        parameters=dict(told) if told is not None else None,
        error=step.error,
        result=step.result,
        start_s=since(step.started_ms),
        end_s=since(step.ended_ms),
    )


def _question(step: ApprovalStep, decisions: Decisions) -> Question:
    own, reason = decisions.get(step.call_id, (None, ""))
    return Question(
        skill=step.request.skill,
        parameters=dict(masked_event(step.request).parameters),
        answer=step.decision or own,
        reason=step.reason or reason,
    )


def _error(error: BackendError | None, turn: Turn | None) -> TurnError | None:
    if error is not None:
        return TurnError(
            code=error.code or error.kind.value,
            status=error.status,
            text=str(error),
            request_id=error.request_id or "",
        )
    if turn is not None and turn.outcome == "failed":
        return TurnError(text=turn.reason)
    return None


def _usage(turn: Turn | None) -> TokenUsage | None:
    if turn is None or turn.usage is None:
        return None
    usage = turn.usage
    tokens = usage.input_tokens + usage.output_tokens
    return TokenUsage(tokens=tokens, cost=usage.cost, currency=usage.currency)
