"""What happened, event by event, as it came over the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual import on
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.core.events import Heartbeat, TextDelta, TurnEvent
from tui.core.ids import RunId
from tui.ui.sturdy import SturdyList
from tui.ui.widgets.event_rows import EventRow, Spans, run_header

MAX_ROWS = 500
_KEPT_ROWS = 400
_FLUSH_S = 0.1

_NO_RUN = RunId("")


class Timeline(SturdyList):
    """A row for each event, under a thin header for each run. Enter or a click shows all of it.

    Pieces of text that is being written share a row; signs of life have none. Shows the newest
    events only: between 400 and 500 once there are more, up to 1,000 while the user reads above.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._rows: list[EventRow] = []
        self._coming: list[TurnEvent] = []
        self._flushing: Timer | None = None
        self._forget()

    def show_events(self, events: Sequence[TurnEvent]) -> None:
        """Show these events, oldest first, instead of whatever there was."""
        self._coming.clear()
        self._forget()
        self._rows = list(self._take(events))
        self._fill()
        self.scroll_end(animate=False)

    def add_events(self, events: Iterable[TurnEvent]) -> None:
        """Add events that came after those shown; drawn at most ten times a second."""
        self._coming += events
        if self._flushing is None and self._coming:
            self._flushing = self.set_timer(_FLUSH_S, self._flush)

    def _forget(self) -> None:
        self._spans = Spans()
        self._seen: set[str] = set()
        self._run: RunId | None = _NO_RUN

    def _take(self, events: Iterable[TurnEvent]) -> Iterator[EventRow]:
        """The rows of events that are new and worth one."""
        for event in events:
            name = f"delta:{event.message_id}" if isinstance(event, TextDelta) else event.key
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
        # While the user reads, what is read stays where it is a while longer.
        if len(self._rows) > (MAX_ROWS if follows else 2 * MAX_ROWS):
            self._fill()
        elif rows:
            self.add_options(self._options_for(rows, len(self._rows) - len(rows)))
        if follows:
            self.scroll_end(animate=False)

    def _fill(self) -> None:
        """Draw all rows anew, the oldest left out if there are too many."""
        del self._rows[: len(self._rows) - _KEPT_ROWS if len(self._rows) > MAX_ROWS else 0]
        self._run = _NO_RUN
        with self.app.batch_update():
            self.clear_options()
            self.add_options(self._options_for(self._rows, 0))

    def _options_for(self, rows: Sequence[EventRow], first: int) -> Iterator[Option]:
        for number, row in enumerate(rows, start=first):
            if row.event.run_id != self._run:
                self._run = row.event.run_id
                yield Option(run_header(self._run), disabled=True)
            yield Option(row, id=str(number))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            from tui.ui.widgets.event_details import EventDetails  # here, for a quick start

            self.app.push_screen(EventDetails(self._rows[int(event.option_id)].event))
