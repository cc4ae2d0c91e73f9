"""Dialog for the reason of a rejection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Static, TextArea

from tui.core.text import clean_line
from tui.ui.keys.labels import key_at
from tui.ui.questions.armed_modal import ArmedModal
from tui.ui.textual_fixes.events import forward_event
from tui.ui.toolkit.text_modal import WritingModal


class ReasonModal(ArmedModal[str | None], WritingModal):
    """Asks for an optional reason. Returns it, empty if none is given; None: back, undecided.

    Unarmed, it accepts no letter: the key that opened it may have been the first of a word, which
    then goes to the composer as a whole.
    """

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
    AUTO_FOCUS = ""
    answering = frozenset({"submit", "newline"})
    leaving = frozenset({"back"})

    def __init__(
        self,
        subject: str,
        *,
        question: ArmedModal[Any] | None = None,
        armed: bool = True,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``subject``: name of the skill or connection. ``question``: the opening dialog."""
        super().__init__(
            Content.assemble("Reject ", (clean_line(subject), "bold")),
            "Optional. The agent sees your reason.",
            submit="Reject",
            placeholder="Why not, or what to do instead",
            clock_s=clock_s,
        )
        self.set_reactive(ReasonModal.armed, armed)
        self._question = question
        self.message = question.message if question else None

    def lead(self) -> Iterator[Widget]:
        yield from super().lead()
        yield Static(classes="modal--state")

    def show_state(self) -> None:
        for line in self.query(".modal--state").results(Static):
            line.display = not self.armed
            line.update(self.unarmed_line("write a reason"))

    def watch_armed(self) -> None:
        super().watch_armed()
        if self.armed:
            for area in self.query(TextArea):
                area.focus()

    def give_back(self) -> None:
        """Close with the question, and pass on the letter that opened this, too."""
        question = self._question
        key = key_at(question, "decision.reject") if question else ""
        super().give_back()
        if question:
            question.give_back()
        if self.message is not None and len(key) == 1:
            forward_event(self.message, Key(key.lower(), key))
