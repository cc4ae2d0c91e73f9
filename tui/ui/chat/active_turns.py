"""Who works and who waits for the user, over all conversations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.steps import ApprovalStep, ConnectionStep

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, TurnId
    from tui.core.turn import Turn

RowState = Literal["idle", "running", "asking"]
"""``asking``: it goes on only when the user has done something."""


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """Something only the user can answer."""

    turn: Turn
    step: ApprovalStep | ConnectionStep

    @property
    def key(self) -> str:
        """The same for every snapshot of the turn."""
        return f"{self.turn.id}/{self.step.key}"

    @property
    def name(self) -> str:
        """The id it is answered by."""
        match self.step:
            case ApprovalStep(request=request):
                return request.call_id
            case ConnectionStep(attempt_id=attempt_id):
                return attempt_id

    @property
    def subject(self) -> str:
        """What is asked about: the skill, or the connector."""
        match self.step:
            case ApprovalStep(request=request):
                return request.skill
            case ConnectionStep(connector=connector):
                return connector


class ActiveTurns:
    """The newest snapshots of the turns that are not over."""

    def __init__(self) -> None:
        self._turns: dict[TurnId, Turn] = {}

    def note(self, turn: Turn) -> None:
        """Take the newest snapshot of a turn."""
        if turn.over:
            self._turns.pop(turn.id, None)
        else:
            self._turns[turn.id] = turn

    def drop(self, turn_id: TurnId) -> None:
        """Forget a turn that is gone."""
        self._turns.pop(turn_id, None)

    def clear(self) -> None:
        """Forget all turns."""
        self._turns.clear()

    def at_work(self) -> set[ConversationId]:
        """The conversations with a turn that is not over."""
        return {turn.conversation_id for turn in self._turns.values()}

    def turn(self, turn_id: TurnId) -> Turn | None:
        """The newest snapshot of a turn that is not over."""
        return self._turns.get(turn_id)

    def state(self, conversation_id: ConversationId) -> RowState:
        """What a conversation is at."""
        turns = self._of(conversation_id)
        if any(_needs_user(turn) for turn in turns):
            return "asking"
        return "running" if turns else "idle"

    def questions(self, conversation_id: ConversationId) -> list[PendingQuestion]:
        """The open questions of a conversation, oldest first."""
        return [question for turn in self._of(conversation_id) for question in questions_of(turn)]

    def unsent(self, conversation_id: ConversationId) -> list[Turn]:
        """The turns of a conversation whose message waits to be sent."""
        return [t for t in self._of(conversation_id) if t.prompt and t.prompt.state == "queued"]

    def stoppable(self, conversation_id: ConversationId) -> Turn | None:
        """The turn of a conversation that the agent has and could be asked to stop."""
        sent = (
            t for t in self._of(conversation_id) if t.prompt is None or t.prompt.state == "sent"
        )
        return next((turn for turn in sent if not turn.halting), None)

    def is_stopping(self, conversation_id: ConversationId) -> bool:
        """Whether the agent was asked to stop, and has not yet."""
        return any(turn.halting for turn in self._of(conversation_id))

    def asking(self) -> list[ConversationId]:
        """The conversations with an open question, the one that waits longest first."""
        waiting = [turn.conversation_id for turn in self._turns.values() if questions_of(turn)]
        return list(dict.fromkeys(waiting))

    def _of(self, conversation_id: ConversationId | None) -> list[Turn]:
        return [t for t in self._turns.values() if t.conversation_id == conversation_id]


def questions_of(turn: Turn) -> list[PendingQuestion]:
    """The open questions of a turn, in the order they were asked."""
    steps: Iterable[ApprovalStep | ConnectionStep] = (
        step for step in turn.steps if isinstance(step, ApprovalStep | ConnectionStep)
    )
    return [PendingQuestion(turn, step) for step in steps if step.waiting]


def _needs_user(turn: Turn) -> bool:
    unconfirmed = turn.prompt is not None and turn.prompt.state == "unconfirmed"
    return unconfirmed or bool(turn.open_approvals or turn.open_connections)
