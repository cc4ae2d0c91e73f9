"""Text area whose undo never fails."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widgets import TextArea


class SafeTextArea(TextArea):
    """Text area with a workaround for failing undo (Textual issue 6686)."""

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        # Textual 8.2 scrolls to the cursor in the middle of an undo that makes the scrollbar
        # unnecessary, while the cursor is still on a line that no longer exists, and fails.
        if self.cursor_location[0] >= self.document.line_count:
            return Offset()
        return super().scroll_cursor_visible(center, animate)
