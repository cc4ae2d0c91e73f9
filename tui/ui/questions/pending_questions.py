"""Opening of questions without stealing the focus from a user who is typing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.widget import Widget

from tui.core.steps import ApprovalStep, ConnectionStep, Step
from tui.ui.chat.active_turns import ActiveTurns, PendingQuestion

if TYPE_CHECKING:
    from tui.core.events import Decision
    from tui.core.ids import ConversationId
    from tui.core.turn import Turn
    from tui.ui.questions.approval_modal import ApprovalAnswer
    from tui.ui.questions.connection_modal import ConnectionAnswer
    from tui.ui.questions.decision_modal import DecisionModal

Decide = Callable[[PendingQuestion, "Decision", str | None, bool], None]
"""Called with the answer, its reason, and True if it is for the whole conversation; a connection
can only be rejected.
"""


class PendingQuestions:
    """Keep at most one question open; each opens automatically at most once.

    ``message`` is the text input on the screen ``below``.
    """

    def __init__(
        self,
        below: Screen[None],
        message: Widget,
        agent_name: Callable[[], str],
        active_turns: ActiveTurns,
        decide: Decide,
        now_ms: Callable[[], int],
        place_of: Callable[[PendingQuestion], str],
    ) -> None:
        """``place_of`` returns the title of a question's conversation unless that is on screen."""
        self._below = below
        self._message = message
        self._now_ms = now_ms
        self._agent = agent_name
        self._active_turns = active_turns
        self._decide = decide
        self._place_of = place_of
        self._announced: set[str] = set()
        self._open: PendingQuestion | None = None
        self._update: Callable[[Step], None]

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def announce(self, conversation_id: ConversationId, *, disturb: bool) -> list[PendingQuestion]:
        """Record the questions of a conversation; return the new ones.

        With ``disturb`` the oldest new one opens.
        """
        questions = self._active_turns.questions(conversation_id)
        new = [question for question in questions if question.key not in self._announced]
        self._announced |= {question.key for question in new}
        if new and disturb:
            self.open(new[0], by_user=False)
        return new

    def open(self, question: PendingQuestion, *, by_user: bool = True) -> None:
        """Open a question, unless another one is open.

        ``by_user``: opened by the user. Otherwise it must be armed before keys answer.
        """
        self._announced.add(question.key)
        if self._open is None:
            match question.step:
                case ApprovalStep():
                    self._ask_approval(question, question.step, armed=by_user)
                case ConnectionStep():
                    self._ask_connection(question, question.step, armed=by_user)

    def take(self, turn: Turn) -> None:
        """Update the open question; it closes if it was settled elsewhere."""
        if self._open and self._open.turn.id == turn.id:
            for step in turn.steps:
                if step.key == self._open.step.key:
                    self._update(step)

    def _ask_approval(self, question: PendingQuestion, step: ApprovalStep, *, armed: bool) -> None:
        from tui.ui.questions.approval_modal import ApprovalModal

        def answered(answer: ApprovalAnswer | None) -> None:
            self._open = None
            if answer:
                shown = replace(question, step=modal.step)
                self._decide(shown, answer.decision, answer.reason, answer.for_conversation)
            elif modal.wants_next:
                self._open_after(question)

        def update(newer: Step) -> None:
            if isinstance(newer, ApprovalStep):
                modal.update_step(newer)

        modal = ApprovalModal(
            step,
            agent=self._agent(),
            armed=armed,
            message=self._message,
            place=self._place_of(question),
            now_ms=self._now_ms,
        )
        self._show(modal, question, update)
        self._below.app.push_screen(modal, answered)

    def _ask_connection(
        self, question: PendingQuestion, step: ConnectionStep, *, armed: bool
    ) -> None:
        from tui.ui.questions.connection_modal import ConnectionModal

        def answered(answer: ConnectionAnswer | None) -> None:
            self._open = None
            if answer and answer.rejected:
                self._decide(question, "rejected", answer.reason, False)
            elif modal.wants_next:
                self._open_after(question)

        def update(newer: Step) -> None:
            if isinstance(newer, ConnectionStep):
                modal.update_step(newer)

        modal = ConnectionModal(
            step,
            agent=self._agent(),
            armed=armed,
            message=self._message,
            place=self._place_of(question),
            now_ms=self._now_ms,
        )
        self._show(modal, question, update)
        self._below.app.push_screen(modal, answered)

    def _show(
        self, modal: DecisionModal[Any], question: PendingQuestion, update: Callable[[Step], None]
    ) -> None:
        self._open, self._update = question, update
        modal.others = self._others(question)

    def _others(self, question: PendingQuestion) -> int:
        found = self._active_turns.all_questions()
        return sum(other.key != question.key for other in found)

    def _open_after(self, question: PendingQuestion) -> None:
        """Open the next question, after the last one the first."""
        found = self._active_turns.all_questions()
        keys = [other.key for other in found]
        place = keys.index(question.key) + 1 if question.key in keys else 0
        if found:
            self.open(found[place % len(found)])
