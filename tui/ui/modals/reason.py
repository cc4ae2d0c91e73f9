"""Why something is rejected, in the user's words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.core.text import clean_line
from tui.ui.modals.writing import WritingModal


class ReasonModal(WritingModal):
    """Asks for an optional reason. Returns it, empty if none is given; None: back, undecided."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "submit",
            "Reject",
            tooltip="Reject with this reason",
            id="reason.submit",
        ),
        Binding(
            "ctrl+j,shift+enter",
            "newline",
            "New line",
            tooltip="New line",
            id="reason.newline",
        ),
        Binding(
            "escape",
            "back",
            "Back",
            tooltip="Back to the question",
            id="reason.back",
        ),
    ]

    def __init__(self, subject: str, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        """``subject``: what is rejected, such as the name of a skill."""
        super().__init__(
            Content.assemble("Reject ", (clean_line(subject), "bold")),
            "A reason is optional. The agent reads it.",
            submit="Reject",
            placeholder="Why not, or what to do instead",
            clock_s=clock_s,
        )
