"""Events of a turn in the order in which they happened, and the rows of the timeline for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.core.events import Heartbeat, TextDelta, TurnEvent, TurnStarted
from tui.core.row_reducer import RowReducer

if TYPE_CHECKING:
    from tui.core.timeline_row import TimelineRow

_PREVIEW_CHARS = 400
_LAST = 1 << 62


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Position of an event: by time, then number, then arrival."""

    at_ms: int
    seq: int
    arrival: int
    run: str = ""

    def after(self, last: _Place) -> _Place:
        """Return the place after that of an event with a lower number in the same run."""
        numbered = self.run == last.run and last.seq < self.seq < _LAST
        return replace(self, at_ms=last.at_ms) if numbered and self < last else self


@dataclass(frozen=True, slots=True)
class RowsSummary:
    """Facts about the rows of a turn."""

    last_ms: int
    """Time of the last thing that happened."""
    moves: bool
    """True if something runs; what waits for the user does not."""
    has_caught_up: bool
    """True if any of it happened while the connection was lost."""


class TurnRows:
    """Rows of a turn whose events may come in any order.

    An event that comes last costs no more than itself. ``raw``: each log line has its own row.
    """

    def __init__(self, *, raw: bool = False) -> None:
        self._raw = raw
        self._placed: list[tuple[_Place, TurnEvent]] = []
        self._arrived = 0
        self._texts: dict[str, str] = {}
        self._began_ms: int | None = None
        self._reducer = RowReducer(raw=raw)
        self._summary: RowsSummary | None = None

    def __len__(self) -> int:
        return len(self._placed)

    @property
    def rows(self) -> list[TimelineRow]:
        return self._reducer.rows

    @property
    def head(self) -> list[TurnEvent]:
        """Events about the turn as a whole."""
        return self._reducer.head

    @property
    def events(self) -> list[TurnEvent]:
        """Events in order; of the pieces of a message only the first."""
        return [event for _, event in self._placed]

    @property
    def begin_ms(self) -> int:
        """Start of the turn: its first event, if none says so."""
        if self._began_ms is not None:
            return self._began_ms
        return self._placed[0][0].at_ms if self._placed else 0

    @property
    def summary(self) -> RowsSummary:
        """Facts about all rows, computed once for each change."""
        if self._summary is None:
            ends = (row.at_ms if row.ended_ms is None else row.ended_ms for row in self.rows)
            self._summary = RowsSummary(
                last_ms=max(ends, default=self.begin_ms),
                moves=any(row.state == "running" and row.kind != "message" for row in self.rows),
                has_caught_up=len(self._reducer.gaps) > 0
                and any(self.is_caught_up(row) for row in self.rows),
            )
        return self._summary

    def is_caught_up(self, row: TimelineRow) -> bool:
        """Return True if a row happened while the connection was lost."""
        return row.kind != "gap" and self._reducer.gaps.has(row.event)

    def add(self, events: Iterable[TurnEvent]) -> bool:
        """Add new events, in the order of arrival; return True if that changes any row."""
        fresh, ordered, written = list[tuple[_Place, TurnEvent]](), True, False
        for event in events:
            if isinstance(event, Heartbeat):
                continue
            if isinstance(event, TextDelta) and event.message_id in self._texts:
                written = self._extend(event) or written
                continue
            self._arrived += 1
            last = next(iter(fresh[-1:] or self._placed[-1:]), None)
            place = _place(event, self._arrived)
            place = place.after(last[0]) if last else place
            ordered = ordered and (last is None or last[0] < place)
            fresh.append((place, event))
            if isinstance(event, TextDelta):
                self._texts[event.message_id] = "" if event.offset else event.text
        self._placed += fresh
        if ordered:
            self._apply(fresh)
        else:
            self._rebuild()
        return written or bool(fresh)

    def show_raw(self, *, on: bool) -> None:
        """Give each log line a row of its own, or not."""
        self._raw = on
        self._rebuild()

    def forget_oldest(self, count: int) -> None:
        """Drop the oldest events."""
        self._began_ms = self.begin_ms
        del self._placed[:count]
        self._rebuild()

    def _extend(self, piece: TextDelta) -> bool:
        """Add a further piece of a message; False if nobody would see it."""
        text = self._texts[piece.message_id]
        if piece.offset != len(text) or len(text) >= _PREVIEW_CHARS:
            return False
        self._texts[piece.message_id] = text + piece.text
        self._reducer.extend_message(piece.message_id, text + piece.text)
        return True

    def _rebuild(self) -> None:
        self._placed.sort(key=lambda pair: pair[0])
        self._reducer = RowReducer(raw=self._raw)
        self._apply(self._placed)

    def _apply(self, placed: list[tuple[_Place, TurnEvent]]) -> None:
        self._summary = None
        for place, event in placed:
            if isinstance(event, TurnStarted) and self._began_ms is None:
                self._began_ms = place.at_ms
            # A place only orders: the server's clock may have gone back.
            self._reducer.apply(event, _time_of(event), self.begin_ms)
            if isinstance(event, TextDelta):
                self._reducer.extend_message(event.message_id, self._texts[event.message_id])
        self._reducer.gaps.close(event for _, event in placed)


def _place(event: TurnEvent, arrival: int) -> _Place:
    seq = _LAST if event.seq is None else event.seq
    return _Place(_time_of(event), seq, arrival, event.run_id or "")


def _time_of(event: TurnEvent) -> int:
    times = (event.at_ms, event.seen_ms)
    return next((at_ms for at_ms in times if at_ms is not None), 0)
