"""Confirmation dialog."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Button, Static

from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.text import plain


class ConfirmModal(GuardedModal[bool]):
    """Asks before something that matters. Returns True to go ahead."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", tooltip="Yes", id="confirm.yes"),
        Binding("n,escape", "answer(False)", "Cancel", tooltip="Cancel", id="confirm.no"),
    ]

    def __init__(
        self,
        question: str,
        *,
        yes: str = "Yes",
        no: str = "Cancel",
        danger: bool = False,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``question``: its first sentence is the title. ``danger``: something would be lost."""
        super().__init__(clock_s=clock_s)
        asked, mark, consequence = question.partition("? ")
        self._title = asked + mark.strip()
        self._consequence = consequence
        self._yes = yes
        self._no = no
        self._danger = danger

    def compose(self) -> ComposeResult:
        with Dialog(self._title, leave=self._no.lower(), classes="-small"):
            if self._consequence:
                with VerticalScroll(classes="modal--body", can_focus=False):
                    yield Static(plain(self._consequence))
            yield AnswerRow(
                ("y", self._yes, "answer(True)"),
                ("n", self._no, "answer(False)"),
                danger="answer(True)" if self._danger else "",
            )

    def on_mount(self) -> None:
        answers = [*self.query(Button)]  # none if it is closed before it is open
        if answers:
            answers[1 if self._danger else 0].focus()

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
