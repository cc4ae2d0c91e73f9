"""Screens that bear keys and clicks that come too late or too early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType

_FRAME_S = 1 / 60


class SafeScreen(Screen[ScreenResultType]):
    """Closes once, only itself, and not before it is there. There is one of a kind at a time."""

    _draws_later = False
    """Whether a picture waits for the end of a batch."""

    def on_mount(self) -> None:
        if any(type(other) is type(self) for other in self.app.screen_stack[:-1]):
            self.dismiss()  # its key was pressed again before it had the keyboard

    @property
    def is_whole(self) -> bool:
        """Whether its parts are there: they come after it and go before it."""
        return self.is_mounted and not self._pruning

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that comes while it opens or closes finds nothing to work on."""
        return self.is_whole and super().check_action(action, parameters)

    def call_after_refresh(self, callback: Callable[..., object], *args: Any, **more: Any) -> bool:
        """Only while the parts are there."""
        return super().call_after_refresh(
            lambda: callback(*args, **more) if self.is_whole else None
        )

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        if not self.is_active:  # a second key or click would close another
            return AwaitComplete()
        if not self.is_mounted:
            self.call_later(self._close, result)
            return AwaitComplete()
        return super().dismiss(result)

    def _close(self, result: ScreenResultType | None) -> None:
        self.dismiss(result)  # not awaited: Textual forbids that to a screen's own handlers

    def _compositor_refresh(self) -> None:
        if self.app._batch_count:
            # Textual would forget what is to be drawn, but draws nothing while a batch is open: a
            # letter typed at that moment would stay unseen until the next one.
            self._draw_when_over()
        else:
            # Textual forgets the widgets that became dirty since it last looked at them.
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
        """Act before a press of the mouse reaches the widget that is pressed."""

    def _is_leaving(self, press: events.MouseDown) -> bool:
        """Whether what is pressed is just being removed: it has no parent any more."""
        widget, _ = self.get_widget_and_offset_at(press.x, press.y)
        return widget is not None and widget is not self and widget.parent is None


class SafeModal(ModalScreen[ScreenResultType], SafeScreen[ScreenResultType]):
    """A modal screen that closes once, and only itself."""
