"""Source of a message, to select parts of it with the keys or the mouse."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from tui.ui.app.messages import CopyText
from tui.ui.textual_fixes.screens import SafeModal


class SourceView(SafeModal[None]):
    """Shows a text. Shift and the arrows select; ``c`` copies the selection, or all of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="source.copy", tooltip="Copy the selection, or everything"),
        Binding("escape,q", "leave", "Close", id="source.close", tooltip="Close"),
    ]

    def __init__(self, text: str, title: str = "Message source") -> None:
        super().__init__()
        self._text = text
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="source--box"):
            yield Static(Content.styled(self._title, "bold"), classes="source--title")
            yield TextArea(self._text, read_only=True, soft_wrap=True, compact=True)
            yield Static(self._hint(), classes="source--hint")

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.cursor_blink = False
        area.focus()

    def action_copy(self) -> None:
        """Copy the selection, or else everything."""
        chosen = self.query_one(TextArea).selected_text
        self.post_message(CopyText(chosen or self._text, "the selection" if chosen else "the text"))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _hint(self) -> Content:
        keys = (("Shift+↑↓←→", "select"), ("c", "copy"), ("Esc", "close"))
        parts = [Content.assemble((key, "bold"), (f" {what}", "$muted")) for key, what in keys]
        return Content("   ").join(parts)
