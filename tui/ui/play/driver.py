"""Terminal driver of an app that is played.

The viewer's keys go to the player instead of the app, and all output also to the recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from textual import events
from textual.app import App

from tui.system.input.paste_detector import Event, KeyInput, Report, TypedText
from tui.ui.terminal.driver import GenieDriver

if TYPE_CHECKING:
    from tui.system.asciicast import Recording
    from tui.ui.terminal.terminal_events import TerminalEvents

_MOUSE = ("\x1b[<", "\x1b[M")
_SIZE_REPORTS = "\x1b[?2048;"
"""Reply of terminals that can report their size themselves: they would count all rows."""


class Recorded(Protocol):
    """App whose output can be recorded."""

    recording: Recording | None


class Playing(Recorded, Protocol):
    """App that is played."""

    @property
    def is_playing(self) -> bool: ...

    def viewer_pressed(self, key: str) -> None:
        """Obey a key of the viewer, by Textual's name."""
        ...


class RecordingDriver(GenieDriver):
    """Driver that records what it writes."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._recorded = cast("Recorded", app)

    def put(self, data: str) -> None:
        if self._recorded.recording:
            self._recorded.recording.write(data.replace("\n", "\r\n"))  # as the system sends it
        super().put(data)


class PlayDriver(RecordingDriver):
    """Driver with one row below the app, for captions, while a script is played."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._play = cast("Playing", app)
        self.reserve_rows(1)

    def handle_input(self, events_: TerminalEvents, event: Event) -> None:
        if not self._play.is_playing:
            super().handle_input(events_, event)
        elif isinstance(event, Report):
            if not event.sequence.startswith((*_MOUSE, _SIZE_REPORTS)):
                super().handle_input(events_, event)
        elif isinstance(event, TypedText | KeyInput):
            for message in events_.messages(event):
                if isinstance(message, events.Key):
                    self.loop.call_soon_threadsafe(self._play.viewer_pressed, message.key)

    def show_caption(self, line: str) -> None:
        """Draw the row below the app; the cursor stays where it is."""
        if self.is_reading:
            _, rows = self.terminal_size
            self.put(f"\x1b7\x1b[{rows};1H{line}\x1b8")
            self.flush()

    def end_captions(self) -> None:
        """Give the app the whole terminal."""
        self.reserve_rows(0)
        self.announce_size()
