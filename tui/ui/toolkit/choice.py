"""Choice of one among a few options, on one line."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

_GAPS = (4, 2)


class InlineChoice(Widget, can_focus=True):
    """Options side by side, one of them chosen; a click chooses another."""

    chosen = reactive(0)

    class Changed(Message):
        """Another option was chosen."""

    def __init__(self, *options: str) -> None:
        super().__init__()
        self._options = options

    def render(self) -> Content:
        """Draw all options, closer together in narrow windows; else only the chosen one."""
        options = [self._option(place, words) for place, words in enumerate(self._options)]
        for gap in _GAPS:
            row = Content(" " * gap).join(options)
            if row.cell_length <= self.content_size.width:
                return row
        back = Content.styled("◂ ", Style.from_meta({"@click": "move(-1)"}))
        on = Content.styled(" ▸", Style.from_meta({"@click": "move(1)"}))
        place = f"  {self.chosen + 1} of {len(options)}"
        return Content.assemble(back, options[self.chosen], on, (place, "$muted"))

    def _option(self, place: int, words: str) -> Content:
        here = place == self.chosen
        text = Content.assemble("◉ " if here else "○ ", Content(words))
        press = Style.from_meta({"@click": f"choose({place})"})
        return text.stylize("bold" if here else "$muted").stylize(press)

    def action_move(self, step: int) -> None:
        self.chosen = (self.chosen + step) % len(self._options)

    def action_choose(self, place: int) -> None:
        self.chosen = place

    def watch_chosen(self) -> None:
        self.post_message(self.Changed())


class Choice(InlineChoice):
    """Options side by side, one of them chosen; arrows and clicks choose another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left,up",
            "move(-1)",
            "Choose",
            show=False,
            id="choice.previous",
        ),
        Binding(
            "right,down,space",
            "move(1)",
            "Choose",
            key_display="←→",
            tooltip="Choose the next option",
            id="choice.next",
        ),
    ]
