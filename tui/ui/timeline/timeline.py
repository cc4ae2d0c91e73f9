"""Timeline: a row for each thing that happened in a turn, with bars on the axis of the turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from tui.ui.app.messages import CopyText, JobsWanted
from tui.ui.studio.connection import has_recipe
from tui.ui.timeline.event_rows import Columns, RowPainter, title_line
from tui.ui.timeline.lines import RecordBoundary, TimelineLine, lines_of
from tui.ui.timeline.turns import TimelineTurn, TimelineTurns
from tui.ui.toolkit.line_list import LineList
from tui.ui.toolkit.state_glyphs import BUSY_STILL, clock_time, muted, spinner
from tui.ui.toolkit.ticker import stepped, ticker_of
from tui.ui.toolkit.time_axis import TimeAxis, axis_ms

if TYPE_CHECKING:
    from tui.core.events import TurnEvent
    from tui.core.ids import RunId
    from tui.core.turn import Turn

MAX_EVENTS = 500
_KEPT_EVENTS = 400
_FLUSH_S = 0.1
_LETTERS = ("filter", "copy", "show_requests", "show_jobs", "raw")
"""Actions of letter keys, which a filter takes."""


def _key(
    key: str, action: str, name: str, label: str, meaning: str, *, show: bool = True
) -> Binding:
    return Binding(key, action, label, tooltip=meaning, id=f"timeline.{name}", show=show)


def _move(key: str, action: str, name: str, meaning: str) -> Binding:
    return _key(key, action, name, name.capitalize(), meaning, show=False)


class Timeline(LineList):
    """Rows of turns, each turn under its first words. Enter or a click shows a row's events.

    Draws only the lines in view. Only the newest events are kept: between 400 and 500 once there
    are more, up to 1,000 while the user reads further up. After ``/``, typed text filters the rows
    by words, which may be kinds of events.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("enter", "select", "details", "Details", "Show the events of the row"),
        _key("slash", "filter", "filter", "Filter", "Filter the events"),
        _key("c", "copy", "copy", "Copy", "Copy the event"),
        _key("l", "raw", "raw", "Log", "Show the log lines as the service sent them"),
        _key("j", "show_jobs", "jobs", "Jobs", "Show the skill's recipe and jobs"),
        _key("r", "show_requests", "requests", "Requests", "Show recent requests"),
        _key("escape", "leave", "leave", "Back", "Clear the filter, or go back to the composer"),
        _move("up", "move(-1)", "up", "Go to the row above"),
        _move("down", "move(1)", "down", "Go to the row below"),
        _move("pageup", "move_page(-1)", "page_up", "Go up a page"),
        _move("pagedown", "move_page(1)", "page_down", "Go down a page"),
        _move("home", "first", "first", "Go to the first row"),
        _move("end", "last", "last", "Go to the last row"),
    ]
    offers_jobs = False
    """True if a skill's recipe and jobs can be shown."""
    is_paused = False
    """True if the turn is not followed: nothing may look as if it were in progress."""

    @dataclass
    class Filtered(Message):
        """The shown rows have changed. ``words`` is None without a filter."""

        words: str | None
        shown: int

    def __init__(
        self,
        *,
        id: str | None = None,
        classes: str | None = None,
        now_ms: Callable[[], int] = lambda: int(time.time() * 1000),
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._now_ms = now_ms
        self._turns = TimelineTurns()
        self._coming: list[TurnEvent] = []
        self._flushing: Timer | None = None
        self._filtering: Timer | None = None
        self._words: str | None = None
        self._record = RecordBoundary()
        self._lines: list[TimelineLine] = []
        self._axes: dict[str, int] = {}
        """Lengths of the axes as drawn, in milliseconds."""

    # -- events ------------------------------------------------------------------------------------

    def show_events(
        self,
        shown: Sequence[TurnEvent],
        *,
        record_from_ms: int | None = None,
        begun_ms: int | None = None,
    ) -> None:
        """Show these events, oldest first, replacing all others.

        ``record_from_ms``: time from which the server stores events. ``begun_ms``: start of the
        first turn shown, which may be before the first event.
        """
        self._coming.clear()
        self._turns.clear()
        self._record = RecordBoundary(record_from_ms, begun_ms)
        self._turns.add(shown)
        self._fill()
        self.scroll_end(animate=False)

    def note_turns(self, turns: Iterable[Turn]) -> None:
        """Learn the first words and the runs of turns."""
        if self._turns.note(turns):
            self._fill()

    def reveal(self, key: str | None, run_id: RunId | None) -> None:
        """Scroll to an event, or else to the beginning of its run."""
        shown = [(line.key, event) for line in self._lines for event in line.events]
        found = next((name for name, event in shown if event.key == key), None)
        if found is None and run_id:
            found = next((name for name, event in shown if event.run_id == run_id), None)
        if found is not None:
            self.place_cursor(found)

    def add_events(self, new: Iterable[TurnEvent]) -> None:
        """Add newer events; drawn at most ten times a second."""
        self._coming += new
        if self._flushing is None and self._coming:
            self._flushing = self.set_timer(_FLUSH_S, self._flush)

    def lengthen(self, newest: Sequence[TurnEvent]) -> None:
        """Add those of the newest events that follow the shown ones."""
        known = [place for place, event in enumerate(newest, 1) if self._turns.has(event)]
        self.add_events(newest[max(known, default=0) :])

    def set_paused(self, *, on: bool) -> None:
        """Stop or resume showing progress."""
        if on != self.is_paused:
            self.is_paused = on
            self._fill()

    def _flush(self) -> None:
        self._flushing = None
        coming, self._coming = self._coming, []
        if not self._turns.add(coming):
            return
        follows = self.is_vertical_scroll_end
        # Keep older rows for a while if the user has scrolled up.
        if len(self._turns) > (MAX_EVENTS if follows else 2 * MAX_EVENTS):
            self._turns.forget_oldest(_KEPT_EVENTS)
        self._fill()
        if follows:
            self.scroll_end(animate=False)

    def _fill(self) -> None:
        """Lay out all lines."""
        if len(self._turns) > 2 * MAX_EVENTS:
            self._turns.forget_oldest(_KEPT_EVENTS)
        self._lines = lines_of(
            self._turns.turns, (self._words or "").casefold().split(), self._record
        )
        self.show_lines([line.key for line in self._lines])
        live = not self.is_paused and any(turn.rows.summary.moves for turn in self._turns.turns)
        ticker_of(self.app).follow(self, on=live)
        self._post_filtered()

    # -- drawing -----------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        """Number of rows, without titles, axes and notes."""
        return sum(line.row is not None for line in self._lines)

    def draw_line(self, place: int, width: int) -> Content:
        line = self._lines[place]
        if line.turn is None:
            return muted(line.note)
        if line.kind == "title":
            clock = clock_time(line.turn.at_ms or line.turn.rows.begin_ms)
            return title_line(line.turn.name, clock, width)
        painter = self._painter(line.turn, width)
        if line.row is None:
            return painter.labels()
        return painter.line(line.row, caught_up=line.turn.rows.is_caught_up(line.row))

    def version_of(self, place: int) -> object:
        line = self._lines[place]
        if line.turn is None:
            return line.note
        if line.kind == "title":
            return line.turn.name, line.turn.at_ms
        rows, row = line.turn.rows, line.row
        length_ms = axis_ms(self._time_of(line.turn) - rows.begin_ms)
        look = rows.begin_ms, length_ms, rows.summary.has_caught_up, self._turns.raw
        if row is None:
            return look
        if row.is_open:
            return None
        return look, id(row), row.event.key, row.state, row.ended_ms, rows.is_caught_up(row)

    def _painter(self, turn: TimelineTurn, width: int) -> RowPainter:
        rows, now_ms = turn.rows, self._time_of(turn)
        columns = Columns.of(width, caught_up=rows.summary.has_caught_up)
        length_ms = self._axes[turn.key] = axis_ms(now_ms - rows.begin_ms)
        axis = TimeAxis(rows.begin_ms, length_ms, columns.axis)
        moves = self.app.animation_level != "none"
        busy = spinner(self._now_ms()) if moves else BUSY_STILL
        return RowPainter(
            columns, axis, now_ms, busy, raw=self._turns.raw, is_paused=self.is_paused
        )

    def _time_of(self, turn: TimelineTurn) -> int:
        """Return the time up to which a turn is drawn."""
        summary = turn.rows.summary
        if self.is_paused or not summary.moves:
            return summary.last_ms
        return max(summary.last_ms, stepped(self._now_ms()))

    def tick(self) -> None:
        """Draw the next frame of what runs."""
        if not self.display:
            return
        for place in self.lines_in_view:
            turn, row = self._lines[place].turn, self._lines[place].row
            if turn is None or not turn.rows.summary.moves:
                continue
            if self._axes.get(turn.key) != axis_ms(self._time_of(turn) - turn.rows.begin_ms):
                self.refresh()
                return
            if row is not None and row.is_open:
                self.refresh_line(place)

    # -- filter ------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if self._words is None:
            return
        if event.key == "backspace":
            words = self._words[:-1]
        elif event.is_printable and event.character:
            words = self._words + event.character
        else:
            return
        event.stop()
        event.prevent_default()
        self.filter_by(words)

    def filter_by(self, words: str | None) -> None:
        """Show only rows with all these words, None: all rows; drawn after a short pause."""
        self._words = words
        self._post_filtered()
        if self._filtering:
            self._filtering.stop()
        self._filtering = self.set_timer(_FLUSH_S, self._show_found)

    def _show_found(self) -> None:
        self._fill()
        self.scroll_end(animate=False)
        if self._words:
            self.action_last()

    def _post_filtered(self) -> None:
        self.post_message(self.Filtered(self._words, self.row_count if self._words else 0))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable letter keys while a filter is being typed."""
        if self._words is not None and action in _LETTERS:
            return False
        if action == "show_jobs":
            return self._skill_with_jobs is not None
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Start a filter; the next keys are its text."""
        self.filter_by("")
        self.refresh_bindings()

    async def action_leave(self) -> None:
        """End the filter, or else return to the composer."""
        if self._words is None:
            await self.run_action("screen.step_back")
        else:
            self.filter_by(None)
            self.refresh_bindings()

    # -- the row with the cursor -------------------------------------------------------------------

    @property
    def _chosen(self) -> list[TurnEvent]:
        place = self.cursor_line
        return [] if place is None else self._lines[place].events

    @property
    def _skill_with_jobs(self) -> TurnEvent | None:
        if not self.offers_jobs:
            return None
        return next((e for e in self._chosen if has_recipe(getattr(e, "skill_id", None))), None)

    def choose(self) -> None:
        self.action_select()

    def action_select(self) -> None:
        """Show the events of the row with the cursor."""
        if chosen := self._chosen:
            from tui.ui.timeline.event_details import EventDetails  # here, for a quick start

            has_jobs = self._skill_with_jobs is not None
            self.app.push_screen(EventDetails(chosen, has_jobs=has_jobs))

    def action_copy(self) -> None:
        """Copy the payloads of the row with the cursor."""
        from tui.ui.timeline.event_details import payload_of  # here, for a quick start

        if chosen := self._chosen:
            self.post_message(CopyText(payload_of(chosen), "the event"))

    def action_show_jobs(self) -> None:
        """Show the recipe and jobs of the skill with the cursor."""
        if event := self._skill_with_jobs:
            skill_id, name = (getattr(event, part, "") for part in ("skill_id", "skill"))
            self.post_message(JobsWanted(skill_id, name))

    def action_raw(self) -> None:
        """Show each log line with its name on the wire, or in words again."""
        self._turns.show_raw(on=not self._turns.raw)
        self._fill()

    async def action_show_requests(self) -> None:
        """Show the HTTP requests."""
        await self.run_action("screen.requests")
