"""Private parts of Textual's app: crash report, batches, line filters, clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.color import ColorSystem
from textual.app import App
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.filter import LineFilter
from textual.widget import MountError

from tui.core.redaction import redact
from tui.system.logs import note

ResultT = TypeVar("ResultT")


class SafeApp(App[ResultT]):
    """App whose crash reports show no secrets, and which draws at the end of each batch."""

    _crash_notice = ""

    @contextmanager
    def batch_update(self) -> Iterator[None]:
        """Draw nothing until the end, and then all changes.

        Textual asks the app to draw at the end, but not the screen, which then draws widgets that
        became dirty meanwhile only with the next key.
        """
        with super().batch_update():
            yield
        for screen in self.screen_stack:
            screen.check_idle()

    def _fatal_error(self) -> None:
        """Show a crash without the values of local variables, which may be secrets.

        Textual has no option for that.
        """
        import rich
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, suppress=[rich])
        for stack in traceback.trace.stacks:
            stack.exc_value = redact(stack.exc_value)
        self._exit_renderables.append(
            Segments(self.console.render(traceback, self.console.options))
        )
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        """Write a crash file; Textual offers an app no way to learn of the error that ends it.

        A screen that is still opening while the app ends finds no widgets: that is no crash.
        """
        if isinstance(error, NoMatches | MountError) and not self.is_running:
            return
        if self._exception is None:
            self._crash_notice = self.crash_notice(error)
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        """Print where the crash file is below the only error that Textual prints."""
        super()._print_error_renderables()
        if self._crash_notice:
            told = f"genie-tui stopped unexpectedly.\n{self._crash_notice}"
            self.error_console.print(told, markup=False, highlight=False, soft_wrap=True)

    def crash_notice(self, error: BaseException) -> str:
        """Write a crash file; return where it is and how to send it, as two lines."""
        if self.is_headless:  # not a user's session
            note("crash", error=error)
            return ""
        from tui.config import crash_dir
        from tui.system.crash_files import crash_notice

        return crash_notice(error, crash_dir())

    def failure_hint(self, error: BaseException) -> str:
        """Write a crash file for an error that the app survives; return a short hint at it."""
        found = self.crash_notice(error)
        return "The details are saved. Run 'genie-tui report' to collect them." if found else ""


def driver_of(app: App[Any]) -> Driver | None:
    """Return the driver of an app, which Textual does not offer; None before it has started."""
    return app._driver


def line_filters(app: App[Any]) -> list[LineFilter]:
    """Return the filters applied to each drawn line; Textual has no way to add one."""
    return app._filters


def use_256_colours(app: App[Any]) -> None:
    """Draw with 256 colours from now on; Textual decides by the environment, once."""
    app.console._color_system = ColorSystem.EIGHT_BIT


def set_clipboard(app: App[Any], text: str) -> None:
    """Set the text that ``app.clipboard`` returns, without sending it to the terminal."""
    app._clipboard = text


def is_batching(app: App[Any]) -> bool:
    """Return True while a batch of updates is open: anything drawn then is discarded."""
    return app._batch_count > 0
