"""What a turn is made of once its events have been folded: the things a transcript draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui.core.events import ApprovalRequested, ConnectionOutcome, Decision
    from tui.core.ids import AttemptId, CallId, MessageId

SkillStatus = Literal["running", "completed", "failed", "unreported"]
"""``unreported``: the turn is over and nothing said how the skill ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStep:
    """Words of the agent."""

    key: str
    text: str
    message_id: MessageId | None = None
    settled: bool = True
    """False while it is still being written."""
    at_ms: int | None = None
    from_stream: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillStep:
    """One call of a skill."""

    key: str
    skill: str
    skill_id: str | None = None
    call_id: CallId | None = None
    status: SkillStatus = "running"
    started_ms: int | None = None
    """None: its start was never announced."""
    ended_ms: int | None = None
    error: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep:
    """A question whether a skill may run."""

    key: str
    request: ApprovalRequested
    """As it was asked last."""
    asked_first: ApprovalRequested | None = None
    """How it was asked first, if it was asked again with other parameters while it waited."""
    revision: int = 0
    """How often the parameters have changed."""
    decision: Decision | None = None
    reason: str | None = None
    shown_digest: str | None = None
    """Of what was shown when it was decided, see :func:`tui.core.questions.shown_digest`."""
    expired: bool = False
    """The turn went on or ended without a decision that we know of."""

    @property
    def call_id(self) -> CallId:
        return self.request.call_id

    @property
    def waiting(self) -> bool:
        return self.decision is None and not self.expired


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStep:
    """A connection that only the user can authorise."""

    key: str
    attempt_id: AttemptId
    connector: str
    url: str | None = None
    expires_ms: int | None = None
    outcome: ConnectionOutcome | None = None
    expired: bool = False

    @property
    def waiting(self) -> bool:
        return self.outcome is None and not self.expired


Step = TextStep | SkillStep | ApprovalStep | ConnectionStep
