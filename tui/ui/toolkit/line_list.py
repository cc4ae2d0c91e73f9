"""List of lines, any number of them, with a cursor. Only the lines in view are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.ui.textual_fixes.component_styles import component_style

_KEPT_STRIPS = 200
"""Drawn lines that are kept: those of a large view, and some around it."""


class LineList(ScrollView, can_focus=True):
    """Draws lines of one cell's height, and moves a cursor among those that have a key.

    The cursor stays on its key when the lines change; a focus by key begins it at the last line.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-list--cursor",
        "line-list--mark",
        "line-list--hover",
    }

    cursor = ""
    """Key of the line with the cursor."""
    _hovered = -1
    _is_pressed = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._keys: Sequence[str] = ()
        self._places: dict[str, int] = {}
        self._drawn: dict[object, Strip] = {}

    def draw_line(self, place: int, width: int) -> Content:
        """Return the text of a line."""
        raise NotImplementedError

    def version_of(self, place: int) -> object:
        """Return a value that changes with the text of a line; None: it always may."""
        return None

    def choose(self) -> None:
        """Act on the line with the cursor; called for a click on it."""

    def show_lines(self, keys: Sequence[str]) -> None:
        """Show as many lines; those with an empty key cannot have the cursor."""
        self._keys = keys
        self._places = {key: place for place, key in enumerate(keys) if key}
        self.virtual_size = Size(0, len(keys))
        self.refresh()

    @property
    def line_count(self) -> int:
        """Number of lines."""
        return len(self._keys)

    @property
    def cursor_line(self) -> int | None:
        """Line with the cursor."""
        return self._places.get(self.cursor)

    @property
    def lines_in_view(self) -> range:
        """Lines that are drawn."""
        top = self.scroll_offset.y
        return range(top, min(len(self._keys), top + self.size.height))

    def refresh_line(self, place: int) -> None:
        """Draw a line again."""
        self.refresh(Region(0, place - self.scroll_offset.y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        style = self.visual_style
        if place >= len(self._keys):
            return Strip.blank(width, style.rich_style)
        key = self._keys[place]
        is_here = bool(key) and key == self.cursor
        is_cursor = is_here and self.has_focus
        if is_here:
            part = "line-list--cursor" if is_cursor else "line-list--mark"
            style += component_style(self, part)
        elif key and place == self._hovered:
            style += component_style(self, "line-list--hover")
        version = self.version_of(place)
        name = (key, version, width, style, self.app.theme)
        if version is not None and name in self._drawn:
            return self._drawn[name]
        content = self.draw_line(place, width)
        if is_cursor:
            content = Content(content.plain)
        strips = Visual.to_strips(self, content, width, 1, style, pad=True)
        strip = strips[0] if strips else Strip.blank(width, style.rich_style)
        if version is not None:
            if len(self._drawn) >= _KEPT_STRIPS:
                self._drawn.clear()
            self._drawn[name] = strip
        return strip

    # -- cursor ------------------------------------------------------------------------------------

    def place_cursor(self, key: str) -> None:
        """Set the cursor and scroll it into view."""
        self.cursor = key
        if (place := self.cursor_line) is not None:
            self.scroll_to_region(Region(0, place, 1, 1), animate=False, force=True)
        self.refresh()
        self.refresh_bindings()

    def action_move(self, direction: int) -> None:
        """Move the cursor to the next line."""
        here = self.cursor_line
        if here is None:
            self.action_last() if direction < 0 else self.action_first()
            return
        places = [n for n in self._places.values() if (n - here) * direction > 0]
        if places:
            self._place_cursor_at(min(places, key=lambda n: abs(n - here)))
        elif direction < 0:
            self.scroll_home(animate=False)

    def action_move_page(self, direction: int) -> None:
        """Move the cursor by the height of the view."""
        wanted = (self.cursor_line or 0) + direction * max(1, self.size.height - 1)
        if self._places:
            self._place_cursor_at(min(self._places.values(), key=lambda n: abs(n - wanted)))

    def action_first(self) -> None:
        """Move the cursor to the first line."""
        if self._places:
            self._place_cursor_at(min(self._places.values()))
            self.scroll_home(animate=False)

    def action_last(self) -> None:
        """Move the cursor to the last line."""
        if self._places:
            self._place_cursor_at(max(self._places.values()))

    def _place_cursor_at(self, place: int) -> None:
        self.place_cursor(self._keys[place])

    def on_focus(self) -> None:
        self.call_later(self._begin)  # after the mouse press that may have caused the focus

    def _begin(self) -> None:
        if self.cursor_line is None and self.has_focus and not self._is_pressed:
            self.action_last()

    def on_blur(self) -> None:
        self._is_pressed = False

    # -- mouse -------------------------------------------------------------------------------------

    def on_mouse_down(self) -> None:
        self._is_pressed = True

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hover(self._line_at(event))

    def on_leave(self) -> None:
        self._hover(-1)

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            self._hovered = place
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        place = self._line_at(event)
        if 0 <= place < len(self._keys) and self._keys[place]:
            self._place_cursor_at(place)
            self.choose()

    def _line_at(self, event: events.MouseEvent) -> int:
        offset = event.get_content_offset(self)
        return -1 if offset is None else offset.y + self.scroll_offset.y
