"""Approve the calls of a skill without asking, after the user approved it for a conversation.

The approvals are in memory only: they end with the session, and hold for no other conversation,
window or process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.core.errors import BackendError, ErrorKind
from tui.core.text import clean_line
from tui.engine.updates import Problem, TurnChanged

if TYPE_CHECKING:
    from tui.core.events import ApprovalRequested
    from tui.core.ids import ConversationId
    from tui.core.steps import ApprovalStep
    from tui.core.turn import Turn
    from tui.engine.updates import Publish

Approve = Callable[["Turn", "ApprovalRequested", Callable[[], bool]], Awaitable[None]]
"""Posts an automatic approval, unless the last argument returns False just before."""

_Skill = tuple[str, str | None]
"""Name and id of a skill; both must be the same."""


@dataclass(slots=True)
class _Standing:
    """Skills approved for one conversation."""

    skills: set[_Skill] = field(default_factory=set)
    asked_before: set[str] = field(default_factory=set)
    """Questions that were open when a skill was approved: the user answers those."""


class StandingApprovals:
    """Skills approved for a conversation, and the answers given because of that.

    A question whose parameters change while it is pending is never answered here.
    """

    def __init__(
        self,
        approve: Approve,
        publish: Publish,
        newest: Callable[[Turn], Turn | None],
        later: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """``newest`` returns the current snapshot of a turn; None: it is not active."""
        self._approve = approve
        self._publish = publish
        self._newest = newest
        self._later = later
        self._by_conversation: dict[ConversationId, _Standing] = {}
        self._started: set[str] = set()
        """Questions that are or were answered here."""
        self._left: set[str] = set()
        """Questions of those that are left to the user."""

    def allow(self, request: ApprovalRequested, live: Turn) -> None:
        """Approve later calls of the skill of a question in its conversation."""
        standing = self._by_conversation.setdefault(live.conversation_id, _Standing())
        standing.skills.add(_skill(request))
        standing.asked_before |= {_name(live, step) for step in live.open_approvals}

    def revoke(self, conversation_id: ConversationId) -> None:
        """Ask about every skill of a conversation again."""
        self._by_conversation.pop(conversation_id, None)

    def rename(self, old: ConversationId, new: ConversationId) -> None:
        """Move the approvals of a conversation to its new id."""
        if standing := self._by_conversation.pop(old, None):
            self._by_conversation[new] = standing

    def skills(self, conversation_id: ConversationId) -> tuple[str, ...]:
        """Return the names of the skills that are approved for a conversation."""
        standing = self._by_conversation.get(conversation_id)
        return tuple(sorted({name for name, _ in standing.skills})) if standing else ()

    def covers(self, turn: Turn, step: ApprovalStep) -> bool:
        """Return True if a question is answered here, so that the user is not asked."""
        name, standing = _name(turn, step), self._by_conversation.get(turn.conversation_id)
        return (
            step.waiting
            and step.revision == 0
            and name not in self._left
            and standing is not None
            and name not in standing.asked_before
            and _skill(step.request) in standing.skills
        )

    def take(self, turn: Turn) -> None:
        """Answer the questions of a turn that are covered, each once."""
        for step in turn.open_approvals:
            name = _name(turn, step)
            if name not in self._started and self.covers(turn, step):
                self._started.add(name)
                self._later(self._answer(turn, step, name))

    async def _answer(self, turn: Turn, step: ApprovalStep, name: str) -> None:
        try:
            await self._approve(turn, step.request, lambda: self.covers(turn, step))
        except BackendError as error:
            if error.kind not in (ErrorKind.BUSY, ErrorKind.CHANGED):
                self._publish(Problem(error, turn.conversation_id))
        live = self._newest(turn)
        if live and any(_name(live, open_one) == name for open_one in live.open_approvals):
            self._left.add(name)
            self._publish(TurnChanged(live))


def revoked(request: ApprovalRequested) -> BackendError:
    """Return the error of an automatic approval that is no longer wanted."""
    skill = clean_line(request.skill, 80)
    return BackendError(ErrorKind.CHANGED, f"{skill} is no longer approved for this conversation.")


def _skill(request: ApprovalRequested) -> _Skill:
    return request.skill, request.skill_id


def _name(turn: Turn, step: ApprovalStep) -> str:
    return f"{turn.id}/{step.key}/{step.revision}"
