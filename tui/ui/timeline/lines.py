"""Lines of the timeline: titles, axes and rows of turns, filtered by words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.event_labels import label_for
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    HaltRequested,
    Heartbeat,
    LogLine,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    StreamInterrupted,
    StreamLost,
    StreamResumed,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.text import clean_line

if TYPE_CHECKING:
    from tui.core.timeline_row import TimelineRow
    from tui.ui.timeline.turns import TimelineTurn

LineKind = Literal["title", "axis", "row", "blank", "note"]
_SEARCHED_CHARS = 400


@dataclass(frozen=True, slots=True, eq=False)
class TimelineLine:
    """One line of the timeline."""

    kind: LineKind
    turn: TimelineTurn | None = None
    row: TimelineRow | None = None
    note: str = ""

    @property
    def events(self) -> list[TurnEvent]:
        """Events whose details the line opens."""
        if self.row:
            return self.row.events
        return self.turn.rows.head if self.turn and self.kind == "title" else []

    @property
    def key(self) -> str:
        """Identity of a line that can have the cursor; else empty."""
        shown = self.events
        return f"{self.kind}/{shown[0].key}" if shown else ""


def lines_of(
    turns: Sequence[TimelineTurn], words: Sequence[str], boundary: RecordBoundary
) -> list[TimelineLine]:
    """Return the lines of turns whose rows contain all words."""
    lines: list[TimelineLine] = []
    boundary.begin([event for turn in turns for event in turn.rows.events])
    if boundary.is_over:
        lines.append(TimelineLine("note", note="── older than the server history"))
    for turn in turns:
        rows = [row for row in turn.rows.rows if _has(row, words)]
        if words and not rows:
            continue
        if lines and lines[-1].kind != "note":
            lines.append(TimelineLine("blank"))
        if boundary.begins_with(turn.rows.head):
            lines.append(_BEGINS)
        lines += (TimelineLine("title", turn), TimelineLine("axis", turn))
        for row in rows:
            if boundary.begins_with(row.events):
                lines.append(_BEGINS)
            lines.append(TimelineLine("row", turn, row))
    return lines


def _has(row: TimelineRow, words: Sequence[str]) -> bool:
    if not words:
        return True
    found = " ".join(_words_of(row)).casefold()
    return all(word in found for word in words)


def _words_of(row: TimelineRow) -> Iterator[str]:
    """Yield the searchable text of a row: the kinds of its events, their words, and its state."""
    for event in row.events:
        _, what, about = label_for(event)
        yield _kind(event)
        yield clean_line(what)
        yield clean_line(about, _SEARCHED_CHARS)
        if isinstance(event, LogLine):
            yield clean_line(f"{event.name} {event.detail}", _SEARCHED_CHARS)
    if row.state == "failed":
        yield "failed"


def _kind(event: TurnEvent) -> str:
    """Return the filter words of an event's kind."""
    match event:
        case TurnStarted() | TurnFinished():
            return "turn"
        case TextDelta() | AgentMessage():
            return "message"
        case SkillStarted() | SkillFinished():
            return "skill"
        case SkillProgress():
            return "skill progress"
        case ApprovalRequested() | ApprovalResolved():
            return "question approval"
        case ConnectionRequested() | ConnectionResolved():
            return "question connection"
        case UsageReported():
            return "usage"
        case LogLine():
            return "log"
        case StreamInterrupted() | StreamLost() | StreamResumed():
            return "problem lost resumed"
        case UnknownEvent():
            return "unknown"
        case HaltRequested() | Heartbeat():
            return ""


class RecordBoundary:
    """Boundary above the first event that the server still stores."""

    def __init__(self, from_ms: int | None = None, begun_ms: int | None = None) -> None:
        self._from_ms = from_ms
        self._begun_ms = begun_ms
        self._awaited = False
        self.is_over = False
        """True if the server stores none of the events any more."""

    def begin(self, events: Iterable[TurnEvent]) -> None:
        """Find the boundary; call before all events are drawn."""
        if self._from_ms is None:
            return
        times = [at_ms for event in events if (at_ms := _time(event)) is not None]
        older = [self._is_older(at_ms) for at_ms in times]
        self._awaited = any(older) or self._is_older(self._begun_ms)
        self.is_over = self._awaited and all(older)

    def begins_with(self, events: Iterable[TurnEvent]) -> bool:
        """Return True for the first events that the server stores, if there are earlier ones."""
        if not self._awaited:
            return False
        times = (_time(event) for event in events)
        if any(at_ms is not None and not self._is_older(at_ms) for at_ms in times):
            self._awaited = False
            return True
        return False

    def _is_older(self, at_ms: int | None) -> bool:
        return at_ms is not None and self._from_ms is not None and at_ms < self._from_ms


def _time(event: TurnEvent) -> int | None:
    return event.at_ms if event.at_ms is not None else event.seen_ms


_BEGINS = TimelineLine("note", note="── server history starts here")
