"""Base class of question dialogs: reject with a reason, answer later, settled elsewhere.

A question that opens automatically is unarmed, see ``ArmedModal``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Static

from tui.ui.questions.armed_modal import ArmedModal
from tui.ui.questions.question_parts import QuestionAnswers, QuestionTitle
from tui.ui.questions.reason_modal import ReasonModal
from tui.ui.toolkit.state_glyphs import muted

if TYPE_CHECKING:
    from tui.ui.toolkit.rows import Rows

AnswerT = TypeVar("AnswerT")

_LEAST_UNDER = 14
"""Window height in lines below which only what is needed to decide is shown."""


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
        Binding("enter", "explain_enter", "Nothing", show=False, id="decision.enter"),
    ]

    leaving = frozenset({"later"})
    low_under = 22
    compact_under = 30
    answer_keys: ClassVar[str]
    """Keys that answer, in words."""
    others = 0
    """Number of other open questions."""
    wants_next = False
    """True if the user postponed it to go on to the next question."""
    _explains_enter = False
    """True while the last key was Enter."""

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
        self.show_state()

    def _fit(self) -> None:
        self.set_class(self.size.height < _LEAST_UNDER, "-tiny")
        super()._fit()

    def on_answer_state_resized(self) -> None:
        self._fit()

    def show_state(self) -> None:
        for line in self.query(".modal--state").results(Static):
            line.update(self.state_line())
        for title in self.query(QuestionTitle):
            title.refresh()
        for answers in self.query(QuestionAnswers):
            answers.show_armed(is_armed=self.listens)

    def state_line(self) -> Content | Rows:
        """Return the line that tells if keys answer."""
        if self.armed and not self.listens:
            return self.fitting(muted("○ Keys answer in a moment."), muted("○ In a moment"))
        if self._explains_enter and self.armed:
            text = Content.assemble(("● ", "$accent"), ("Enter does nothing here.", "bold"))
            return self.fitting(text + muted(f"  {self.answer_keys} answer."), text)
        if self.armed:
            text = Content.assemble(("● ", "$accent"), (f"{self.answer_keys} answer now.", "bold"))
            return self.fitting(text + muted("  Enter does nothing here."), text)
        return self.unarmed_line("answer here")

    def on_key(self, event: Key) -> None:
        if self._explains_enter and event.key != "enter":
            self._explains_enter = False
            self.show_state()
        super().on_key(event)

    def action_explain_enter(self) -> None:
        """Tell which keys answer instead."""
        self._explains_enter = True
        self.show_state()

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

    def action_answer(self) -> None:
        """Arm; when armed, go on to the next question."""
        if self.armed and self.others:
            self.wants_next = True
            self.dismiss(None)
        else:
            super().action_answer()

    def action_later(self) -> None:
        self.dismiss(None)

    def _reject(self, reason: str | None) -> None:
        self._reason = None
        if self._is_settled:
            self.dismiss(None)
        elif reason is not None:
            self.dismiss(self.rejection(reason or None))
