"""Pastes of terminals that cannot mark them, such as the Linux console and old ones."""

from __future__ import annotations

import re

_GOES_ON_S = 0.03
"""How soon after a part of a paste the next one comes, and no human Enter."""
_LEAST_CHARACTERS = 16
"""Nobody types as much while a busy machine is kept from reading; only a line that hangs does."""
_MARK_SIZE = len("\x1b[200~")
_MARKS = re.compile(r"\x1b\[20([01])~")
_SEQUENCE_BEGUN = re.compile(r"\x1b[^A-Za-z~]*\Z")
_LINES = re.compile(r"[^\r]\r+[^\r]")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Bursts:
    """Tells several lines that come at once from what somebody types.

    Whoever types sends Enter as the last of what is read at once, or alone. Text before an Enter
    and more of it behind, in a single read, are lines that a terminal hands over as if they were
    typed; each of them would go out as a message of its own. What somebody typed ahead over a line
    that hung looks the same: it stays in the composer, which can be mended, unlike what was sent.
    """

    def __init__(self) -> None:
        self._before = ""
        self._marked = False
        self._until_s = 0.0

    def lines_in(self, data: str, now_s: float) -> str | None:
        """All of what was read at once, if it is part of a paste that nobody marked."""
        marked = self._follow(data)
        if marked or _NO_TEXT.search(data):
            self._until_s = 0.0
            return None
        begins = len(data) >= _LEAST_CHARACTERS and _LINES.search(data)
        if not begins and not (data and now_s < self._until_s):
            return None
        self._until_s = now_s + _GOES_ON_S
        return data.replace("\r\n", "\n").replace("\r", "\n")

    def _follow(self, data: str) -> bool:
        """Whether a sequence, or a paste that the terminal marks, reaches into what was read."""
        was_open = self._marked or bool(_SEQUENCE_BEGUN.search(self._before))
        seen = self._before + data
        if marks := _MARKS.findall(seen):
            self._marked = marks[-1] == "0"
        self._before = seen[1 - _MARK_SIZE :]
        return was_open
