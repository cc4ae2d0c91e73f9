"""Modals in which the user writes a text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Static, TextArea

from tui.ui.keys.ordering import act_at_once
from tui.ui.textual_fixes.text_area import SafeTextArea
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.state_glyphs import muted


class WrittenText(SafeTextArea):
    """Text area of the modal, whose keys are handled in the order in which they were pressed."""

    async def on_key(self, event: Key) -> None:
        if event.is_printable:
            return
        for node in (self, self.screen):
            if await act_at_once(self.app, event.key, node):
                event.prevent_default()
                event.stop()
                return


class WritingModal(GuardedModal[str | None]):
    """Asks for a text. Returns it without surrounding space; None if canceled."""

    AUTO_FOCUS = "TextArea"
    leaving = frozenset({"back"})

    def __init__(
        self,
        title: Content,
        lead: str,
        *,
        submit: str,
        text: str = "",
        placeholder: str = "",
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``submit``: label of what Enter does."""
        super().__init__(clock_s=clock_s)
        self._title = title
        self._lead = lead
        self._submit = submit
        self._text = text
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        with Dialog(self._title, leave="back", classes="-small"):
            yield from self.lead()
            yield WrittenText(
                self._text,
                soft_wrap=True,
                tab_behavior="focus",
                compact=True,
                placeholder=Content(self._placeholder),
            )
            yield AnswerRow(("Enter", self._submit, "submit"))

    def lead(self) -> Iterator[Widget]:
        """Yield the widgets above the text."""
        yield Static(muted(self._lead))

    def on_mount(self) -> None:
        for area in self.query(TextArea):  # none if it is closed before it is open
            area.move_cursor(area.document.end)

    def action_submit(self) -> None:
        self.dismiss(self.query_one(TextArea).text.strip())

    def action_newline(self) -> None:
        self.query_one(TextArea).insert("\n")

    def action_back(self) -> None:
        self.dismiss(None)


class EditModal(WritingModal):
    """Edits a queued message. Returns its new text; None to leave it as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "submit",
            "Save",
            tooltip="Save the edited message",
            id="edit.submit",
        ),
        Binding(
            "ctrl+j,shift+enter",
            "newline",
            "New line",
            tooltip="New line",
            id="edit.newline",
        ),
        Binding(
            "escape",
            "back",
            "Back",
            tooltip="Back without changes",
            id="edit.back",
        ),
    ]

    def __init__(self, text: str, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(
            Content.styled("Edit queued message", "bold"),
            "It keeps its place in the queue.",
            submit="Save",
            text=text,
            clock_s=clock_s,
        )

    def action_submit(self) -> None:
        text = self.query_one(TextArea).text
        if text.strip():
            self.dismiss(text)  # as it was typed
