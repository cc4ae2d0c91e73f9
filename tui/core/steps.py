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
    automatic: bool = False
    """Approved because the user had approved the skill for the conversation."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakStep:
    """Break of the connection, where it was in the turn."""

    key: str
    after_seq: int | None = None
    lost_for_ms: int | None = None
    """Length of the break; None: not over."""
    caught_up: int = 0
    """Number of events that happened meanwhile and were read afterwards."""
    missing: int = 0
    """Number of events that are still missing."""
    complete: bool | None = None
    """False if events may be missing that have no number; None: not known yet."""
    resumed_ms: int | None = None
    """Our clock at its end."""

    @property
    def is_over(self) -> bool:
        return self.lost_for_ms is not None

    @property
    def is_short(self) -> bool:
        """True for a break that nobody could notice."""
        lost_for_ms = self.lost_for_ms or 0
        unharmed = self.complete is not False and not self.missing
        return unharmed and not self.caught_up and lost_for_ms < SHORT_BREAK_MS


SHORT_BREAK_MS = 1_000
"""Length from which a break is shown although nothing happened during it."""

Step = TextStep | SkillStep | ApprovalStep | ConnectionStep | BreakStep
