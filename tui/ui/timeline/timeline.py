"""Timeline: a row for each event of the stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.core.durations import Durations
from tui.core.events import Heartbeat, TextDelta, TurnEvent
from tui.core.ids import RunId
from tui.ui.app.messages import CopyText, JobsWanted
from tui.ui.studio.connection import has_recipe
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.timeline.event_rows import (
    EventRow,
    RecordBoundary,
    record_begins,
    record_is_over,
    run_header,
)

if TYPE_CHECKING:
    pass

MAX_ROWS = 500
_KEPT_ROWS = 400
_FLUSH_S = 0.1

_NO_RUN = RunId("")


def _key(key: str, action: str, name: str, label: str, meaning: str) -> Binding:
    return Binding(key, action, label, tooltip=meaning, id=f"timeline.{name}")


class Timeline(SafeOptionList):
    """A row for each event, under a thin header for each run. Enter or a click shows its details.

    Text deltas of a message share a row; heartbeats have none. Only the newest events are shown:
    between 400 and 500 once there are more, up to 1,000 while the user reads further up. After
    ``/``, typed text filters the rows by words, which may be kinds of events.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("enter", "select", "details", "Details", "Show the event details"),
        _key("slash", "filter", "filter", "Filter", "Filter the events"),
        _key("c", "copy", "copy", "Copy", "Copy the event"),
        _key("j", "show_jobs", "jobs", "Jobs", "Show the skill's recipe and jobs"),
        _key("r", "show_requests", "requests", "Requests", "Show recent requests"),
        _key("escape", "leave", "leave", "Back", "Clear the filter, or go back to the composer"),
    ]

    begins_at = "last"
    offers_jobs = False
    """True if a skill's recipe and jobs can be shown."""

    @dataclass
    class Filtered(Message):
        """The shown rows have changed. ``words`` is None without a filter."""

        words: str | None
        shown: int

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._rows: list[EventRow] = []
        self._coming: list[TurnEvent] = []
        self._flushing: Timer | None = None
        self._filtering: Timer | None = None
        self._words: str | None = None
        self._record = RecordBoundary()
        self._forget()

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
        self._forget()
        self._record = RecordBoundary(record_from_ms, begun_ms)
        self._rows = list(self._take(shown))
        self._fill()
        self.scroll_end(animate=False)

    def reveal(self, key: str | None, run_id: RunId | None) -> None:
        """Scroll to an event, or else to the beginning of its run."""
        rows = [
            (option.id, self._rows[int(option.id)].event) for option in self.options if option.id
        ]
        found = next((name for name, event in rows if event.key == key), None)
        if found is None and run_id:
            found = next((name for name, event in rows if event.run_id == run_id), None)
        if found is not None:
            self.highlighted = self.get_option_index(found)
            self.call_after_refresh(self.scroll_to_highlight)

    def add_events(self, new: Iterable[TurnEvent]) -> None:
        """Add newer events; drawn at most ten times a second."""
        self._coming += new
        if self._flushing is None and self._coming:
            self._flushing = self.set_timer(_FLUSH_S, self._flush)

    def lengthen(self, newest: Sequence[TurnEvent]) -> None:
        """Add those of the newest events that follow the shown ones."""
        known = [place for place, event in enumerate(newest, 1) if _name(event) in self._seen]
        self.add_events(newest[max(known, default=0) :])

    def _forget(self) -> None:
        self._spans = Durations()
        self._seen: set[str] = set()
        self._run: RunId | None = _NO_RUN

    def _take(self, new: Iterable[TurnEvent]) -> Iterator[EventRow]:
        """Return rows for the events that are new and have one."""
        for event in new:
            name = _name(event)
            if isinstance(event, Heartbeat) or name in self._seen:
                continue
            self._seen.add(name)
            yield EventRow(event, self._spans.take(event))

    def _flush(self) -> None:
        self._flushing = None
        rows = list(self._take(self._coming))
        self._coming.clear()
        follows = self.is_vertical_scroll_end
        self._rows += rows
        # Keep older rows for a while if the user has scrolled up.
        if len(self._rows) > (MAX_ROWS if follows else 2 * MAX_ROWS):
            self._fill()
        elif rows:
            self.add_options(self._options_for(rows, len(self._rows) - len(rows)))
            self._post_filtered()
        if follows:
            self.scroll_end(animate=False)

    def _fill(self) -> None:
        """Redraw all rows, dropping the oldest if there are too many."""
        if len(self._rows) > MAX_ROWS:
            self._forget_oldest()
        self._run = _NO_RUN
        self._record.begin([row.event for row in self._rows])
        with self.app.batch_update():
            self.clear_options()
            if self._record.is_over:
                self.add_option(Option(record_is_over(), disabled=True))
            self.add_options(self._options_for(self._rows, 0))
        self._post_filtered()

    def _forget_oldest(self) -> None:
        del self._rows[:-_KEPT_ROWS]
        self._seen = {_name(row.event) for row in self._rows}
        self._spans.forget_all_but(self._seen)

    def _options_for(self, rows: Sequence[EventRow], first: int) -> Iterator[Option]:
        words = (self._words or "").casefold().split()
        for number, row in enumerate(rows, start=first):
            if words and not all(word in row.words for word in words):
                continue
            if self._record.begins_with(row.event):
                yield Option(record_begins(), disabled=True)
            if row.event.run_id != self._run:
                self._run = row.event.run_id
                yield Option(run_header(self._run), disabled=True)
            yield Option(row, id=str(number))

    # -- filter ----------------------------------------------------------------------------

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
        shown = sum(option.id is not None for option in self.options) if self._words else 0
        self.post_message(self.Filtered(self._words, shown))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable letter keys while a filter is being typed."""
        letters = ("filter", "copy", "show_requests", "show_jobs")
        if self._words is not None and action in letters:
            return False
        if action == "show_jobs":
            return self._has_jobs(self._chosen)
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

    async def action_show_requests(self) -> None:
        """Show the HTTP requests."""
        await self.run_action("screen.requests")

    def _has_jobs(self, event: TurnEvent | None) -> bool:
        return self.offers_jobs and has_recipe(getattr(event, "skill_id", None))

    @property
    def _chosen(self) -> TurnEvent | None:
        """Event under the cursor."""
        option = self.highlighted_option
        return self._rows[int(option.id)].event if option and option.id is not None else None

    @on(OptionList.OptionHighlighted)
    def _offer_jobs(self) -> None:
        if self.offers_jobs:
            self.refresh_bindings()

    def action_show_jobs(self) -> None:
        """Show the recipe and jobs of the skill under the cursor."""
        if (event := self._chosen) and self._has_jobs(event):
            self.post_message(
                JobsWanted(getattr(event, "skill_id", ""), getattr(event, "skill", ""))
            )

    # -- single event ----------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the payload of the event under the cursor."""
        from tui.ui.timeline.event_details import payload_of  # here, for a quick start

        if event := self._chosen:
            self.post_message(CopyText(payload_of(event), "the event"))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            from tui.ui.timeline.event_details import EventDetails  # here, for a quick start

            shown = self._rows[int(event.option_id)].event
            self.app.push_screen(EventDetails(shown, has_jobs=self._has_jobs(shown)))


def _name(event: TurnEvent) -> str:
    """Return an id that is the same for events that share a row."""
    return f"delta:{event.message_id}" if isinstance(event, TextDelta) else event.key
