"""Edge between two panes, which the mouse can drag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

Pane = Literal["sidebar", "timeline"]


class PaneEdge(Widget):
    """Column of air beside a pane. It is visible only under the mouse."""

    ALLOW_SELECT: ClassVar[bool] = False

    @dataclass
    class Dragged(Message):
        """The edge was dragged to this column of the window; ``done`` when it is let go."""

        pane: Pane
        column: int
        done: bool

    def __init__(self, pane: Pane) -> None:
        super().__init__(id=f"{pane}-edge")
        self._pane: Pane = pane
        self._is_dragged = False

    def render(self) -> Content:
        shown = self.mouse_hover or self._is_dragged
        return Content("\n".join(["┃" if shown else " "] * self.size.height))

    def on_enter(self) -> None:
        self.refresh()

    def on_leave(self) -> None:
        self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self._is_dragged = True
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._is_dragged:
            event.stop()
            self.post_message(self.Dragged(self._pane, event.screen_offset.x, done=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._is_dragged:
            event.stop()
            self._is_dragged = False
            self.release_mouse()
            self.post_message(self.Dragged(self._pane, event.screen_offset.x, done=True))

    def on_click(self, event: events.Click) -> None:
        event.stop()
