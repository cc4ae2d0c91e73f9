"""Textual's text area, with a fault of it mended."""

from __future__ import annotations

from textual.dom import DOMNode
from textual.geometry import Offset
from textual.widgets import TextArea

from tui.ui.order import act_at_once


class SafeTextArea(TextArea):
    """A text area in which everything can be undone."""

    async def act_at_once(self, key: str, node: DOMNode) -> bool:
        """Do what a key is bound to at a node; False if that is nothing."""
        return await act_at_once(self.app, key, node)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        # Textual 8.2 wants to see the cursor in the middle of an undo that makes the scrollbar
        # unnecessary, when the cursor is still where there are no lines any more, and fails.
        if self.cursor_location[0] >= self.document.line_count:
            return Offset()
        return super().scroll_cursor_visible(center, animate)
