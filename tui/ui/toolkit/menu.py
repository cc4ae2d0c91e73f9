"""Small menu, at the mouse or in the middle of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import DialogHead
from tui.ui.toolkit.text import spread

_ESC_CELLS = 12
_EDGES = 4
"""Cells beside the rows."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A row of a menu."""

    name: str
    """Value that the menu returns."""
    words: Content
    aside: str = ""
    """Shown at the right, such as the key for the same command."""


class Menu(SafeModal[str]):
    """Returns the name of the chosen item; None if it was closed.

    ``at`` is the wanted position of its corner, as far as the screen has room.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="menu.close", tooltip="Close the menu"),
    ]

    def __init__(
        self, choices: Sequence[MenuItem], *, title: str = "", at: Offset | None = None
    ) -> None:
        super().__init__()
        self._choices = choices
        self._title = title
        self._at = at

    def compose(self) -> ComposeResult:
        with Vertical(classes="menu--box"):
            if self._title:
                yield DialogHead(self._title, "close")
            yield SafeOptionList(compact=True)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def on_click(self, event: events.Click) -> None:
        if not self.query_one(".menu--box").region.contains_point(event.screen_offset):
            self.dismiss(None)

    def _fit(self) -> None:
        """Make it as wide as the longest row, within the screen."""
        wanted = max(c.words.cell_length + len(c.aside) + 3 for c in self._choices)
        width = max(
            8, min(max(wanted, len(self._title) + _ESC_CELLS), self.size.width - _EDGES - 4)
        )
        rows, box = self.query_one(OptionList), self.query_one(".menu--box")
        box.styles.width = width + _EDGES
        before = rows.highlighted or 0
        rows.set_options(
            Option(spread(c.words, Content.styled(c.aside, "$muted"), width, gap=2), id=c.name)
            for c in self._choices
        )
        rows.highlighted = before
        if self._at:
            self.add_class("-placed")
            height = len(self._choices) + 2 + (2 if self._title else 0)
            box.styles.offset = (
                max(0, min(self._at.x, self.size.width - width - _EDGES)),
                max(0, min(self._at.y, self.size.height - height)),
            )
