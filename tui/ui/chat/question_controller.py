"""Questions of the agent: announce, open and answer them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.steps import ApprovalStep
from tui.core.text import clean_line
from tui.ui.chat.active_turns import PendingQuestion, questions_of
from tui.ui.chat.controller import Controller
from tui.ui.keys.labels import key_for
from tui.ui.keys.registry import DEFAULT_KEYS
from tui.ui.questions.pending_questions import PendingQuestions

if TYPE_CHECKING:
    from tui.core.events import Decision
    from tui.core.ids import ConversationId
    from tui.core.turn import Turn
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.composer import Composer
    from tui.ui.questions.question_list import QuestionChoice, QuestionListModal

_TYPING_S = 1.0
"""Time after a key press in which no question takes the focus."""


class QuestionController(Controller):
    """Open questions immediately unless the user is typing, else on request.

    ``idle_s`` returns the seconds since the last key, ``go_to`` opens a conversation.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            DEFAULT_KEYS["question.answer"],
            "answer",
            "Answer",
            tooltip="Answer the pending question",
            priority=True,
            id="question.answer",
        ),
        Binding(
            "alt+q",
            "list_questions",
            "Questions",
            tooltip="List the open questions of all conversations",
            show=False,
            id="question.list",
        ),
        Binding(
            DEFAULT_KEYS["question.revoke"],
            "revoke_approvals",
            "Revoke",
            tooltip="Ask again about skills approved for this conversation",
            show=False,
            id="question.revoke",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        *,
        idle_s: Callable[[], float],
        go_to: Callable[[ConversationId], object],
        selected: Callable[[], ConversationId | None],
    ) -> None:
        """``selected`` returns the conversation under the cursor of the sidebar, if that has the
        focus.
        """
        super().__init__(context)
        self._composer = composer
        self._idle_s = idle_s
        self._go_to = go_to
        self._selected = selected
        self._list: QuestionListModal | None = None
        self._questions = PendingQuestions(
            context.screen,
            composer,
            lambda: context.agent_name,
            context.chat_state.active_turns,
            self._decide,
            context.clock.now_ms,
            self._place_of,
        )

    def check_action(self, action: str) -> bool:
        match action:
            case "answer" | "list_questions":
                return bool(self.context.chat_state.active_turns.all_questions())
            case "revoke_approvals":
                return bool(self.context.approved_skills)
            case _:
                return True

    @property
    def is_open(self) -> bool:
        """True while a question is open in front."""
        return self._questions.is_open

    # -- announce --------------------------------------------------------------------------

    def announce(self, conversation_id: ConversationId) -> None:
        """Open a new question, or ring the bell if that would disturb a user who is typing."""
        context = self.context
        is_calm = self._idle_s() > _TYPING_S and not self._composer.text
        disturb = is_calm and context.screen.is_current
        new = self._questions.announce(conversation_id, disturb=disturb)
        if new and not self.is_open and context.app.app_focus:
            context.app.bell()

    def mention(self, conversation_id: ConversationId) -> None:
        """Notify of a question in a conversation that is not on screen."""
        context = self.context
        key = key_for(context.app, "question.answer")
        for question in self._questions.announce(conversation_id, disturb=False):
            asks = f"{clean_line(question.subject, 60)} needs your answer"
            if context.app.app_focus:
                context.app.bell()
            text = f"{asks}{key and ' · ' + key}"
            context.notify(text, title="Another conversation", severity="warning")

    def take(self, turn: Turn) -> None:
        """Update the open question from a new snapshot of its turn."""
        self._questions.take(turn)
        if self._list is not None:
            self._list.update()

    # -- answer ----------------------------------------------------------------------------

    def answer(self) -> None:
        """Open the only question, that of the conversation selected in the sidebar, or the list."""
        active_turns, selected = self.context.chat_state.active_turns, self._selected()
        found = active_turns.all_questions()
        if selected and (there := active_turns.questions(selected)):
            self._questions.open(there[0])
        elif len(found) == 1:
            self._questions.open(found[0])
        elif found:
            self.list_questions()
        self.context.show_state()

    def list_questions(self) -> None:
        """List the open questions of all conversations; the first here is selected."""
        from tui.ui.questions.question_list import QuestionListModal

        active_turns, current = self.context.chat_state.active_turns, self.context.current
        here = active_turns.questions(current) if current else []
        self._list = QuestionListModal(
            active_turns.all_questions,
            lambda question: self.context.title_of(question.turn.conversation_id),
            self.context.clock.now_ms,
            first=here[0] if here else None,
        )
        self.context.ask(self._list, self._chosen)

    def _chosen(self, choice: QuestionChoice | None) -> None:
        self._list = None
        if choice and choice.act == "show":
            self._go_to(choice.question.turn.conversation_id)
        elif choice:
            self._questions.open(choice.question)
        self.context.show_state()

    def open(self, turn: Turn, name: str) -> None:
        """Open the question of a turn that has this id."""
        for question in questions_of(turn):
            if question.name == name:
                self._questions.open(question)
        self.context.show_state()

    def _place_of(self, question: PendingQuestion) -> str:
        """Return the title of a question's conversation; empty if that is on screen."""
        conversation_id = question.turn.conversation_id
        if conversation_id == self.context.current:
            return ""
        return clean_line(self.context.title_of(conversation_id), 60) or "another conversation"

    def _decide(
        self,
        question: PendingQuestion,
        decision: Decision,
        reason: str | None,
        for_conversation: bool,
    ) -> None:
        post = self._post_decision
        self.context.run("decide", post, question, decision, reason, for_conversation)

    async def _post_decision(
        self,
        question: PendingQuestion,
        decision: Decision,
        reason: str | None,
        for_conversation: bool,
    ) -> None:
        session = self.context.opened.session
        turn = self.context.chat_state.active_turns.turn(question.turn.id) or question.turn
        match question.step:
            case ApprovalStep(request=request):
                await session.decide(
                    turn,
                    request.call_id,
                    decision,
                    reason,
                    shown=request,
                    for_conversation=for_conversation,
                )
            case step:
                await session.reject_connection(turn, step.attempt_id, reason)
        self.context.show_state()

    def revoke_approvals(self) -> None:
        """Ask about every skill of the conversation on screen again."""
        if (skills := self.context.approved_skills) and (current := self.context.current):
            self.context.opened.session.revoke_approvals(current)
            named = ", ".join(clean_line(skill, 40) for skill in skills)
            self.context.notify(f"{named} will ask for your approval again.")
            self.context.show_state()
