"""Base class of question dialogs: reject with a reason, answer later, settled elsewhere.

A question that opens automatically is unarmed, see ``ArmedModal``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.ui.questions.armed_modal import ArmedModal
from tui.ui.questions.reason_modal import ReasonModal
from tui.ui.toolkit.state_glyphs import muted

AnswerT = TypeVar("AnswerT")


class DecisionModal(ArmedModal[AnswerT | None]):
    """Question that can be postponed (None), or settled without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r",
            "reject",
            "Reject",
            tooltip="Reject, with an optional reason",
            id="decision.reject",
        ),
        Binding("escape", "later", "Later", tooltip="Decide later", id="decision.later"),
    ]

    low_under = 20
    answer_keys: ClassVar[str]
    """Keys that answer, in words."""

    def __init__(
        self,
        *,
        subject: str,
        clock_s: Callable[[], float],
        armed: bool,
        message: Widget | None,
    ) -> None:
        """``armed``: the user opened it. ``message``: receives typed text while unarmed."""
        super().__init__(clock_s=clock_s)
        self.set_reactive(DecisionModal.armed, armed)
        self.message = message
        self._opened_by_user = armed
        self._subject = subject
        self._reason: ReasonModal | None = None
        self._is_settled = False

    def ready_parts(self) -> None:
        super().ready_parts()
        for button in self.query(Button):
            button.can_focus = False  # so that Enter never answers

    def show_state(self) -> None:
        for line in self.query(".modal--state").results(Static):
            line.update(self.state_line())

    def state_line(self) -> Content:
        """Return the line that tells if keys answer."""
        if self.armed:
            text = Content.assemble(("● ", "$accent"), (f"{self.answer_keys} answer now.", "bold"))
            return self.fitting(text + muted("  Enter does nothing here."), text)
        return self.unarmed_line("answer here")

    def rejection(self, reason: str | None) -> AnswerT:
        """Return the rejecting answer; ``reason`` is None if the user gave none."""
        raise NotImplementedError

    def settle(self) -> None:
        """Close without an answer, as soon as no other screen is in front."""
        self._is_settled = True
        if self.is_active:
            self.dismiss(None)
        elif self._reason is not None and self._reason.is_active:
            self._reason.dismiss(None)

    def action_reject(self) -> None:
        armed = self._opened_by_user or self._is_clicked
        self._reason = ReasonModal(self._subject, question=self, armed=armed, clock_s=self._clock_s)
        self.app.push_screen(self._reason, self._reject)

    def action_later(self) -> None:
        self.dismiss(None)

    def _reject(self, reason: str | None) -> None:
        self._reason = None
        if self._is_settled:
            self.dismiss(None)
        elif reason is not None:
            self.dismiss(self.rejection(reason or None))
