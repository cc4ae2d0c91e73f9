"""Sidebar, conversation and timeline side by side; what has no room steps aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.ui.panes import ROOM, Pane, Panes

if TYPE_CHECKING:
    from textual.widget import Widget


class PaneRow(Horizontal):
    """``middle`` is shown at every width."""

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
        """Show the panes for which a screen of this width has room."""
        self._panes.resize(width)
        self._arrange()

    def toggle(self, pane: Pane) -> None:
        """Show or hide a pane."""
        self._panes.toggle(pane)
        self._arrange()

    def close_floating(self) -> bool:
        """Put away panes that lie over the conversation. Returns False if there were none."""
        closed = self._panes.close_floating()
        if closed:
            self._arrange()
        return closed

    def _arrange(self) -> None:
        for pane in ROOM:
            widget = self._beside[pane]
            widget.display = self._panes.shows(pane)
            widget.set_class(self._panes.floats(pane), "-floating")
