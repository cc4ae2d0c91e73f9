"""Option lists that tolerate keys and clicks at the wrong moment."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar, Literal

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.color import Color
from textual.message import Message
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets._option_list import OptionListContent

from tui.ui.textual_fixes.caches import keep_few_options


class SafeOptionList(OptionList):
    """Tolerates a click on a removed option, and keys before its layout.

    It caches the lines of little more than the visible options. Focusing it by key highlights an
    option.
    """

    begins_at: ClassVar[Literal["first", "last"]] = "first"
    """Option highlighted when it is focused by key."""
    _pressed = False

    def __init__(self, *content: OptionListContent, **more: Any) -> None:
        super().__init__(*content, **more)
        keep_few_options(self)

    def on_mount(self) -> None:
        # Textual caches drawn rows by their style, which may be the same in two themes.
        self.app.theme_changed_signal.subscribe(self, lambda _: self._clear_caches())

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        index = next((s.style.meta.get("option") for s in strip if s.style), None)
        if index is None or index != self.highlighted:
            return strip
        look = self.get_component_styles("option-list--option-highlighted")
        reverse = bool(look.text_style.reverse)  # Textual forgets it
        if not reverse and look.background != Color.parse(self.app.theme_variables["accent"]):
            return strip
        # Colors in the row, such as that of a glyph, would be hard to read on the accent.
        one = RichStyle(color=look.color.rich_color, reverse=reverse or None)
        return Strip([Segment(s.text, (s.style or one) + one) for s in strip], strip.cell_length)

    def on_mouse_down(self) -> None:
        self._pressed = True

    def on_blur(self) -> None:
        self._pressed = False

    def on_focus(self) -> None:
        self.call_later(self._begin)  # after the mouse press that may have caused the focus

    def _begin(self) -> None:
        if self.highlighted is None and self.has_focus and not self._pressed:
            self.action_first() if self.begins_at == "first" else self.action_last()

    def on_click(self, event: events.Click) -> None:
        place = event.style.meta.get("option")
        if isinstance(place, int) and place >= self.option_count:
            event.prevent_default()

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        with suppress(KeyError, IndexError):
            super()._move_page(direction)


class FittedList(SafeOptionList):
    """Reports when its rows have another width, also under a modal, where nothing is refreshed."""

    class WidthChanged(Message):
        """The rows have to be drawn again."""

    _drawn_width = 0

    def on_resize(self) -> None:
        if (width := self.scrollable_content_region.width) != self._drawn_width:
            self._drawn_width = width
            self.post_message(self.WidthChanged())
