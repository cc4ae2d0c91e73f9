"""One line of the timeline as text: glyph, name, bar on the axis of the turn, and duration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from tui.core.event_labels import EventIcon, first_words, label_for, resumed_parts
from tui.core.events import AgentMessage, LogLine, SkillProgress, StreamResumed, TextDelta
from tui.core.text import clean_line, duration, elapsed
from tui.ui.toolkit.state_glyphs import ASKS, BAD, BUSY, GOOD, MUTED, muted
from tui.ui.toolkit.text import line, spread
from tui.ui.toolkit.time_axis import AxisSpan, TimeAxis

if TYPE_CHECKING:
    from tui.core.events import TurnEvent
    from tui.core.timeline_row import RowState, TimelineRow

_GLYPH_CELLS = 2
_NAME_CELLS = 16
_TOOK_CELLS = 8
_LEAST_AXIS_CELLS = 8
_USUAL_CELLS = 42
"""Width at which names have ``_NAME_CELLS``; half of any more is theirs."""
_TEXT_CHARS = 200
_MOMENT = "•"
CAUGHT_UP = Content.styled(" ↻", GOOD)

_STYLES = {
    EventIcon.BEGAN: BUSY,
    EventIcon.SAID: MUTED,
    EventIcon.RUNS: BUSY,
    EventIcon.DONE: GOOD,
    EventIcon.FAILED: BAD,
    EventIcon.STOPPED: MUTED,
    EventIcon.QUESTION: ASKS,
    EventIcon.CONNECTION: ASKS,
    EventIcon.REJECTED: MUTED,
    EventIcon.OPEN_END: MUTED,
    EventIcon.NOTED: MUTED,
    EventIcon.CUT: BAD,
    EventIcon.RESUMED: GOOD,
    EventIcon.UNSURE: ASKS,
}
_GLYPHS = {mark: Content.styled(mark.value, style) for mark, style in _STYLES.items()}
_ICONS: dict[RowState, EventIcon] = {
    "approved": EventIcon.DONE,
    "done": EventIcon.DONE,
    "failed": EventIcon.FAILED,
    "stopped": EventIcon.STOPPED,
    "rejected": EventIcon.REJECTED,
    "open_end": EventIcon.OPEN_END,
}
_BAR_STYLES: dict[RowState, str] = {"running": BUSY, "done": GOOD, "failed": BAD, "approved": GOOD}


def glyph(mark: EventIcon) -> Content:
    """Return an event's glyph in its color; one cell."""
    return _GLYPHS[mark]


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the columns of a turn's rows; no axis if it is too narrow."""

    name: int
    axis: int
    marks: int
    """Cells for the mark of what was caught up."""

    @classmethod
    def of(cls, width: int, *, caught_up: bool) -> Columns:
        marks = CAUGHT_UP.cell_length if caught_up else 0
        room = width - _GLYPH_CELLS - _TOOK_CELLS - marks
        name = _NAME_CELLS + max(0, width - _USUAL_CELLS) // 2
        axis = room - name - 1
        if axis < _LEAST_AXIS_CELLS:
            return cls(max(1, room), 0, marks)
        return cls(name, axis, marks)


@dataclass(frozen=True, slots=True)
class RowPainter:
    """Draws the rows of a turn at a time, on its axis."""

    columns: Columns
    axis: TimeAxis
    now_ms: int
    busy: Content
    """Glyph of what runs."""
    raw: bool = False
    """Show log lines with their names on the wire."""
    is_paused: bool = False
    """True if the turn is not followed, so that its progress is unknown."""

    def labels(self) -> Content:
        """Return the line with the times of the axis."""
        if not self.columns.axis:
            return Content("")
        before = " " * (_GLYPH_CELLS + self.columns.name + 1)
        return muted(before + self.axis.labels())

    def line(self, row: TimelineRow, *, caught_up: bool) -> Content:
        """Return the line of a row."""
        columns = self.columns
        name, moment_ms = self._name(row), self._moment_ms(row)
        if not columns.axis:
            middle = name.truncate(columns.name, ellipsis=True, pad=True)
        elif moment_ms is None:
            name = name.truncate(columns.name, ellipsis=True, pad=True)
            middle = Content.assemble(name, " ", self.axis.bar(self._spans(row)))
        else:
            middle = self._at_moment(name, moment_ms, _mark_of(row))
        mark = CAUGHT_UP if caught_up else Content("")
        marks = mark.pad_right(columns.marks - mark.cell_length)
        took = self._took(row)
        gap = " " * max(0, _TOOK_CELLS - took.cell_length)
        return Content.assemble(self._glyph(row), " ", middle, gap, took, marks)

    def _at_moment(self, name: Content, at_ms: int, mark: Content) -> Content:
        """Return a moment on the axis with its name before it, which may use the axis up to it."""
        columns, at = self.columns, self.axis.cell(at_ms)
        name = name.truncate(max(columns.name, columns.name + at), ellipsis=True)
        before = name.pad_right(columns.name + 1 + at - name.cell_length)
        return Content.assemble(before, mark).pad_right(columns.axis - at - 1)

    # -- parts -------------------------------------------------------------------------------------

    def _glyph(self, row: TimelineRow) -> Content:
        match row.kind, row.state:
            case ("message", _):
                return _GLYPHS[EventIcon.SAID]
            case ("gap", _):
                return _GLYPHS[EventIcon.CUT]
            case ("connection", "asks"):
                return _GLYPHS[EventIcon.CONNECTION]
            case (_, "asks"):
                return _GLYPHS[EventIcon.QUESTION]
            case (_, "running"):
                return _GLYPHS[EventIcon.REJECTED] if self.is_paused else self.busy
            case ("skill" | "connection" | "end", state) if state in _ICONS:
                return _GLYPHS[_ICONS[state]]
            case _:
                return _GLYPHS[label_for(row.event).mark]

    def _name(self, row: TimelineRow) -> Content:
        name, about = words_of(row, raw=self.raw)
        match row.kind:
            case "message":
                return muted(name)
            case "skill" | "connection":
                return line(name).stylize(BAD) if row.state == "failed" else line(name)
            case "gap":
                return line(name).stylize(BAD)
            case "moment" if isinstance(row.event, StreamResumed):
                return line(name).stylize(GOOD)
            case "end":
                bold = line(name).stylize("bold")
                return Content.assemble(bold, " ", muted(about)) if about else bold
            case _:
                return Content(" ").join([muted(part) for part in (name, about) if part])

    def _moment_ms(self, row: TimelineRow) -> int | None:
        """Return the time of a row without a bar."""
        if row.kind in ("message", "moment"):
            return row.at_ms
        if row.kind == "log" and row.started_ms is None:
            return row.at_ms
        return None

    def _spans(self, row: TimelineRow) -> Iterator[AxisSpan]:
        until_ms: float = self.now_ms if row.ended_ms is None else row.ended_ms
        if row.state == "asks":
            until_ms = self.axis.begin_ms + self.axis.length_ms
        unknown = self.is_paused and row.state == "running"
        style = MUTED if unknown else _BAR_STYLES.get(row.state, MUTED)
        if row.kind == "end":
            return
        if row.asked_ms is not None:
            asked_until_ms = until_ms if row.answered_ms is None else row.answered_ms
            waits = row.kind == "gap" or row.state != "rejected"
            yield AxisSpan(row.asked_ms, asked_until_ms, ASKS if waits else MUTED, dotted=waits)
        if row.started_ms is not None:
            style = MUTED if row.kind == "log" else style
            yield AxisSpan(row.started_ms, until_ms, style, dotted=unknown)
        elif row.not_before_ms is not None:
            yield AxisSpan(row.not_before_ms, until_ms, style, dotted=True)

    def _took(self, row: TimelineRow) -> Content:
        if row.state == "asks":
            return Content.styled("waits", ASKS)
        if row.is_open and row.kind != "message":
            if self.is_paused:
                return Content("")
            times = (row.started_ms, row.asked_ms)
            since_ms = next((at_ms for at_ms in times if at_ms is not None), row.at_ms)
            style = ASKS if row.kind == "gap" else BUSY
            return Content.styled(elapsed((self.now_ms - since_ms) / 1000), style)
        took_ms = None if self._moment_ms(row) is not None else row.took_ms
        if took_ms is None:
            took_ms = row.at_ms - round(self.axis.begin_ms)
        style = BAD if row.kind == "skill" and row.state == "failed" else MUTED
        return Content.styled(duration(took_ms / 1000), style)


def _mark_of(row: TimelineRow) -> Content:
    """Return the glyph of a moment on the axis."""
    if isinstance(row.event, StreamResumed):
        return _GLYPHS[EventIcon.RESUMED]
    return Content.styled(_MOMENT, BUSY if row.state == "running" else "$text")


def words_of(row: TimelineRow, *, raw: bool = False) -> tuple[str, str]:
    """Return the name of a row, and what else there is to say about it; both on one line."""
    event = row.event
    match event:
        case TextDelta():
            return first_words(row.text or event.text, _TEXT_CHARS) or "Writes", ""
        case AgentMessage(text=text):
            return first_words(text, _TEXT_CHARS) or "Message", ""
        case LogLine(name=name, detail=detail) if raw:
            return clean_line(name), clean_line(detail, _TEXT_CHARS)
        case SkillProgress() if row.kind == "skill":
            event = row.events[0]
        case StreamResumed():
            parts = (part.replace(" events ", " ") for part in resumed_parts(event)[1:])
            return " · ".join(parts), ""
        case _:
            pass
    _, what, about = label_for(event)
    if row.kind in ("skill", "connection"):
        what = next(filter(None, (_name_in(each) for each in row.events)), what)
    return clean_line(what or about), clean_line(about if what else "", _TEXT_CHARS)


def _name_in(event: TurnEvent) -> str:
    """Return the name of a skill or connection."""
    return getattr(event, "skill", "") or getattr(event, "connector", "")


def title_line(title: str, clock: str, width: int) -> Content:
    """Return the line above the rows of a turn."""
    return spread(line(title) or muted("A turn"), muted(clock), width, gap=2)
