"""Header line of the timeline: its name, or the words of its filter.

A module of its own, since it is on the first screen and the timeline is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.core.usage import Usage


class TimelineHeader(Widget):
    """Header line. A click starts or ends a filter."""

    class Pressed(Message):
        """The user clicked on the header."""

    words: str | None = None
    """Filter of the timeline; None: no filter."""
    total: reactive[Usage | None] = reactive(None)
    """Usage of the whole conversation, if known."""
    _shown = 0

    def show(self, words: str | None, shown: int) -> None:
        """Show the filter and the number of matching events."""
        if (words, shown) != (self.words, self._shown):
            self.words, self._shown = words, shown
            self.refresh()

    def watch_total(self, total: Usage | None) -> None:
        self.tooltip = Content(f"Total: {total.sentence()}") if total else None

    def on_click(self) -> None:
        self.post_message(self.Pressed())

    def render(self) -> Content:
        width = self.size.width
        if self.words is None:
            used = f"{self.total.brief()}  " if self.total else ""
            right = Content.assemble((used, "$muted"), ("/", "bold $text"), (" filter", "$muted"))
            return spread(Content.styled("Timeline", "bold $text"), right, width, most=0.75)
        typed = Content.assemble(("⌕ ", "$accent"), line(self.words), ("▏", "$accent"))
        hint = f"{self._shown} found" if self.words else "text or type"
        return spread(typed, Content.styled(hint, "$muted"), width)
