"""A text area in which everything can be undone."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widgets import TextArea


class SafeTextArea(TextArea):
    """Text area that does not fail while it undoes (Textual issue 6686)."""

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        # Textual 8.2 wants to see the cursor in the middle of an undo that makes the scrollbar
        # unnecessary, when the cursor is still where there are no lines any more, and fails.
        if self.cursor_location[0] >= self.document.line_count:
            return Offset()
        return super().scroll_cursor_visible(center, animate)
