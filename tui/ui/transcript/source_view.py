"""Source of a message, to select parts of it with the keys or the mouse."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from tui.ui.app.messages import CopyText
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog, KeyHints


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
        with Dialog(self._title, most_lines=30, classes="-large"):
            yield TextArea(
                self._text, read_only=True, soft_wrap=True, compact=True, classes="modal--body"
            )
            yield KeyHints(("Shift+↑↓←→", "select"), ("c", "copy"))

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
