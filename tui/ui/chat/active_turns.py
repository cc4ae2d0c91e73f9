"""Active turns and pending questions, over all conversations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.steps import ApprovalStep, ConnectionStep

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, TurnId
    from tui.core.records import PromptState
    from tui.core.turn import Turn

RowState = Literal["idle", "running", "asking"]
"""``asking``: it continues only after the user has acted."""


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


class ActiveTurns:
    """Newest snapshots of the turns that have not ended."""

    def __init__(self) -> None:
        self._turns: dict[TurnId, Turn] = {}

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
        if any(_needs_user(turn) for turn in turns):
            return "asking"
        return "running" if turns else "idle"

    def questions(self, conversation_id: ConversationId) -> list[PendingQuestion]:
        """Return the open questions of a conversation, oldest first."""
        return [question for turn in self._of(conversation_id) for question in questions_of(turn)]

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

    def asking(self) -> list[ConversationId]:
        """Return the conversations with an open question, the longest waiting first."""
        waiting = [turn.conversation_id for turn in self._turns.values() if questions_of(turn)]
        return list(dict.fromkeys(waiting))

    def _of(self, conversation_id: ConversationId | None) -> list[Turn]:
        return [t for t in self._turns.values() if t.conversation_id == conversation_id]


def questions_of(turn: Turn) -> list[PendingQuestion]:
    """Return the open questions of a turn, in the order they were asked."""
    steps: Iterable[ApprovalStep | ConnectionStep] = (
        step for step in turn.steps if isinstance(step, ApprovalStep | ConnectionStep)
    )
    return [PendingQuestion(turn, step) for step in steps if step.waiting]


def _needs_user(turn: Turn) -> bool:
    unconfirmed = turn.prompt is not None and turn.prompt.state == "unconfirmed"
    return unconfirmed or bool(turn.open_approvals or turn.open_connections)
