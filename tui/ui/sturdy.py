"""Textual's own parts, made to bear keys and clicks that come a moment too late or too early."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, Provider
from textual.message import Message
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widgets import OptionList
from textual.widgets._option_list import OptionListContent

from tui.ui.lean import keep_few_options

_FRAME_S = 1 / 60


class SturdyScreen(Screen[ScreenResultType]):
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
        if not (isinstance(event, events.MouseDown) and self._is_leaving(event)):
            super()._forward_event(event)

    def _is_leaving(self, press: events.MouseDown) -> bool:
        """Whether what is pressed is just being removed: it has no parent any more."""
        widget, _ = self.get_widget_and_offset_at(press.x, press.y)
        return widget is not None and widget is not self and widget.parent is None


class SturdyModal(ModalScreen[ScreenResultType], SturdyScreen[ScreenResultType]):
    """A modal screen that closes once, and only itself."""


class SturdyList(OptionList):
    """Bears a click on an option that is gone, and keys before it has been laid out.

    It remembers what the options in view look like, and few others. Whoever comes to it by key is
    on an option.
    """

    begins_at: ClassVar[Literal["first", "last"]] = "first"
    """Where one comes in by key."""
    _pressed = False

    def __init__(self, *content: OptionListContent, **more: Any) -> None:
        super().__init__(*content, **more)
        keep_few_options(self)

    def on_mount(self) -> None:
        # Textual keeps drawn rows by their style, which may be the same in two themes.
        self.app.theme_changed_signal.subscribe(self, lambda _: self._clear_caches())

    def on_mouse_down(self) -> None:
        self._pressed = True

    def on_blur(self) -> None:
        self._pressed = False

    def on_focus(self) -> None:
        self.call_later(self._begin)  # behind the press of the mouse that may have led here

    def _begin(self) -> None:
        if self.highlighted is None and self.has_focus and not self._pressed:
            self.action_first() if self.begins_at == "first" else self.action_last()

    async def _on_click(self, event: events.Click) -> None:
        place = event.style.meta.get("option")
        if isinstance(place, int) and place >= self.option_count:
            event.prevent_default()

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        with suppress(KeyError, IndexError):
            super()._move_page(direction)


class FittedList(SturdyList):
    """Says when its rows have another width, also under a modal: there nothing is refreshed."""

    class WidthChanged(Message):
        """The rows are to be drawn anew."""

    _drawn_width = 0

    def on_resize(self) -> None:
        if (width := self.scrollable_content_region.width) != self._drawn_width:
            self._drawn_width = width
            self.post_message(self.WidthChanged())


class Commands(CommandList, SturdyList, can_focus=False):
    """What the palette found."""


class Palette(CommandPalette, SturdyScreen[None]):
    """The command palette."""

    def compose(self) -> ComposeResult:
        for part in super().compose():
            yield Commands() if type(part) is CommandList else part

    @property
    def _provider_classes(self) -> list[type[Provider]]:  # type: ignore[override]
        """In the same order each time; Textual has a set of them."""
        return sorted(super()._provider_classes, key=lambda kind: kind.__name__)

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError, IndexError):  # a list that has not been laid out
            super()._action_command_list(action)

    def _watch__list_visible(self) -> None:
        if self.is_whole:  # what is found may come when it is closed
            super()._watch__list_visible()

    async def _watch__show_busy(self) -> None:
        if self.is_whole:
            await super()._watch__show_busy()
