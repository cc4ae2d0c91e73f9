"""Row of the timeline, and the rows of the times without a connection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from tui.core.events import (
    SkillProgress,
    StreamInterrupted,
    StreamLost,
    StreamResumed,
    TurnEvent,
)

RowKind = Literal["message", "skill", "connection", "log", "gap", "end", "moment"]
RowState = Literal[
    "moment", "running", "asks", "approved", "done", "failed", "stopped", "rejected", "open_end"
]
"""``asks``: it waits for the user. ``open_end``: it is over, and nothing says how."""


@dataclass(slots=True, eq=False)
class TimelineRow:
    """Something that happened, at a moment or for a while. Times are those of the server."""

    kind: RowKind
    at_ms: int
    """When it is first heard of."""
    event: TurnEvent
    """Event that names it: the newest, but for log lines about a message."""
    events: list[TurnEvent] = field(default_factory=list)
    """All events of the row, in order."""
    state: RowState = "moment"
    asked_ms: int | None = None
    """When the user was asked."""
    answered_ms: int | None = None
    started_ms: int | None = None
    """When it began; None: it did not, or that is unknown."""
    not_before_ms: int | None = None
    """When it began at the earliest, if its start is unknown."""
    ended_ms: int | None = None
    text: str = ""
    """Beginning of a message that is still being written."""

    @property
    def is_open(self) -> bool:
        """True if it has not ended."""
        return self.state in ("running", "asks")

    @property
    def took_ms(self) -> int | None:
        """Duration without the time that the user took to answer; None if unknown, or not over."""
        times = (self.started_ms, self.asked_ms, self.not_before_ms)
        since_ms = next((at_ms for at_ms in times if at_ms is not None), None)
        until_ms = self.ended_ms if self.ended_ms is not None else self.answered_ms
        return None if since_ms is None or until_ms is None else until_ms - since_ms

    def add(self, event: TurnEvent) -> None:
        """Add an event that names the row from now on. Of progress only the newest is kept."""
        if isinstance(event, SkillProgress):
            self.events = [known for known in self.events if not isinstance(known, SkillProgress)]
        self.events.append(event)
        self.event = event


class GapRows:
    """Rows of the times without a connection, and what happened during them."""

    def __init__(self) -> None:
        self._rows: list[TimelineRow] = []

    def __len__(self) -> int:
        return len(self._rows)

    def begin(self, event: StreamInterrupted | StreamLost, at_ms: int) -> TimelineRow | None:
        """Return the row of a gap; None if the event names one that the server announced."""
        last = self._rows[-1] if self._rows else None
        if isinstance(event, StreamLost) and last and last.is_open:
            last.add(event)
            return None
        row = TimelineRow("gap", at_ms, event, [event], "running", asked_ms=at_ms)
        self._rows.append(row)
        return row

    def end(self, event: StreamResumed, at_ms: int) -> None:
        """End the last gap."""
        for row in self._rows[-1:]:
            row.state, row.ended_ms = "done", at_ms
            row.events.append(event)

    def close(self, events: Iterable[TurnEvent]) -> None:
        """End each gap without an end of its own with the first event that arrived after it."""
        if not self._rows:
            return
        for event in events:
            for row in self._rows:
                if any(isinstance(each, StreamResumed) for each in row.events):
                    continue
                lost_ms, seen_ms = row.event.seen_ms, event.seen_ms
                if lost_ms is None or seen_ms is None or seen_ms <= lost_ms:
                    continue
                if row.ended_ms is None or seen_ms < row.ended_ms:
                    row.state, row.ended_ms = "done", seen_ms

    def has(self, event: TurnEvent) -> bool:
        """Return True if an event happened in a gap, and arrived after it."""
        at_ms, seen_ms = event.at_ms, event.seen_ms
        if at_ms is None or seen_ms is None or isinstance(event, StreamResumed):
            return False
        return any(
            row.at_ms <= at_ms < row.ended_ms and _is_after(seen_ms, row)
            for row in self._rows
            if row.ended_ms is not None
        )


def _is_after(seen_ms: int, gap: TimelineRow) -> bool:
    """Return True if something arrived after the connection was lost: our clock on both sides.

    Without our own record of the break, it is known only when something arrived again.
    """
    lost_ms = gap.event.seen_ms
    if isinstance(gap.event, StreamLost) and lost_ms is not None:
        return seen_ms > lost_ms
    return gap.ended_ms is not None and gap.ended_ms <= seen_ms
