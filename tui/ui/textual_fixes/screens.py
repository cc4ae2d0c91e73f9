"""Screens that tolerate keys and clicks while they open or close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual._context import visible_screen_stack
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType

_FRAME_S = 1 / 60

LEAST_COLUMNS, LEAST_ROWS = 24, 8
"""Smallest usable window; below, a notice covers it while the app keeps running."""


def screen_text(app: App[Any]) -> str:
    """Return the words on the screen, line by line; Textual only exports pictures.

    A modal draws the screens behind it, which it finds in a context variable, and keeps the result:
    without the variable it would be blank there for as long as it is open.
    """
    behind = visible_screen_stack.set(app._background_screens)
    try:
        return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
    finally:
        visible_screen_stack.reset(behind)


class SafeScreen(Screen[ScreenResultType]):
    """Closes once, only itself, and not before it is open. One of a kind can be open at a time."""

    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (LEAST_ROWS, "-least"),
        (22, "-short"),
        (30, "-tall"),
    ]
    """Heights in rows from which a style class applies."""
    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (LEAST_COLUMNS, "-fits")]  # noqa: RUF012
    """The same for widths in columns."""

    _draws_later = False
    """True while a draw waits for the end of a batch."""

    def on_screen_resume(self) -> None:
        if any(type(other) is type(self) for other in self.app.screen_stack[:-1]):
            self.dismiss()  # its key was pressed again before it had the focus

    def on_compose(self) -> None:
        # Textual sets these classes with the first resize: after the first frame, and with a second
        # look for the styles of all widgets.
        height = self.app.size.height
        fitting = [name for least, name in self.VERTICAL_BREAKPOINTS or () if height >= least]
        for _, name in self.VERTICAL_BREAKPOINTS or ():
            self.set_class(name in fitting[-1:], name)

    @property
    def is_whole(self) -> bool:
        """True while its widgets are mounted: they come after it and go before it."""
        return self.is_mounted and not self._pruning

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore keys while the screen opens or closes."""
        return self.is_whole and super().check_action(action, parameters)

    def action_copy_text(self) -> None:
        """Copy the selection; without one, do what the app does: its keys end at a modal."""
        if self.get_selected_text():
            super().action_copy_text()
        else:
            self.app.action_help_quit()

    def call_after_refresh(self, callback: Callable[..., object], *args: Any, **more: Any) -> bool:
        """Call back only while the widgets are mounted."""
        return super().call_after_refresh(
            lambda: callback(*args, **more) if self.is_whole else None
        )

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        if not self.is_active:  # a second key or click would close another screen
            return AwaitComplete()
        if not self.is_mounted:
            self.call_later(self._close, result)
            return AwaitComplete()
        return super().dismiss(result)

    def _close(self, result: ScreenResultType | None) -> None:
        self.dismiss(result)  # not awaited: Textual forbids that to a screen's own handlers

    def _compositor_refresh(self) -> None:
        if self.app._batch_count:
            # Textual would drop the pending draw, but draws nothing while a batch is open: a letter
            # typed at that moment would stay invisible until the next one.
            self._draw_when_over()
        else:
            # Textual loses the widgets that became dirty since its last update.
            self._compositor.update_widgets(self._dirty_widgets)
            super()._compositor_refresh()

    def _draw_when_over(self) -> None:
        if not self._draws_later:
            self._draws_later = True
            self.set_timer(_FRAME_S, self._draw_held)

    def _draw_held(self) -> None:
        self._draws_later = False
        if self.is_current:
            self._compositor_refresh()

    def _forward_event(self, event: events.Event) -> None:
        if isinstance(event, events.MouseDown):
            self.before_press(event)
            if self._is_leaving(event):
                return
        super()._forward_event(event)

    def before_press(self, press: events.MouseDown) -> None:
        """Act on a mouse press before the pressed widget does."""

    def _is_leaving(self, press: events.MouseDown) -> bool:
        """Return True if the pressed widget is being removed: it has no parent any more."""
        widget, _ = self.get_widget_and_offset_at(press.x, press.y)
        return widget is not None and widget is not self and widget.parent is None


class SafeModal(ModalScreen[ScreenResultType], SafeScreen[ScreenResultType]):
    """Modal screen that closes once, and only itself."""
