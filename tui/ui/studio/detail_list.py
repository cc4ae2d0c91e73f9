"""List of a genie's details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.widgets.option_list import Option

from tui.ui.studio.detail_rows import DetailRow, lines_of
from tui.ui.textual_fixes.lists import FittedList

if TYPE_CHECKING:
    from tui.ui.studio.selection import Selection


class DetailList(FittedList):
    """Draws the selected genie; the cursor stays on its row when details are reloaded."""

    def __init__(self, selection: Selection) -> None:
        super().__init__(id="genie-details", compact=True)
        self._selection = selection
        self.lines: Sequence[DetailRow] = ()

    @property
    def row(self) -> str:
        """ID of the row under the cursor, such as ``skill:123``."""
        place = self.highlighted
        return self.lines[place].id if place is not None and place < len(self.lines) else ""

    @on(FittedList.WidthChanged)
    def _draw(self) -> None:
        self.draw()

    def draw(self, *, at_top: bool = False) -> None:
        details = self._selection.details
        if details is None:
            return
        before = "" if at_top else self.row
        scroll_y = 0 if at_top else self.scroll_offset.y
        self.lines = list(lines_of(details, self._selection.attached_client))
        width = max(20, self.scrollable_content_region.width - 2)
        self.set_options(Option(one.drawn(width), disabled=not one.id) for one in self.lines)
        self.highlighted = self._place_of(before)
        self.scroll_to(y=scroll_y, animate=False, immediate=True)

    def _place_of(self, line_id: str) -> int | None:
        places = [place for place, one in enumerate(self.lines) if one.id]
        same = [place for place in places if self.lines[place].id == line_id]
        return next(iter(same or places), None)
