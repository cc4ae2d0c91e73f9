"""Pane beside the conversation: the timeline and its header."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from tui.system.clock import SystemClock
from tui.ui.timeline.timeline_header import TimelineHeader

if TYPE_CHECKING:
    from tui.core.events import TurnEvent
    from tui.core.turn import Turn
    from tui.core.usage import Usage
    from tui.ui.timeline.timeline import Timeline


class TimelinePane(Vertical):
    """Timeline with its header; shows a hint until there are events.

    The timeline is mounted by :meth:`mount_deferred` after the first paint: its imports are slow.
    """

    timeline: Timeline | None = None
    is_empty = reactive(True)
    """True while there is no conversation whose events could be shown."""

    def __init__(self, now_ms: Callable[[], int] | None = None) -> None:
        super().__init__(id="timeline-pane")
        self._now_ms = now_ms or SystemClock().now_ms
        self._head = TimelineHeader(id="timeline-title")
        self._hint = Static(Content("The agent's steps appear here."), id="timeline-hint")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._hint

    async def mount_deferred(self, *, offers_jobs: bool) -> None:
        """Mount the timeline. ``offers_jobs``: a skill's recipe and jobs can be shown."""
        from tui.ui.timeline.timeline import Timeline

        timeline = Timeline(now_ms=self._now_ms)
        timeline.offers_jobs = offers_jobs
        timeline.display = False
        self.timeline = timeline
        await self.mount(timeline)

    def show_welcome(self, *, on: bool) -> None:
        """Show the hint, or the timeline of a conversation."""
        self._hint.display = self.is_empty = on
        if self.timeline:
            self.timeline.display = not on
            if on:
                self.timeline.show_events(())

    def show_events(
        self, events: Sequence[TurnEvent], *, record_from_ms: int | None, begun_ms: int | None
    ) -> None:
        """Show the recorded events of a conversation."""
        if self.timeline:
            self.timeline.show_events(events, record_from_ms=record_from_ms, begun_ms=begun_ms)

    def add_events(self, events: Sequence[TurnEvent]) -> None:
        """Add new events."""
        if self.timeline:
            self.timeline.add_events(events)

    def lengthen(self, events: Sequence[TurnEvent]) -> None:
        """Append those of these events that are not shown yet, without scrolling."""
        if self.timeline:
            self.timeline.lengthen(events)

    def note_turns(self, turns: Iterable[Turn]) -> None:
        """Learn the first words and the runs of turns."""
        if self.timeline:
            self.timeline.note_turns(turns)

    def set_paused(self, *, on: bool) -> None:
        """Stop or resume showing progress."""
        if self.timeline:
            self.timeline.set_paused(on=on)

    def show_total(self, total: Usage | None) -> None:
        """Show the conversation's usage in the header."""
        self._head.total = total

    def on_timeline_filtered(self, event: Timeline.Filtered) -> None:
        """Show the filter in the header."""
        event.stop()
        self._head.show(event.words, event.shown)

    @on(TimelineHeader.Pressed)
    def _filter(self, event: TimelineHeader.Pressed) -> None:
        """Start or end a filter of the timeline."""
        event.stop()
        if self.timeline and self.timeline.display:
            self.timeline.filter_by("" if self._head.words is None else None)
            self.timeline.focus()
