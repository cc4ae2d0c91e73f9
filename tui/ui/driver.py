"""The terminal, with its answers kept apart from the keys, and its title given back at the end."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.message import Message

from tui.system.bursts import Bursts
from tui.system.terminal import BackgroundAnswers
from tui.ui.requests import BackgroundSeen
from tui.ui.traffic import Shown

if TYPE_CHECKING:
    from tui.ui.base import BaseApp


class _Parser(XTermParser):
    """Textual would hand on as typed what is an answer of the terminal, or an unmarked paste."""

    def __init__(self, driver: GenieDriver, debug: bool = False) -> None:
        super().__init__(debug)
        self._driver = driver
        self._answers = BackgroundAnswers()
        self._bursts = Bursts()

    def feed(self, data: str) -> Iterable[Message]:
        typed, dark = self._answers.take(data)
        if dark is not None:
            self._driver.process_message(BackgroundSeen(dark=dark))
        lines = self._bursts.lines_in(typed, monotonic())
        if lines is not None:
            yield events.Paste(lines)
        elif typed or not data:
            yield from super().feed(typed)


class _Writer(WriterThread):
    """Holds nobody up: what is written to a terminal that is gone, or lent, is dropped.

    Textual's ends when the terminal does, and the app then waits for ever to write frame 31.
    """

    def write(self, text: str) -> None:
        if self.is_alive():
            super().write(text)

    def run(self) -> None:
        try:
            super().run()
        except (OSError, ValueError):
            while self._queue.get() is not None:
                pass


class GenieDriver(linux_driver.LinuxDriver):
    """Textual's own, for our apps."""

    _app: BaseApp[Any]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.shown = Shown()
        self._before = ""
        """What is written before the next output, if there is any."""

    def write(self, data: str) -> None:
        if data.startswith("\x1b]") and not self._app.terminal.titled:
            return  # a text console may print what it does not know
        if data == SYNC_START:
            self._before = data
        elif data == SYNC_END and self._before:
            self._before = ""  # a frame that changed nothing
        elif needed := self.shown.needed(data):
            super().write(self._before + needed)
            self._before = ""

    def run_input_thread(self) -> None:
        # The only place where the driver can be given another parser.
        setattr(linux_driver, "XTermParser", partial(_Parser, self))  # noqa: B010
        super().run_input_thread()

    def start_application_mode(self) -> None:
        setattr(linux_driver, "WriterThread", _Writer)  # noqa: B010
        self.shown.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.write(self._app.terminal.save_title + self._app.window_title)
        self.flush()

    def stop_application_mode(self) -> None:
        if self._app.window_title:
            self.write(self._app.terminal.restore_title)
        super().stop_application_mode()
