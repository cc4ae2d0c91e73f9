"""Rows of the timeline: description and duration of each event."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from tui.core.event_labels import EventIcon, label_for
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
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.text import clean_line, duration
from tui.ui.toolkit.rows import Row, Rows
from tui.ui.toolkit.state_glyphs import ASKS, BAD, BUSY, GOOD, MUTED, clock_time, muted
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.core.events import TurnEvent
    from tui.core.ids import RunId


class RecordBoundary:
    """Boundary above the first event that the server still stores."""

    def __init__(self, from_ms: int | None = None, begun_ms: int | None = None) -> None:
        self._from_ms = from_ms
        self._begun_ms = begun_ms
        self._awaited = False
        self.is_over = False
        """True if the server stores none of the events any more."""

    def begin(self, events: Sequence[TurnEvent]) -> None:
        """Find the boundary; call before all events are drawn."""
        times = [at_ms for event in events if (at_ms := _time(event)) is not None]
        older = [self._is_older(at_ms) for at_ms in times]
        self._awaited = any(older) or self._is_older(self._begun_ms)
        self.is_over = self._awaited and all(older)

    def begins_with(self, event: TurnEvent) -> bool:
        """Return True for the first event that the server stores, if there are earlier ones."""
        at_ms = _time(event)
        found = self._awaited and at_ms is not None and not self._is_older(at_ms)
        self._awaited = self._awaited and not found
        return found

    def _is_older(self, at_ms: int | None) -> bool:
        return at_ms is not None and self._from_ms is not None and at_ms < self._from_ms


def _time(event: TurnEvent) -> int | None:
    return event.at_ms if event.at_ms is not None else event.seen_ms


_TIME_CELLS = 8
_INDENT_CELLS = _TIME_CELLS + 3

_STYLES = {
    EventIcon.BEGAN: BUSY,
    EventIcon.SAID: BUSY,
    EventIcon.RUNS: BUSY,
    EventIcon.DONE: GOOD,
    EventIcon.FAILED: BAD,
    EventIcon.STOPPED: ASKS,
    EventIcon.QUESTION: ASKS,
    EventIcon.CONNECTION: ASKS,
    EventIcon.NOTED: MUTED,
    EventIcon.CUT: ASKS,
    EventIcon.UNSURE: ASKS,
}
_GLYPHS = {mark: Content.styled(mark.value, style) for mark, style in _STYLES.items()}


def glyph(mark: EventIcon) -> Content:
    """Return an event's glyph in its color; one cell."""
    return _GLYPHS[mark]


class EventRow(Visual):
    """One line of the timeline; formatted only while in view, as few of many rows are."""

    def __init__(self, event: TurnEvent, took_ms: int | None = None) -> None:
        """``took_ms``: time since the event that started what this one ends."""
        self.event = event
        self.took_ms = took_ms

    def drawn(self) -> Rows:
        """Return the formatted line."""
        mark, what, about = label_for(self.event)
        at_ms = self.event.at_ms if self.event.at_ms is not None else self.event.seen_ms
        at = clock_time(at_ms, seconds=True) if at_ms is not None else ""
        parts = (line(what), muted(clean_line(about, 160)))
        text = Content("  ").join([part for part in parts if part])
        took = muted(duration(self.took_ms / 1000)) if self.took_ms is not None else Content("")
        before = Content.assemble(muted(f"{at:<{_TIME_CELLS}} "), glyph(mark))
        return Rows([Row(text, before, took, indent=_INDENT_CELLS, lines=1)])

    @cached_property
    def words(self) -> str:
        """Searchable text: the kind of the event, and its line."""
        _, what, about = label_for(self.event)
        failed = "failed" if getattr(self.event, "outcome", "") == "failed" else ""
        kind = _kind(self.event)
        return f"{kind} {failed} {clean_line(what)} {clean_line(about, 400)}".casefold()

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return self.drawn().render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return 1


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
        case StreamInterrupted():
            return "problem"
        case UnknownEvent():
            return "unknown"
        case HaltRequested() | Heartbeat():
            return ""


def run_header(run_id: RunId | None) -> Rows:
    """Return the header above the events of a run."""
    name = clean_line(run_id or "", 40)
    return Rows([Row(muted(f"── {name or 'no run'}"), indent=0, lines=1)])


def record_begins() -> Rows:
    """Return the line above the first event that the server still stores."""
    return Rows([Row(muted("── server history starts here"), indent=0, lines=1)])


def record_is_over() -> Rows:
    """Return the line above events that the server no longer stores."""
    return Rows([Row(muted("── older than the server history"), indent=0, lines=1)])
