"""Active turns and pending questions, over all conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.steps import ApprovalStep, ConnectionStep

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, TurnId
    from tui.core.records import PromptState
    from tui.core.turn import Turn

RowState = Literal["idle", "running", "asking", "signing_in"]
"""``asking`` and ``signing_in``: it continues only after the user has answered, or signed in."""

WAITS_FOR_USER: frozenset[RowState] = frozenset({"asking", "signing_in"})


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """Question that only the user can answer."""

    turn: Turn
    step: ApprovalStep | ConnectionStep

    @property
    def key(self) -> str:
        """Key that is the same for every snapshot of the turn."""
        return f"{self.turn.id}/{self.step.key}"

    @property
    def name(self) -> str:
        """Id under which the question is answered."""
        match self.step:
            case ApprovalStep(request=request):
                return request.call_id
            case ConnectionStep(attempt_id=attempt_id):
                return attempt_id

    @property
    def subject(self) -> str:
        """Subject of the question: the skill, or the connector."""
        match self.step:
            case ApprovalStep(request=request):
                return request.skill
            case ConnectionStep(connector=connector):
                return connector

    @property
    def asked_ms(self) -> int | None:
        """Time at which it was asked; None if unknown."""
        match self.step:
            case ApprovalStep(request=request):
                return request.at_ms
            case ConnectionStep(key=key):
                return next((event.at_ms for event in self.turn.log if event.key == key), None)

    @property
    def expires_ms(self) -> int | None:
        """Time until which it can be answered; None if there is no limit."""
        return self.step.expires_ms if isinstance(self.step, ConnectionStep) else None


class ActiveTurns:
    """Newest snapshots of the turns that have not ended."""

    def __init__(self) -> None:
        self._turns: dict[TurnId, Turn] = {}
        self.answers_itself: Callable[[Turn, ApprovalStep], bool] = lambda turn, step: False
        """Returns True for an approval that the user is not asked for."""

    def note(self, turn: Turn) -> None:
        """Keep the newest snapshot of a turn; forget a turn that has ended."""
        if turn.over:
            self._turns.pop(turn.id, None)
        else:
            self._turns[turn.id] = turn

    def drop(self, turn_id: TurnId) -> None:
        """Forget a turn."""
        self._turns.pop(turn_id, None)

    def clear(self) -> None:
        """Forget all turns."""
        self._turns.clear()

    def busy_conversations(self) -> set[ConversationId]:
        """Return the conversations with a turn that has not ended."""
        return {turn.conversation_id for turn in self._turns.values()}

    def turn(self, turn_id: TurnId) -> Turn | None:
        """Return the newest snapshot of a turn that has not ended."""
        return self._turns.get(turn_id)

    def state(self, conversation_id: ConversationId) -> RowState:
        """Return the state that a conversation's row shows."""
        turns = self._of(conversation_id)
        if any(self._needs_user(turn) for turn in turns):
            questions = self.questions(conversation_id)
            signs_in = questions and isinstance(questions[0].step, ConnectionStep)
            return "signing_in" if signs_in else "asking"
        return "running" if turns else "idle"

    def questions(self, conversation_id: ConversationId) -> list[PendingQuestion]:
        """Return the open questions of a conversation, oldest first."""
        return [q for turn in self._of(conversation_id) for q in self._questions_of(turn)]

    def all_questions(self) -> list[PendingQuestion]:
        """Return all open questions: first those that expire, soonest first, then by age."""
        found = [q for turn in self._turns.values() for q in self._questions_of(turn)]
        never = float("inf")
        return sorted(found, key=lambda q: (q.expires_ms or never, q.asked_ms or never))

    def unsent(self, conversation_id: ConversationId) -> list[Turn]:
        """Return the turns of a conversation whose message is queued."""
        return [t for t in self._of(conversation_id) if t.prompt and t.prompt.state == "queued"]

    def stoppable(self, conversation_id: ConversationId) -> Turn | None:
        """Return the turn that the agent is working on and can be asked to stop."""
        turn = self.followed(conversation_id)
        return turn if turn and not turn.halting else None

    def followed(self, conversation_id: ConversationId) -> Turn | None:
        """Return the turn that the agent is working on."""
        sent = (
            t for t in self._of(conversation_id) if t.prompt is None or t.prompt.state == "sent"
        )
        return next(sent, None)

    def prompt_states(self, conversation_id: ConversationId) -> set[PromptState]:
        """Return the states of a conversation's messages that have no reply yet."""
        return {turn.prompt.state for turn in self._of(conversation_id) if turn.prompt}

    def _questions_of(self, turn: Turn) -> list[PendingQuestion]:
        return [
            question
            for question in questions_of(turn)
            if not isinstance(step := question.step, ApprovalStep)
            or not self.answers_itself(turn, step)
        ]

    def _needs_user(self, turn: Turn) -> bool:
        unconfirmed = turn.prompt is not None and turn.prompt.state == "unconfirmed"
        return unconfirmed or bool(self._questions_of(turn))

    def _of(self, conversation_id: ConversationId | None) -> list[Turn]:
        return [t for t in self._turns.values() if t.conversation_id == conversation_id]


def questions_of(turn: Turn) -> list[PendingQuestion]:
    """Return the open questions of a turn, in the order they were asked."""
    steps: Iterable[ApprovalStep | ConnectionStep] = (
        step for step in turn.steps if isinstance(step, ApprovalStep | ConnectionStep)
    )
    return [PendingQuestion(turn, step) for step in steps if step.waiting]
