"""The three panes: what stands where, and what steps aside when there is little room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui.ui.desk import Desk
from tui.ui.input_events import is_typed
from tui.ui.panes import ROOM, Pane, Panes
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.widgets.attached import Attached
from tui.ui.widgets.banner import Banner
from tui.ui.widgets.composer import Composer
from tui.ui.widgets.conversation import ConversationPane
from tui.ui.widgets.keybar import KeyBar
from tui.ui.widgets.offers import Offers
from tui.ui.widgets.sidebar import Sidebar
from tui.ui.widgets.timeline_head import TimelineHead
from tui.ui.widgets.topbar import TopBar

if TYPE_CHECKING:
    from tui.core.ports import Clock
    from tui.ui.studio.connection import StudioConnection
    from tui.ui.widgets.timeline import Timeline


_WIDTHS = [(0, "-narrow"), (150, "-wide")]
"""Columns from which on the screen has a style class."""


_STOPS = "Composer, ConversationList, Transcript, Timeline, #suggestions"
"""Where Tab goes; inside of each of them the arrows do."""


LEAST_COLUMNS, LEAST_ROWS = 24, 8
"""In a smaller window nothing can be read; a sentence covers it, and all goes on below."""


class ThreePanes(SafeScreen[None]):
    """Sidebar, conversation and timeline, with everything that only moves them about."""

    AUTO_FOCUS = "Composer"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+b",
            "toggle_pane('sidebar')",
            "Sidebar",
            tooltip="Show or hide the conversations",
            id="pane.sidebar",
        ),
        Binding(
            "ctrl+t",
            "toggle_pane('timeline')",
            "Timeline",
            tooltip="Show or hide the timeline",
            id="pane.timeline",
        ),
        Binding(
            "tab",
            "next_pane",
            "Next pane",
            show=False,
            id="pane.next",
        ),
    ]

    def __init__(
        self,
        *,
        agent_name: str,
        user_name: str,
        place: str,
        suggestions: Sequence[tuple[str, str]],
        studio: StudioConnection,
        clock: Clock,
    ) -> None:
        super().__init__()
        self.studio = studio
        self.desk = Desk()
        self.clock = clock
        self.agent_name = agent_name
        self.place = place
        self._panes = Panes()
        self.topbar = TopBar(agent_name, user_name, place)
        self.sidebar = Sidebar(clock, self.desk.board.state)
        self.conversation = ConversationPane(self._called(agent_name), suggestions, clock.now_ms)
        self.banner = Banner(clock)
        self.attached = Attached()
        self.offers = Offers()
        self.composer = Composer(self._called(agent_name))
        self.timeline: Timeline | None = None

    def compose(self) -> ComposeResult:
        yield self.topbar
        with Horizontal(id="panes"):
            yield self.sidebar
            with Vertical(id="middle"):
                yield self.conversation
                yield self.banner
                yield self.attached
                yield self.offers
                yield self.composer
            with Vertical(id="timeline-pane"):
                yield TimelineHead(id="timeline-title")
                yield Static(
                    Content("What the agent does appears here, step by step."), id="timeline-hint"
                )
        yield KeyBar()
        yield Static(Content("Too small a window. Nothing is lost."), id="too-small")

    def call_agent(self, name: str) -> None:
        """Show another agent's name wherever it is said."""
        if name == self.agent_name:
            return
        self.agent_name = name
        self.topbar.agent = name
        self.conversation.call_agent(self._called(name))
        self.composer.address(self._called(name))

    def _called(self, agent_name: str) -> str:
        """What one may call an agent; empty where only its handle is known."""
        return "" if agent_name == self.studio.genie else agent_name

    async def furnish(self) -> None:
        """Mount what is too costly for the first paint."""
        from tui.ui.widgets.timeline import Timeline

        await self.conversation.furnish()
        self.timeline = Timeline()
        self.timeline.display = False
        await self.query_one("#timeline-pane").mount(self.timeline)

    def on_timeline_filtered(self, event: Timeline.Filtered) -> None:
        """Say above the timeline what is left of it."""
        self.query_one(TimelineHead).show(event.words, event.shown)

    @on(TimelineHead.Pressed)
    def _filter_timeline(self) -> None:
        """Begin a filter of the timeline, or end it."""
        if self.timeline and self.timeline.display:
            self.timeline.filter_by("" if self.query_one(TimelineHead).words is None else None)
            self.timeline.focus()

    def greet(self, *, on: bool) -> None:
        """Show the welcome and an empty timeline, or a conversation."""
        self.conversation.greet(on=on)
        self.query_one("#timeline-hint").display = on
        if self.timeline:
            self.timeline.display = not on
            if on:
                self.timeline.show_events(())

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < LEAST_COLUMNS or height < LEAST_ROWS, "-tiny")
        self._panes.resize(width)
        self._arrange_panes()
        self._rescue_focus()

    def _arrange_panes(self) -> None:
        for pane in ROOM:
            widget = self._pane(pane)
            widget.display = self._panes.shows(pane)
            widget.set_class(self._panes.floats(pane), "-floating")

    def _pane(self, pane: Pane) -> Vertical:
        return self.sidebar if pane == "sidebar" else self.query_one("#timeline-pane", Vertical)

    def action_toggle_pane(self, pane: Pane) -> None:
        """Show or hide a pane; the focus stays where it is unless that is hidden now."""
        self._panes.toggle(pane)
        self._arrange_panes()
        self._rescue_focus()

    def _rescue_focus(self) -> None:
        """Move the focus to the composer if it is nowhere, or in a pane that is hidden.

        At once, and by what is to be displayed: the layout follows only later.
        """
        focused = self.focused
        shown = focused is not None and all(node.display for node in focused.ancestors_with_self)
        if not shown and self.composer.is_attached:
            self.set_focus(self.composer)

    def takes_up(self, event: events.Key | events.Paste) -> bool:
        """Write what is typed while nothing has the focus, such as in a tiny window."""
        if not is_typed(event):
            return False
        self.set_focus(self.composer)
        self.composer._forward_event(event)
        return True

    def on_screen_resume(self) -> None:
        """The window may have changed while something else was in front."""
        self._rescue_focus()

    def close_floating(self) -> bool:
        """Put away panes that lie over the conversation; whether there were any."""
        closed = self._panes.close_floating()
        if closed:
            self._arrange_panes()
        return closed

    def action_next_pane(self) -> None:
        if self.focused is self.composer and self.conversation.greets:
            self.conversation.focus_suggestions()
        else:
            self.focus_next(_STOPS)

    def action_focus_composer(self) -> None:
        self.close_floating()
        self.composer.focus()

    def action_scroll_transcript(self, direction: int) -> None:
        if (transcript := self.conversation.transcript) and transcript.display:
            transcript.action_page_up() if direction < 0 else transcript.action_page_down()

    def action_follow_end(self) -> None:
        if self.conversation.transcript:
            self.conversation.transcript.follow_end()

    @on(events.Click, "#pill")
    def _follow(self) -> None:
        self.action_follow_end()
