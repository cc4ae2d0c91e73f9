"""Durations: the time between the event that started something and the one that ended it."""

from __future__ import annotations

from collections.abc import Callable, Container

from tui.core.events import (
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    SkillFinished,
    SkillStarted,
    StreamLost,
    StreamResumed,
    TurnEvent,
    TurnFinished,
    TurnStarted,
)


class Durations:
    """Compute durations from events, in order of arrival."""

    def __init__(self) -> None:
        self._open: list[TurnEvent] = []

    def forget_all_but(self, keys: Container[str]) -> None:
        """Stop waiting for the end of events with other keys."""
        self._open = [event for event in self._open if event.key in keys]

    def take(self, event: TurnEvent) -> int | None:
        """Return the milliseconds since the start of what this event ends; None if unknown."""
        ends = _ENDS.get(type(event))
        if ends is None:
            if type(event) in _BEGINS:
                self._open.append(event)
            return None
        began = next((e for e in self._open if e.run_id == event.run_id and ends(e, event)), None)
        if began is None:
            return None
        self._open.remove(began)
        if began.at_ms is None or event.at_ms is None:
            return None
        return max(0, event.at_ms - began.at_ms)


_BEGINS = (TurnStarted, SkillStarted, ApprovalRequested, ConnectionRequested, StreamLost)


def _ends_skill(began: TurnEvent, end: TurnEvent) -> bool:
    if not (isinstance(began, SkillStarted) and isinstance(end, SkillFinished)):
        return False
    if began.call_id and end.call_id:
        return began.call_id == end.call_id
    return began.skill == end.skill


def _ends_approval(began: TurnEvent, end: TurnEvent) -> bool:
    return (
        isinstance(began, ApprovalRequested)
        and isinstance(end, ApprovalResolved)
        and began.call_id == end.call_id
    )


def _ends_connection(began: TurnEvent, end: TurnEvent) -> bool:
    return (
        isinstance(began, ConnectionRequested)
        and isinstance(end, ConnectionResolved)
        and end.attempt_id in (None, began.attempt_id)
    )


def _ends_turn(began: TurnEvent, end: TurnEvent) -> bool:
    return isinstance(began, TurnStarted)


def _ends_break(began: TurnEvent, end: TurnEvent) -> bool:
    return isinstance(began, StreamLost)


_ENDS: dict[type[TurnEvent], Callable[[TurnEvent, TurnEvent], bool]] = {
    SkillFinished: _ends_skill,
    ApprovalResolved: _ends_approval,
    ConnectionResolved: _ends_connection,
    TurnFinished: _ends_turn,
    StreamResumed: _ends_break,
}
