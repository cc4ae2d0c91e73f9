"""A short list over the conversation, right above the composer, that never takes the focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.ui.text import line, spread
from tui.ui.textual_fixes.lists import SafeOptionList

if TYPE_CHECKING:
    from tui.ui.completing import Choice

_NAME_CELLS = 30
_FRAME_CELLS = 6
"""Border, padding, scrollbar and what keeps it away."""


class Offers(SafeOptionList, can_focus=False):
    """Shown only while it has choices. The composer's keys move in it."""

    FOCUS_ON_CLICK: ClassVar[bool] = False

    class Taken(Message):
        """The user clicked on one."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.choices: Sequence[Choice] = ()

    @property
    def chosen(self) -> Choice | None:
        """The highlighted one, if the list is shown."""
        place = self.highlighted
        return self.choices[place] if place is not None and place < len(self.choices) else None

    def show(self, choices: Sequence[Choice], above: Widget) -> None:
        """Offer these, as wide as the widget below; none: nothing is shown."""
        width, height = above.outer_size
        self.display = bool(choices)
        self.styles.offset = (0, -height)
        if choices != self.choices:
            self.choices = choices
            self.set_options(Option(row) for row in self._rows(width - _FRAME_CELLS))
            self.highlighted = 0 if choices else None

    def on_resize(self) -> None:
        before = self.highlighted
        self.set_options(Option(row) for row in self._rows(self.outer_size.width - _FRAME_CELLS))
        self.highlighted = before

    def _rows(self, width: int) -> list[Content]:
        names = [_name(choice) for choice in self.choices]
        room = min(_NAME_CELLS, max((name.cell_length for name in names), default=0)) + 2
        return [
            spread(
                Content.assemble(
                    name.truncate(room, ellipsis=True, pad=True),
                    line(choice.about).stylize("$soft"),
                ),
                Content.styled(choice.key, "$faint"),
                width,
                gap=2,
            )
            for name, choice in zip(names, self.choices, strict=True)
        ]

    def move(self, step: int) -> None:
        """Highlight the next one, or the one before."""
        if self.choices and self.highlighted is not None:
            self.highlighted = (self.highlighted + step) % len(self.choices)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self.choices):  # they may be others by now
            self.post_message(self.Taken(self.choices[event.option_index]))


def _name(choice: Choice) -> Content:
    return Content.assemble(line(choice.label), " ", (choice.argument, "$faint")).rstrip()
