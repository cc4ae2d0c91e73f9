"""Dialog to rename a conversation."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tui.core.text import clean_line
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.field import TextInput

_LONGEST_NAME = 120


class RenameModal(SafeModal[str]):
    """Returns the new name, empty to restore the agent's title; None: canceled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="rename.close", tooltip="Keep the current name"),
    ]

    def __init__(self, name: str, title: str, *, shared: bool = False) -> None:
        """``title`` is shown while the conversation has no name.

        ``shared``: the service stores the name, so that it is the same everywhere.
        """
        super().__init__()
        self._shared = shared
        self._name_now = clean_line(name, _LONGEST_NAME)
        self._title_now = clean_line(title, 60)

    def compose(self) -> ComposeResult:
        with Dialog("Rename conversation", leave="cancel", classes="-small"):
            yield TextInput(
                self._name_now,
                placeholder=self._title_now,
                max_length=_LONGEST_NAME,
                select_on_focus=True,
                compact=True,
            )
            yield Static(self._hint(), classes="modal--note")
            yield AnswerRow(("Enter", "Rename", "take"))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def action_take(self) -> None:
        self.dismiss(clean_line(self.query_one(Input).value, _LONGEST_NAME))

    def _hint(self) -> Content:
        if self._shared:
            return Content("The service saves the name, so it appears everywhere you sign in.")
        back = f" Leave it empty to use “{self._title_now}” again." if self._title_now else ""
        return Content(f"The name is saved on this machine only.{back}")
