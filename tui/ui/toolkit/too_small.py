"""Notice in place of everything in a window that is too small."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.ui.textual_fixes.screens import LEAST_COLUMNS, LEAST_ROWS

_SENTENCES = (
    "Window too small. Enlarge it to continue; nothing is lost.",
    "Window too small. Enlarge it to continue.",
    "Window too small",
    "Too small",
)


def is_too_small(window: Size) -> bool:
    """Return True for a window in which only the notice is shown."""
    return window.width < LEAST_COLUMNS or window.height < LEAST_ROWS


class TooSmall(Widget):
    """Says so in the longest text that fits as a whole."""

    def render(self) -> Content:
        width, height = self.content_size
        for sentence in _SENTENCES:
            has_whole_words = max(map(len, sentence.split())) <= width
            if has_whole_words and len(Content(sentence).wrap(width)) <= height:
                return Content(sentence)
        return Content("↔")
