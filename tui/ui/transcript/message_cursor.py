"""Message cursor of the transcript, and the headers of the messages near it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.ui.transcript.entries import Entry
from tui.ui.transcript.message_text import (
    MessageAction,
    MessageWithHeader,
    actions_on,
    is_prompt,
    is_stop,
    said_ms,
    stop_beside,
)
from tui.ui.transcript.virtual_list import VirtualList


def key_of(
    key: str, action: str, name: str, label: str, meaning: str, *, show: bool = True
) -> Binding:
    """Return a binding that works while the conversation has the focus."""
    return Binding(key, action, label, id=f"transcript.{name}", tooltip=meaning, show=show)


def _move(key: str, action: str, name: str, meaning: str) -> Binding:
    return key_of(key, action, name, name.capitalize(), meaning, show=False)


class MessageCursor(VirtualList[Entry]):
    """List with a cursor on a message, not on a line of the screen.

    The cursor is visible while the list has the focus. It stays when its message is not mounted.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _move("up,k", "step(-1)", "previous", "Go to the previous message"),
        _move("down,j", "step(1)", "next", "Go to the next message"),
        _move("p", "screen.step_prompt(-1)", "previous_prompt", "Go to your previous message"),
        _move("n", "screen.step_prompt(1)", "next_prompt", "Go to your next message"),
    ]

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """A click must not take the focus from the composer."""

    cursor: str | None = None
    """Key of the entry with the cursor."""
    shows_times = False
    _pointed: str | None = None
    """Key of the entry under the mouse."""

    # -- cursor ----------------------------------------------------------------------------

    @property
    def chosen(self) -> Entry | None:
        """Entry with the cursor."""
        return self.item_of(self.cursor) if self.cursor else None

    async def action_step(self, direction: int) -> None:
        """Go to the next message, or scroll within one that is taller than the view."""
        widget = self.widget_of(self.cursor) if self.cursor else None
        if widget and (more := self._unseen_of(widget, direction)):
            self._let_go()
            self.scroll_relative(y=direction * min(more, self.size.height // 2), animate=False)
        elif entry := self._beside(direction):
            await self.place_cursor(entry.key, direction)
        elif direction > 0:
            self.action_scroll_end()
        else:
            self.scroll_home(animate=False)

    async def step_prompt(self, direction: int) -> bool:
        """Scroll the user's message above or below to the top of the view; False if none."""
        entry = self._beside(direction, is_prompt)
        if entry is None:
            return False
        await self.reveal(entry.key)
        self._set_cursor(entry.key)
        return True

    async def place_cursor(self, key: str, direction: int = -1) -> None:
        """Set the cursor and scroll its message into view, from the side it is entered."""
        if self.widget_of(key) is None:
            await self.reveal(key)
        if widget := self.widget_of(key):
            self._bring(widget, direction)
        self._set_cursor(key)

    def _beside(self, direction: int, wanted: Callable[[Entry], bool] = is_stop) -> Entry | None:
        place = self.place_of(self.cursor) if self.cursor else None
        if place is None:
            place = len(self.items) if direction < 0 else -1
        return stop_beside(self.items, place, direction, wanted)

    def _unseen_of(self, widget: Widget, direction: int) -> int:
        """Return the number of a widget's lines beyond the edge of the view."""
        region, top = widget.virtual_region, self.scroll_offset.y
        if not region.height or region.bottom <= top or region.y >= top + self.size.height:
            return 0
        return max(0, top - region.y if direction < 0 else region.bottom - top - self.size.height)

    def _bring(self, widget: Widget, direction: int) -> None:
        region, top = widget.virtual_region, self.scroll_offset.y
        if region.y >= top and region.bottom <= top + self.size.height:
            return
        bottom = region.bottom - self.size.height
        fits = region.height <= self.size.height
        y = region.y if fits == (direction < 0) else bottom
        self._let_go()
        self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def on_resize(self) -> None:
        """Keep the message with the cursor in view."""
        if self.has_focus and self.cursor and (widget := self.widget_of(self.cursor)):
            self.call_after_refresh(self._bring, widget, -1)

    def _let_go(self) -> None:
        self.release_anchor()

    def _set_cursor(self, key: str | None) -> None:
        before, self.cursor = self.cursor, key
        for changed in {before, key} - {None}:
            self._dress(changed)
        self.refresh_bindings()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        known = self.cursor is not None and self.place_of(self.cursor) is not None
        if has_focus and not known:
            self.cursor = self._last_in_view()
        self._dress(self.cursor)
        self.refresh_bindings()

    def forget_cursor(self) -> None:
        """Reset the cursor for another conversation."""
        self.cursor = self._pointed = None

    def _last_in_view(self) -> str | None:
        bottom = self.scroll_offset.y + self.size.height
        for entry in reversed(self.items):
            widget = self.widget_of(entry.key)
            if widget and is_stop(entry) and widget.virtual_region.y < bottom:
                return entry.key
        return None

    # -- message headers -------------------------------------------------------------------

    def toggle_times(self) -> bool:
        """Show or hide the time of every message; return True if they are shown now."""
        self.shows_times = not self.shows_times
        for key in [entry.key for entry in self.items]:
            self._dress(key)
        return self.shows_times

    def load_stylesheets(self, widget: Widget, entry: Entry) -> None:
        """Set the header of an entry's new widget."""
        if isinstance(widget, MessageWithHeader) and self.shows_times:
            self._show_head(widget, said_ms(entry))

    def _dress(self, key: str | None) -> None:
        widget = self.widget_of(key) if key else None
        if widget is None or key is None:
            return
        on_cursor = key == self.cursor and self.has_focus
        widget.set_class(on_cursor, "-cursor")
        if isinstance(widget, MessageWithHeader):
            entry = self.item_of(key)
            near = on_cursor or key == self._pointed
            at_ms = said_ms(entry) if near or self.shows_times else None
            self._show_head(widget, at_ms, actions_on(entry) if near else ())

    def _show_head(
        self, widget: MessageWithHeader, at_ms: int | None, actions: tuple[MessageAction, ...] = ()
    ) -> None:
        widget.set_class(self.shows_times and at_ms is not None, "-timed")
        widget.show_head(at_ms, actions)

    def on_enter(self, event: events.Enter) -> None:
        pointed = next((k for k, w in self.mounted() if w in event.node.ancestors_with_self), None)
        if pointed:
            self._point(pointed)

    def on_leave(self) -> None:
        if not self.is_mouse_over:
            self._point(None)

    def _point(self, key: str | None) -> None:
        before, self._pointed = self._pointed, key
        for changed in {before, key} - {None}:
            self._dress(changed)
