"""Steps of a turn after its events are folded: the items that a transcript draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui.core.events import ApprovalRequested, ConnectionOutcome, Decision
    from tui.core.ids import AttemptId, CallId, MessageId

SkillStatus = Literal["running", "completed", "failed", "stopped", "unreported"]
"""``unreported``: the turn is over and the result of the skill is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStep:
    """Text of the agent."""

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
    share: float | None = None
    """Its progress, from 0 to 1; None: never told."""
    stage: str = ""
    """The stage it was last said to be at."""
    error: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep:
    """Approval question for a skill call."""

    key: str
    request: ApprovalRequested
    """Latest version of the question."""
    asked_first: ApprovalRequested | None = None
    """First version, if it was asked again with other parameters while pending."""
    revision: int = 0
    """Number of times the parameters have changed."""
    decision: Decision | None = None
    reason: str | None = None
    shown_digest: str | None = None
    """Digest of the question as decided, see :func:`tui.core.questions.shown_digest`."""
    expired: bool = False
    """The turn continued or ended without a known decision."""

    @property
    def call_id(self) -> CallId:
        return self.request.call_id

    @property
    def waiting(self) -> bool:
        return self.decision is None and not self.expired


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStep:
    """Connection that the user must authorize."""

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
