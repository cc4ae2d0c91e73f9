"""Checks of skills, questions, and connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.testing.checks.check_context import CheckContext, NotTold, Problems
from tui.testing.checks.matching import mismatches
from tui.testing.results import Question, SkillCall, TurnResult
from tui.testing.suite.expectations import ApprovalCheck, SkillCheck


def _skill(value: str | SkillCheck, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    check = SkillCheck(name=value) if isinstance(value, str) else value
    calls = [call for call in turn.skills if call.name == check.name]
    if not calls and check.times is None:
        yield f"{check.name} didn't run; {_ran(turn.skills)}"
        return
    fitting = [call for call in calls if not _call_problem(check, call)]
    if check.times is not None:
        counted = fitting if check.model_fields_set - {"name", "times"} else calls
        for problem in mismatches(check.times, len(counted), "calls"):
            yield f"{check.name}: {problem}"
    elif not fitting:
        yield f"{check.name}: {_call_problem(check, calls[0])}"


def _call_problem(check: SkillCheck, call: SkillCall) -> str:
    """Return the reason why a call is not the wanted one; empty if it is."""
    if check.outcome is not None and call.outcome != check.outcome:
        why = f" ({call.error})" if call.error else ""
        return f"wanted {check.outcome}, it {_happened(call.outcome)}{why}"
    if check.parameters is not None:
        if call.parameters is None:
            raise NotTold(f"the service doesn't tell the parameters of {call.name}")
        return next(mismatches(check.parameters, call.parameters), "")
    for name in ("error", "result"):
        wanted = getattr(check, name)
        if name in check.model_fields_set and (
            problem := next(mismatches(wanted, getattr(call, name), name), "")
        ):
            return problem
    return ""


def _happened(outcome: str) -> str:
    return {"running": "is still running", "unreported": "never reported its end"}.get(
        outcome, outcome
    )


def _no_skill(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    names = _names(value)
    for call in turn.skills:
        if "any" in names or call.name in names:
            yield f"{call.name} ran"


def _skills_only(value: list[str], turn: TurnResult, context: CheckContext) -> Iterator[str]:
    for call in turn.skills:
        if call.name not in value:
            yield f"{call.name} ran as well"


def _skill_order(value: list[str], turn: TurnResult, context: CheckContext) -> Iterator[str]:
    names = [call.name for call in turn.skills]
    left = iter(names)
    if not all(name in left for name in value):
        yield f"wanted {', '.join(value)}; {_ran(turn.skills)}"


def _asks_approval(
    value: str | ApprovalCheck, turn: TurnResult, context: CheckContext
) -> Iterator[str]:
    check = ApprovalCheck(skill=value) if isinstance(value, str) else value
    asked = [q for q in turn.approvals if check.skill in ("any", q.skill)]
    if not asked and check.times is None:
        yield f"{check.skill} wasn't asked about; {_asked(turn.approvals)}"
        return
    wanted = check.parameters or {}
    fitting = [q for q in asked if next(mismatches(wanted, q.parameters), None) is None]
    if check.times is not None and (fitting or not asked or not wanted):
        yield from mismatches(check.times, len(fitting), "questions")
    elif not fitting:
        yield from mismatches(wanted, asked[0].parameters)


def _no_approval(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    names = _names(value)
    for question in turn.approvals:
        if "any" in names or question.skill in names:
            yield f"asked about {question.skill}"


def _asks_connection(value: str, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    asked = [connection.connector for connection in turn.connections]
    if value not in asked and not (value == "any" and asked):
        others = f"asked: {', '.join(asked)}" if asked else "none was asked for"
        yield f"{value} wasn't asked for; {others}"


def _no_connection(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    names = _names(value)
    for connection in turn.connections:
        if "any" in names or connection.connector in names:
            yield f"asked for {connection.connector}"


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _ran(calls: Sequence[SkillCall]) -> str:
    return f"ran: {', '.join(call.name for call in calls)}" if calls else "no skill ran"


def _asked(questions: Sequence[Question]) -> str:
    names = ", ".join(question.skill for question in questions)
    return f"asked about: {names}" if names else "no question came"


CHECKS: Mapping[str, Problems] = {
    "skill": _skill,
    "no_skill": _no_skill,
    "skills_only": _skills_only,
    "skill_order": _skill_order,
    "asks_approval": _asks_approval,
    "no_approval": _no_approval,
    "asks_connection": _asks_connection,
    "no_connection": _no_connection,
}
