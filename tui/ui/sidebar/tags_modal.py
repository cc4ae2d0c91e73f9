"""Dialog to change the tags of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tui.core.tags import read_tags, shown_tags
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.text import line

_LONGEST_TEXT = 200


class TagsModal(SafeModal[tuple[str, ...]]):
    """Returns the new tags, none to remove them; None: canceled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="tags.close", tooltip="Keep the current tags"),
    ]

    def __init__(self, title: str, tags: Sequence[str]) -> None:
        super().__init__()
        self._title_now = title
        self._tags_now = tags

    def compose(self) -> ComposeResult:
        with Dialog("Tags", leave="cancel", classes="-small"):
            yield Static(line(self._title_now, 120), classes="modal--lead")
            yield TextInput(
                shown_tags(self._tags_now),
                placeholder="#urgent #billing",
                max_length=_LONGEST_TEXT,
                select_on_focus=False,
                compact=True,
            )
            yield Static(
                Content("Saved on this machine only. Find them by #tag in the sidebar and search."),
                classes="modal--note",
            )
            yield AnswerRow(("Enter", "Save", "take"))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def action_take(self) -> None:
        self.dismiss(read_tags(self.query_one(Input).value))
