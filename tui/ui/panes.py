"""Which panes are shown at which width, and what the user made of it."""

from __future__ import annotations

from typing import Literal

Pane = Literal["sidebar", "timeline"]

ROOM: dict[Pane, int] = {"sidebar": 70, "timeline": 116}
"""Columns from which on a pane stands beside the conversation; below, it steps aside."""


class Panes:
    """A pane that has room is shown unless the user hid it; one without floats when asked for."""

    def __init__(self) -> None:
        self._width = 0
        self._hidden: set[Pane] = set()
        self._floating: set[Pane] = set()

    def resize(self, width: int) -> None:
        """Take the new width, in columns."""
        before, self._width = self._width, width
        for pane, room in ROOM.items():
            if (before >= room) != (width >= room):
                self._floating.discard(pane)

    def toggle(self, pane: Pane) -> None:
        """Hide what is shown, show what is not."""
        changed = self._hidden if self._has_room(pane) else self._floating
        changed ^= {pane}
        if pane in self._floating:
            self._floating = {pane}

    def shows(self, pane: Pane) -> bool:
        return pane not in self._hidden if self._has_room(pane) else pane in self._floating

    def floats(self, pane: Pane) -> bool:
        """Whether a pane lies over the conversation."""
        return pane in self._floating

    def close_floating(self) -> bool:
        """Put floating panes away; whether there were any."""
        was, self._floating = self._floating, set()
        return bool(was)

    def _has_room(self, pane: Pane) -> bool:
        return self._width >= ROOM[pane]
