"""List in which any number of rows can be selected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.toolkit.state_glyphs import DONE, OPEN_END
from tui.ui.toolkit.text import line


class MultiSelectList(SafeOptionList):
    """Enter or a click selects or deselects a row. The order of selection is kept."""

    class Changed(Message):
        """The selection has changed."""

    def __init__(self, names: Sequence[str], ticked: Sequence[str]) -> None:
        super().__init__(compact=True, markup=False)
        self._names = [*dict.fromkeys((*names, *ticked))]
        self.ticked = tuple(ticked)

    def on_mount(self) -> None:
        self.set_options(self._rows())
        self.highlighted = 0 if self._names else None

    def _rows(self) -> Iterator[Option]:
        for name in self._names:
            glyph = DONE if name in self.ticked else OPEN_END
            yield Option(Content.assemble(glyph, " ", line(name, 80)))

    @on(OptionList.OptionSelected)
    def _tick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name = self._names[event.option_index]
        if name in self.ticked:
            self.ticked = tuple(one for one in self.ticked if one != name)
        else:
            self.ticked = (*self.ticked, name)
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(self._rows())
            self.highlighted = event.option_index
        self.post_message(self.Changed())
