"""Private parts of Textual's app: crash report, batches, line filters, clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.color import ColorSystem
from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter

from tui.core.redaction import redact

ResultT = TypeVar("ResultT")


class SafeApp(App[ResultT]):
    """App whose crash reports show no secrets, and which draws at the end of each batch."""

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
