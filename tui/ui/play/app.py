"""The app, played by a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import events, work
from textual.driver import Driver

from tui.system.input.paste_detector import KeyInput, TypedText
from tui.ui.app.app import GenieApp
from tui.ui.play.player import Player, PlayProblem, PlayStopped
from tui.ui.terminal.terminal_events import TerminalEvents
from tui.ui.textual_fixes.app import driver_of
from tui.ui.textual_fixes.screens import screen_text

if TYPE_CHECKING:
    from tui.system.asciicast import Recording
    from tui.ui.play.script import Script
    from tui.ui.studio.connection import Connect

_HINT = "Space pause · → next step · Esc end"
_PAUSED_HINT = "Paused · Space continue · Esc end"
_ENDED = "The script has ended. Press any key to use the app."
_ENDED_HINT = "Press any key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """A script, and how it is played."""

    script: Script
    name: str
    """Name of its file, for messages."""
    speed: float = 1.0
    recording: Recording | None = None
    quits: bool = False
    """Quit at the end, since nobody watches or the recording is complete."""


class PlayApp(GenieApp):
    """App that a script types into; the viewer can use it when the script has ended."""

    def __init__(self, connect: Connect, playback: Playback, **options: Any) -> None:
        super().__init__(connect, **options)
        self._playback = playback
        self.recording = playback.recording
        self.problem = ""
        """Sentence about what the script waited for in vain; empty if it did not."""
        self.was_stopped = False
        """True if the viewer has ended the script."""
        self.caption = ""
        self.is_playing = True
        """True until the viewer can use the app."""
        self.is_over = False
        self._typed = TerminalEvents(lambda: self.size)
        self._player: Player | None = None

    def get_driver_class(self) -> type[Driver]:
        from tui.ui.play.driver import PlayDriver
        from tui.ui.terminal.driver import GenieDriver

        usual = super().get_driver_class()
        return PlayDriver if usual is GenieDriver else usual

    def on_mount(self) -> None:
        self._draw_caption()
        self._play_script()

    @work(group="play", exit_on_error=False)
    async def _play_script(self) -> None:
        playback = self._playback
        self._player = Player(playback.script, self, name=playback.name, speed=playback.speed)
        try:
            await self._player.run()
        except PlayStopped:
            self.was_stopped = True
        except PlayProblem as problem:
            self.problem = str(problem)
        self.is_over = True
        if self.recording:
            self.recording.end()
        if playback.quits:
            await self.action_quit()
        elif self.was_stopped:
            self._hand_over()
        else:
            self._draw_caption()

    def _hand_over(self) -> None:
        """Give the viewer the app."""
        self.is_playing = False
        if driver := self._play_driver():
            driver.end_captions()

    # -- the viewer ------------------------------------------------------------------------

    def viewer_pressed(self, key: str) -> None:
        """Obey a key of the viewer; the app gets none before the end."""
        if self.is_over:
            self._hand_over()
        elif self._player is None:
            pass
        elif key == "space":
            self._player.pause()
        elif key == "right":
            self._player.next_step()
        elif key in ("escape", "ctrl+c"):
            self._player.stop()
        self._draw_caption()

    # -- what the script does and sees -----------------------------------------------------

    @property
    def is_ready(self) -> bool:
        return self.focused is not None and self._chat.context.access is not None

    def press(self, sequence: str) -> None:
        if driver := driver_of(self):
            for message in self._typed.messages(input_of(sequence)):
                driver.process_message(message)

    def screen_text(self) -> str:
        return screen_text(self)

    def narrate(self, caption: str) -> None:
        self.caption = caption
        self._draw_caption()

    # -- the caption -----------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        if driver := self._play_driver():
            if self.recording:
                self.recording.resize(*driver.terminal_size)
            self.call_after_refresh(self._draw_caption)

    def watch_theme(self) -> None:
        super().watch_theme()
        self.call_after_refresh(self._draw_caption)

    def _draw_caption(self) -> None:
        driver = self._play_driver()
        if driver is None or not self.is_playing:
            return
        from tui.ui.play.caption import caption_row

        hint = _PAUSED_HINT if self._player and self._player.is_paused else _HINT
        caption = self.caption
        if self.is_over:
            caption, hint = self.problem or _ENDED, _ENDED_HINT if self.problem else ""
        if self._playback.quits:
            hint = ""
        driver.show_caption(caption_row(self, caption, hint, is_problem=bool(self.problem)))

    def _play_driver(self) -> Any:
        from tui.ui.play.driver import PlayDriver

        driver = driver_of(self)
        return driver if isinstance(driver, PlayDriver) else None


def input_of(sequence: str) -> TypedText | KeyInput:
    """Return what the terminal's input is decoded to for a key."""
    is_text = len(sequence) == 1 and sequence.isprintable()
    return TypedText(sequence) if is_text else KeyInput(sequence)
