"""Modal with a list that the keys of an input move in."""

from __future__ import annotations

from textual.screen import ScreenResultType
from textual.widgets import OptionList

from tui.ui.textual_fixes.screens import SafeModal


class ListModal(SafeModal[ScreenResultType]):
    """Moves in its one list; subclasses bind the keys."""

    @property
    def rows(self) -> OptionList:
        return self.query_one(OptionList)

    def action_move(self, step: int) -> None:
        """Highlight the next (1) or the previous (-1) row."""
        self.rows.action_cursor_down() if step > 0 else self.rows.action_cursor_up()

    def action_page(self, step: int) -> None:
        """Move by a page."""
        for _ in range(max(1, self.rows.size.height - 1)):
            self.action_move(step)
