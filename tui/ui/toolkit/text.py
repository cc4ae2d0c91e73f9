"""External text as content for widgets, without markup; a plain ``str`` would be read as markup."""

from __future__ import annotations

from textual.content import Content

from tui.core.text import clean, clean_line, drawn


def plain(text: str) -> Content:
    """Return text without control characters; may have several lines."""
    return Content(drawn(clean(text)))


def line(text: str, limit: int = 200) -> Content:
    """Return text on one line of at most ``limit`` characters."""
    return Content(drawn(clean_line(text, limit)))


def spread(
    left: Content, right: Content, width: int, *, gap: int = 1, most: float = 0.5
) -> Content:
    """Return exactly ``width`` cells with ``left``, shortened if necessary, and ``right`` at the
    end.

    ``right`` is left out if it needs more than the share ``most`` of the width.
    """
    if right.cell_length > width * most:
        right = Content("")
    room = max(0, width - right.cell_length - (gap if right else 0))
    left = left.truncate(room, ellipsis=True)
    return Content.assemble(left, " " * max(0, width - left.cell_length - right.cell_length), right)
