"""Private parts of Textual's driver for Linux and macOS, and of its writer thread."""

from __future__ import annotations

import asyncio
from typing import Any

from textual import events
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.geometry import Size


class SafeWriterThread(WriterThread):
    """Writer that drops output for a terminal that is gone, or lent to another program.

    Textual's ends when the terminal does, and the app then blocks forever on frame 31: the queue
    holds 30.
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


class OpenLinuxDriver(linux_driver.LinuxDriver):
    """Textual's driver with names for the parts that a subclass needs."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.app = app
        self.loop: asyncio.AbstractEventLoop = self._loop
        self._reserved_rows = 0

    @property
    def output_fileno(self) -> int:
        """File descriptor of the terminal's output."""
        assert self._file is not None
        return self._file.fileno()

    @property
    def is_reading(self) -> bool:
        """True while a thread reads the terminal; there is never more than one."""
        return self._key_thread is not None and self._key_thread.is_alive()

    @property
    def handles_suspend(self) -> bool:
        """True unless the terminal is lent to another program by ``App.suspend``."""
        return self._auto_restart

    @property
    def terminal_size(self) -> tuple[int, int]:
        """Columns and rows of the terminal, reserved rows included."""
        return super()._get_terminal_size()

    def reserve_rows(self, count: int) -> None:
        """Keep rows at the bottom of the terminal from the app."""
        self._reserved_rows = count
        self._size = self._get_terminal_size()

    def _get_terminal_size(self) -> tuple[int, int]:
        columns, rows = self.terminal_size
        return columns, max(1, rows - self._reserved_rows)

    def announce_size(self) -> None:
        """Tell the app how large its part of the terminal is now."""
        size = Size(*self._get_terminal_size())
        self.send_message(events.Resize(size, size))

    def start_application_mode(self) -> None:
        # The driver looks its writer up by this name, and accepts no other class.
        setattr(linux_driver, "WriterThread", SafeWriterThread)  # noqa: B010
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def enable_bracketed_paste(self) -> None:
        """Ask the terminal again to mark pastes: a shell may have turned that off."""
        self._enable_bracketed_paste()
