"""Checks of how a turn ended, how long it took, and what it used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tui.testing.checks.check_context import CheckContext, NotTold, Problems
from tui.testing.checks.matching import mismatches
from tui.testing.results import TurnResult

_UNJUDGED = frozenset({"timeout", "refused"})
"""Outcomes that say nothing about the agent."""


def _outcome(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    wanted = [value] if isinstance(value, str) else value
    if "any" not in wanted and turn.outcome not in wanted:
        why = f" ({turn.error.text})" if turn.error and turn.error.text else ""
        problem = f"{turn.outcome}{why}, not {' or '.join(wanted)}"
        if turn.outcome in _UNJUDGED:
            raise NotTold(problem)
        yield problem


def _error(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    if turn.error is None:
        yield f"no error; the turn {turn.outcome}"
        return
    for name in value.model_fields_set:
        yield from mismatches(getattr(value, name), getattr(turn.error, name), name)


def _within(name: str, what: str) -> Problems:
    def problems(value: float, turn: TurnResult, context: CheckContext) -> Iterator[str]:
        seconds = getattr(turn, name)
        if seconds is None:
            yield f"no {what} came"
        elif seconds > value:
            yield f"{_seconds(seconds)}, not {_seconds(value)}"

    return problems


def _tokens_under(value: int, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    if turn.usage is None or turn.usage.tokens is None:
        raise NotTold("the service doesn't tell the tokens")
    if turn.usage.tokens >= value:
        yield f"{turn.usage.tokens:,} tokens, not under {value:,}"


def _cost_under(value: float, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    if turn.usage is None or turn.usage.cost is None:
        raise NotTold("the service doesn't tell the cost")
    if turn.usage.cost >= value:
        yield f"{turn.usage.cost:g} {turn.usage.currency}".rstrip() + f", not under {value:g}"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 0.05 else f"{value:g} s"


CHECKS: Mapping[str, Problems] = {
    "outcome": _outcome,
    "error": _error,
    "first_event_within": _within("first_event_s", "event"),
    "first_text_within": _within("first_text_s", "text"),
    "ends_within": _within("end_s", "end"),
    "tokens_under": _tokens_under,
    "cost_under": _cost_under,
}
