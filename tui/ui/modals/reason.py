"""Why something is rejected, in the user's words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from tui.core.text import clean_line
from tui.ui.modals.choices import Choices
from tui.ui.modals.guarded import GuardedModal
from tui.ui.widgets.looks import muted


class ReasonModal(GuardedModal[str | None]):
    """Asks for an optional reason. Returns it, empty if none is given; None: back, undecided."""

    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "submit",
            "Reject",
            priority=True,
            tooltip="Reject with this reason",
            id="reason.submit",
        ),
        Binding(
            "ctrl+j,shift+enter",
            "newline",
            "New line",
            priority=True,
            tooltip="New line",
            id="reason.newline",
        ),
        Binding(
            "escape",
            "back",
            "Back",
            priority=True,
            tooltip="Back to the question",
            id="reason.back",
        ),
    ]

    def __init__(self, subject: str, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        """``subject``: what is rejected, such as the name of a skill."""
        super().__init__(clock_s=clock_s)
        self._subject = subject

    def compose(self) -> ComposeResult:
        title = Content.assemble("Reject ", (clean_line(self._subject), "bold"))
        with Vertical(classes="modal--box -small"):
            yield Static(title, classes="modal--title")
            yield Static(muted("A reason is optional. The agent reads it."))
            yield TextArea(
                soft_wrap=True,
                tab_behavior="focus",
                compact=True,
                placeholder=Content("Why not, or what to do instead"),
            )
            yield Choices(("Enter", "Reject", "submit"), ("Esc", "Back", "back"))

    def action_submit(self) -> None:
        self.dismiss(self.query_one(TextArea).text.strip())

    def action_newline(self) -> None:
        self.query_one(TextArea).insert("\n")

    def action_back(self) -> None:
        self.dismiss(None)
