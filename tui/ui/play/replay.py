"""A stored conversation, played again: read-only, in the app's own transcript and timeline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.driver import Driver
from textual.reactive import reactive
from textual.widget import Widget

from tui.core.agents import Introduction
from tui.core.text import plural
from tui.system.clock import SystemClock
from tui.ui.app.base import BaseApp
from tui.ui.app.stylesheets import first_sheets, later_sheets
from tui.ui.chat.pane_row import TEXT_COLUMN, WIDEST
from tui.ui.chat.top_bar import TopBar
from tui.ui.textual_fixes.app import driver_of
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.timeline.timeline_pane import TimelinePane
from tui.ui.toolkit.text import spread
from tui.ui.transcript.conversation_pane import ConversationPane

if TYPE_CHECKING:
    from tui.config import Preferences
    from tui.core.replay import Beat
    from tui.system.asciicast import Recording

_ROOM_FOR_TIMELINE = 118
"""Columns from which the timeline is beside the conversation without being asked for."""
_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_LAST_S = 2.0
"""Time for which the end stays before the app quits on its own."""
_GAP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConversation:
    """What is played again."""

    title: str
    agent_name: str
    """Name of the agent; empty if only its handle is known."""
    beats: Sequence[Beat]


class ReplayClock:
    """Clock that runs through the times of the conversation, and stops at a change."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._at_ms = 0
        self._until_ms = 0
        self._since_s = 0.0
        self._speed = 0.0

    def now_ms(self) -> int:
        passed_s = self._clock.monotonic_s() - self._since_s
        return min(self._until_ms, self._at_ms + round(passed_s * 1000 * self._speed))

    def stand_at(self, at_ms: int) -> None:
        """Stop at a time."""
        self._at_ms = self._until_ms = at_ms

    def run(self, until_ms: int, speed: float) -> None:
        """Run on from the present to a later time."""
        self._at_ms = self.now_ms()
        self._until_ms = max(until_ms, self._at_ms)
        self._since_s, self._speed = self._clock.monotonic_s(), speed


class ReplayBar(Widget):
    """State of the replay, and the keys for it."""

    done = reactive(0)
    speed = reactive(1.0)
    state = reactive("Playing")
    hints: reactive[tuple[str, ...]] = reactive(())
    """Hints at keys, the longest first."""

    def __init__(self, count: int, speed: float) -> None:
        super().__init__()
        self._count = count
        self.set_reactive(ReplayBar.speed, speed)

    def render(self) -> Content:
        where = f"{self.done} of {plural(self._count, 'step')}"
        pace = f"speed {self.speed:g}"
        left = Content.assemble(
            ("▌ ", "$accent"), (self.state, "bold"), (f"  {where} · {pace}", "$muted")
        )
        room = self.size.width - left.cell_length - _GAP
        hint = next((hint for hint in self.hints if len(hint) <= room), "")
        return spread(left, Content.styled(hint, "$muted"), self.size.width, gap=_GAP, most=1)


class ReplayScreen(SafeScreen[None]):
    """Conversation and timeline of the past. Nothing on it takes the focus or changes anything."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", tooltip="Pause or continue", id="replay.pause"),
        Binding("right", "step", "Next", tooltip="Show the next step", id="replay.next"),
        Binding("plus", "pace(1)", "Faster", tooltip="Play faster", id="replay.faster"),
        Binding("minus", "pace(-1)", "Slower", tooltip="Play slower", id="replay.slower"),
        Binding("pageup,up", "scroll(-1)", "Up", tooltip="Scroll up", id="replay.up"),
        Binding("pagedown,down", "scroll(1)", "Down", tooltip="Scroll down", id="replay.down"),
        Binding("ctrl+t", "timeline", "Timeline", tooltip="Show or hide", id="replay.timeline"),
        Binding("escape,q,ctrl+c", "close", "Close", tooltip="Close", id="replay.close"),
    ]

    def __init__(
        self, stored: StoredConversation, *, speed: float, is_paused: bool, quits: bool
    ) -> None:
        super().__init__()
        self._stored = stored
        self._quits = quits
        self._clock = ReplayClock()
        self._speed = speed
        self._is_paused = is_paused
        self._steps = 0
        """Steps that the viewer asked for while paused."""
        self._changed = asyncio.Event()
        self._wants_timeline: bool | None = None
        self._topbar = TopBar(stored.agent_name or "genie-tui", "", "")
        self._topbar.title, self._topbar.link, self._topbar.has_menu = stored.title, "stored", False
        self._conversation = ConversationPane(stored.agent_name, Introduction(), self._clock.now_ms)
        self._middle = Vertical(self._conversation, id="middle")
        self._conversation.welcome.column = self._middle
        self._conversation.welcome.head.display = False
        self._timeline = TimelinePane(self._clock.now_ms)
        self._bar = ReplayBar(len(stored.beats), speed)

    def compose(self) -> ComposeResult:
        yield self._topbar
        with Horizontal(id="panes"):
            yield self._middle
            yield self._timeline
        yield self._bar

    def on_mount(self) -> None:
        self._play()

    async def _prepare(self) -> None:
        await self._conversation.mount_deferred(offers_start=False, offers_jobs=False)
        await self._timeline.mount_deferred(offers_jobs=False)
        for pane in (self._conversation.transcript, self._timeline.timeline):
            if pane is not None:
                pane.can_focus = False
        self._conversation.show_welcome(on=False)
        self._timeline.show_welcome(on=False)
        self._topbar.set_title_column(TEXT_COLUMN)
        self._show_state("Paused" if self._is_paused else "Playing")

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        is_beside = width >= _ROOM_FOR_TIMELINE
        wanted = self._wants_timeline
        self._timeline.display = is_beside if wanted is None else wanted
        self._timeline.set_class(not is_beside, "-floating")
        self._timeline.styles.width = min(WIDEST["timeline"], width)

    # -- playing ---------------------------------------------------------------------------

    @work(group="replay")
    async def _play(self) -> None:
        await self._prepare()
        for number, beat in enumerate(self._stored.beats, 1):
            self._clock.run(beat.at_ms, self._speed)
            await self._rest(beat.wait_s)
            self._clock.stand_at(beat.at_ms)
            await self._conversation.update(beat.turn)
            self._timeline.note_turns([beat.turn])
            self._timeline.add_events(beat.events)
            self._bar.done = number
        self._show_state("End")
        if self._quits:
            await asyncio.sleep(_LAST_S)
            self.app.exit()

    async def _rest(self, seconds: float) -> None:
        """Wait for the next change, or for the viewer who wants it now."""
        loop = asyncio.get_running_loop()
        left = seconds
        while self._steps == 0 and (self._is_paused or left > 0):
            self._changed.clear()
            began_s = loop.time()
            pace = self._speed
            with suppress(TimeoutError):
                async with asyncio.timeout(None if self._is_paused else left / pace):
                    await self._changed.wait()
            if not self._is_paused:
                left -= (loop.time() - began_s) * pace
        self._steps = max(0, self._steps - 1)

    def _show_state(self, state: str) -> None:
        self._bar.state, self._bar.speed = state, self._speed
        keys = {
            "Playing": "Space pause · → next",
            "Paused": "Space continue · → next",
            "End": "PgUp scroll",
        }
        first = keys[state]
        self._bar.hints = (
            ()
            if self._quits
            else (
                f"{first} · + - speed · Ctrl+T timeline · Esc close",
                f"{first} · + - speed · Esc close",
                f"{first} · Esc close",
            )
        )

    def _update(self) -> None:
        if self._bar.state != "End":
            self._show_state("Paused" if self._is_paused else "Playing")
        self._changed.set()

    # -- the viewer ------------------------------------------------------------------------

    def action_pause(self) -> None:
        self._is_paused = not self._is_paused
        self._update()

    def action_step(self) -> None:
        self._steps += 1
        self._update()

    def action_pace(self, steps: int) -> None:
        """Go to the next faster or slower speed."""
        faster = [speed for speed in _SPEEDS if speed > self._speed]
        slower = [speed for speed in _SPEEDS if speed < self._speed]
        self._speed = (faster or [self._speed])[0] if steps > 0 else (slower or [self._speed])[-1]
        self._update()

    def action_scroll(self, direction: int) -> None:
        self._conversation.scroll_page(direction)

    def action_timeline(self) -> None:
        self._wants_timeline = not self._timeline.display
        self._fit(self.size.width)

    def action_close(self) -> None:
        self.app.exit()


class ReplayApp(BaseApp[None]):
    """App that shows a stored conversation; it has neither a session nor a store."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[list[str | PurePath]] = [*first_sheets(), *later_sheets()]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", tooltip="Quit", priority=True, id="app.quit")
    ]

    def __init__(
        self,
        stored: StoredConversation,
        *,
        speed: float = 1.0,
        is_paused: bool = False,
        quits: bool = False,
        recording: Recording | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__(preferences)
        self.recording = recording
        self._screen = ReplayScreen(stored, speed=speed, is_paused=is_paused, quits=quits)

    def get_default_screen(self) -> ReplayScreen:
        return self._screen

    def get_driver_class(self) -> type[Driver]:
        from tui.ui.play.driver import RecordingDriver
        from tui.ui.terminal.driver import GenieDriver

        usual = super().get_driver_class()
        return RecordingDriver if usual is GenieDriver else usual

    def on_mount(self) -> None:
        """Leave the terminal as it was, and no half recording, when a signal ends the program."""
        self.end_on_signals(lambda return_code: self.exit(return_code=return_code))

    def on_resize(self, event: events.Resize) -> None:
        driver: Any = driver_of(self)
        if self.recording and hasattr(driver, "terminal_size"):
            self.recording.resize(*driver.terminal_size)
