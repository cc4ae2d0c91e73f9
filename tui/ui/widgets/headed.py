"""The empty line above a message. Pointed at, it says when that was and what can be done with it.

It is drawn into a border that is there anyway, so that nothing moves when it fills.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from tui.ui.textual_fixes.layout import set_border_title
from tui.ui.widgets.looks import MUTED, clock_time

Deed = Literal["copy", "markdown", "code", "edit", "quote", "links", "view"]
"""What can be done with a message."""

_CLICKED: tuple[Deed, ...] = ("copy", "edit", "quote", "links", "markdown", "view")
"""What has a word to click on, the most wanted first: as many as there is room for."""
_GAP = 2
_EDGES = 4


class Headed(Widget):
    """A message with such a line."""

    @dataclass
    class DeedWanted(Message):
        """The user clicked on something that can be done."""

        widget: Widget
        deed: Deed

    def show_head(self, at_ms: int | None = None, deeds: tuple[Deed, ...] = ()) -> None:
        """Show when it was said and what can be done; without either the line is empty."""
        parts = [*([Content.styled(clock_time(at_ms), MUTED)] if at_ms else [])]
        room = (self.outer_size.width or 80) - _EDGES - sum(part.cell_length for part in parts)
        for mark in self._marks(deeds):
            room -= mark.cell_length + _GAP
            if room < 0:
                break
            parts.append(mark)
        title = Content(" " * _GAP).join(parts) if parts else None
        set_border_title(self, title)

    def _marks(self, deeds: tuple[Deed, ...]) -> Iterator[Content]:
        for deed in _CLICKED:
            if deed in deeds:
                click = Style.from_meta({"@click": ("do", (deed,))})
                yield Content.styled(deed, "$text-primary underline").stylize(click)

    def action_do(self, deed: Deed) -> None:
        """Ask for it."""
        self.post_message(self.DeedWanted(self, deed))
