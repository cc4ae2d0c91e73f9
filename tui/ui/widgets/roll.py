"""All turns of a conversation in order of time, and what they look like from top to bottom."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from tui.ui.days import day_of
from tui.ui.widgets.entries import DayEntry, Entry, entries_of, turn_ms

if TYPE_CHECKING:
    from tui.core.ids import TurnId
    from tui.core.turn import Turn

_LAST = 1 << 62


@dataclass(slots=True)
class _Place:
    turn: Turn
    at_ms: int
    """Where the turn stands; it stays there when its time becomes better known."""
    day: date | None
    entries: list[Entry]


class Roll:
    """Keeps the entries of every turn, so that a change costs as much as the turn it is in."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._places: dict[TurnId, _Place] = {}
        self._order: list[TurnId] = []
        for turn in turns:
            self.put(turn)

    def __len__(self) -> int:
        return len(self._order)

    def turn(self, turn_id: TurnId) -> Turn | None:
        place = self._places.get(turn_id)
        return place.turn if place else None

    def name_at(self, place: int) -> TurnId:
        """Which turn stands at a place."""
        return self._order[place]

    def newest_first(self) -> Iterable[Turn]:
        return (self._places[turn_id].turn for turn_id in reversed(self._order))

    def put(self, turn: Turn) -> list[Entry] | None:
        """Take a new or newer turn.

        Returns the entries that changed; None if some came, went or moved, so that only
        ``entries`` tells how things are.
        """
        entries = entries_of(turn)
        place = self._places.get(turn.id)
        if place is None:
            self._insert(turn, entries)
            return None
        before, place.turn, place.entries = place.entries, turn, entries
        if [entry.key for entry in before] != [entry.key for entry in entries]:
            return None
        return [new for old, new in zip(before, entries, strict=True) if old != new]

    def drop(self, turn_id: TurnId) -> bool:
        """Forget a turn. Returns whether there was one."""
        if self._places.pop(turn_id, None) is None:
            return False
        self._order.remove(turn_id)
        return True

    def forget_oldest(self, kept: int) -> bool:
        """Forget all but the newest turns, up to one that is not over; whether there were any."""
        old = self._order[:-kept]
        gone = list(takewhile(lambda turn_id: self._places[turn_id].turn.over, old))
        del self._order[: len(gone)]
        for turn_id in gone:
            del self._places[turn_id]
        return bool(gone)

    def entries(self) -> list[Entry]:
        """Everything, with a separator before the first turn of each day."""
        shown: list[Entry] = []
        day = None
        for turn_id in self._order:
            place = self._places[turn_id]
            if place.day is not None and place.day != day:
                day = place.day
                shown.append(DayEntry(key=f"{turn_id}/day", day=day))
            shown += place.entries
        return shown

    def _insert(self, turn: Turn, entries: list[Entry]) -> None:
        at_ms = turn_ms(turn)
        placed_ms = _LAST if at_ms is None else at_ms
        index = bisect_right(self._order, placed_ms, key=lambda other: self._places[other].at_ms)
        self._order.insert(index, turn.id)
        day = None if at_ms is None else day_of(at_ms)
        self._places[turn.id] = _Place(turn, placed_ms, day, entries)
