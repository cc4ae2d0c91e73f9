"""Where the server's record of a conversation begins, among the events that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.events import TurnEvent


class Record:
    """Finds the place once for each time that all events are drawn."""

    def __init__(self, from_ms: int | None = None, begun_ms: int | None = None) -> None:
        self._from_ms = from_ms
        self._begun_ms = begun_ms
        self._awaited = False
        self.is_over = False
        """Everything there is happened before it."""

    def begin(self, events: Sequence[TurnEvent]) -> None:
        """All events are about to be drawn."""
        times = [at_ms for event in events if (at_ms := _time(event)) is not None]
        older = [self._is_older(at_ms) for at_ms in times]
        self._awaited = any(older) or self._is_older(self._begun_ms)
        self.is_over = self._awaited and all(older)

    def begins_with(self, event: TurnEvent) -> bool:
        """Whether an event is the first that the server has, and something lies before it."""
        at_ms = _time(event)
        found = self._awaited and at_ms is not None and not self._is_older(at_ms)
        self._awaited = self._awaited and not found
        return found

    def _is_older(self, at_ms: int | None) -> bool:
        return at_ms is not None and self._from_ms is not None and at_ms < self._from_ms


def _time(event: TurnEvent) -> int | None:
    return event.at_ms if event.at_ms is not None else event.seen_ms
