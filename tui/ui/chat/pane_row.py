"""Row of panes (sidebar, conversation, timeline) and which of them fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

if TYPE_CHECKING:
    from textual.widget import Widget


Pane = Literal["sidebar", "timeline"]

ROOM: dict[Pane, int] = {"sidebar": 70, "timeline": 116}
"""Columns from which a pane fits beside the conversation; below, it floats or is hidden."""


class Panes:
    """State of the panes: one that fits is shown unless hidden by the user; others float."""

    def __init__(self) -> None:
        self._width = 0
        self._hidden: set[Pane] = set()
        self._floating: set[Pane] = set()

    def resize(self, width: int) -> None:
        """Set the width, in columns."""
        before, self._width = self._width, width
        for pane, room in ROOM.items():
            if (before >= room) != (width >= room):
                self._floating.discard(pane)

    def toggle(self, pane: Pane) -> None:
        """Hide a visible pane, show a hidden one."""
        changed = self._hidden if self._has_room(pane) else self._floating
        changed ^= {pane}
        if pane in self._floating:
            self._floating = {pane}

    def shows(self, pane: Pane) -> bool:
        return pane not in self._hidden if self._has_room(pane) else pane in self._floating

    def floats(self, pane: Pane) -> bool:
        """Return True if a pane floats over the conversation."""
        return pane in self._floating

    def close_floating(self) -> bool:
        """Close floating panes; return True if there were any."""
        was, self._floating = self._floating, set()
        return bool(was)

    def _has_room(self, pane: Pane) -> bool:
        return self._width >= ROOM[pane]


class PaneRow(Horizontal):
    """Row of the panes; ``middle`` is shown at every width."""

    def __init__(self, sidebar: Widget, middle: Sequence[Widget], timeline: Widget) -> None:
        super().__init__(id="panes")
        self._middle = middle
        self._beside: dict[Pane, Widget] = {"sidebar": sidebar, "timeline": timeline}
        self._panes = Panes()

    def compose(self) -> ComposeResult:
        yield self._beside["sidebar"]
        yield Vertical(*self._middle, id="middle")
        yield self._beside["timeline"]

    def fit(self, width: int) -> None:
        """Show the panes that fit into a screen of this width."""
        self._panes.resize(width)
        self._arrange()

    def toggle(self, pane: Pane) -> None:
        """Show or hide a pane."""
        self._panes.toggle(pane)
        self._arrange()

    def close_floating(self) -> bool:
        """Close panes that float over the conversation. Returns False if there were none."""
        closed = self._panes.close_floating()
        if closed:
            self._arrange()
        return closed

    def _arrange(self) -> None:
        for pane in ROOM:
            widget = self._beside[pane]
            widget.display = self._panes.shows(pane)
            widget.set_class(self._panes.floats(pane), "-floating")
