"""Skip output that is already on screen."""

from __future__ import annotations

import re
from zlib import crc32

from rich.cells import cell_len

from tui.ui.terminal.cell_alignment import in_place

_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H")
_UNSEEN = re.compile(r"\x1b\[[0-9;:]*m|\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)|\n")
_LINK = re.compile(r"\x1b\]8;id=[^;\x07\x1b]*;([^\x07\x1b]+)\x1b\\")
_STYLE_AFTER_RESET = re.compile(r"\x1b\[0m\x1b\[(?=[0-9;]+m)")


class OutputDiff:
    """Remembers the pieces of lines written last, and drops those that are still on screen.

    Textual paints a list that has grown twice, once where it was and once where it scrolled to, and
    whole lines for a change in one word.
    """

    def __init__(self) -> None:
        self._lines: dict[int, dict[int, tuple[int, str]]] = {}
        self._cursor = ""

    def forget(self) -> None:
        """Assume nothing about the screen: it was cleared, resized or lent to another program."""
        self._lines.clear()
        self._cursor = ""

    def needed(self, frame: str) -> str:
        """Return the part of a frame that changes anything."""
        if "\x1b[?" in frame or "\x1b[2J" in frame:
            return frame  # not a frame but a mode switch
        if "\x1b]8;id=" in frame:
            frame = _LINK.sub(_with_stable_id, frame)
        start, *pieces = _MOVE.split(frame)
        places = zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
        kept = [
            f"\x1b[{row};{column}H{in_place(content, int(column))}"
            for row, column, content in places
            if content and self._is_news(int(row), int(column), content)
        ]
        # The last piece is empty and places the cursor.
        cursor = f"\x1b[{pieces[-3]};{pieces[-2]}H" if pieces and not pieces[-1] else ""
        if kept or cursor != self._cursor:
            kept.append(cursor)
            self._cursor = cursor
        return _STYLE_AFTER_RESET.sub("\x1b[0;", "".join([start, *kept]))

    def _is_news(self, row: int, column: int, content: str) -> bool:
        content = content.rstrip("\n")
        line = self._lines.setdefault(row, {})
        known = line.get(column)
        if known is not None and known[1] == content:
            return False
        end = column + cell_len(_UNSEEN.sub("", content))
        for other, (other_end, _) in list(line.items()):
            if other < end and column < other_end:
                del line[other]
        line[column] = (end, content)
        return True


def _with_stable_id(link: re.Match[str]) -> str:
    """Return the start of a link with an id of its address.

    Textual's is another one for each piece of the link and each frame: the terminal would take the
    lines of a link for several links, and every frame would change it.
    """
    return f"\x1b]8;id={crc32(link[1].encode()):x};{link[1]}\x1b\\"
