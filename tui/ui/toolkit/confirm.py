"""Confirmation dialog."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.text import plain


class ConfirmModal(GuardedModal[bool]):
    """Asks before something that cannot be undone. Returns True to go ahead."""

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
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock_s=clock_s)
        self._question = question
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        with Vertical(classes="modal--box -small"):
            with VerticalScroll(classes="modal--body", can_focus=False):
                yield Static(plain(self._question))
            yield AnswerRow(("y", self._yes, "answer(True)"), ("n", self._no, "answer(False)"))

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
