"""What can happen in a turn, in our words.

Backends make these from the wire, the store keeps them, and :func:`tui.core.turn.fold` turns them
into what is shown. Source: the event tables of the Headless API and of the Workflows API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tui.core.ids import AttemptId, CallId, MessageId, RunId

Json = Mapping[str, Any]

SkillOutcome = Literal["completed", "failed", "stopped"]
Decision = Literal["approved", "rejected"]
ConnectionOutcome = Literal["authorized", "failed", "rejected"]
TurnOutcome = Literal["finished", "failed", "halted", "limit"]
"""``limit``: the agent used up its turns. ``halted``: stopped by the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries."""

    key: str
    """Identity in the conversation: the wire's event id, else run and number, else a digest."""
    run_id: RunId | None = None
    event_id: str | None = None
    """What ``Last-Event-ID`` takes; None when the wire gave none."""
    seq: int | None = None
    """Number within the run, from 1; None for what has none (pings, history, our own events)."""
    at_ms: int | None = None
    """Server clock, milliseconds since the epoch; None when the wire gave no time."""
    seen_ms: int | None = None
    """Our clock when it arrived, milliseconds since the epoch."""
    raw: Json = field(default_factory=dict, repr=False)
    """The payload as it came, for the timeline; empty for our own events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Event):
    """The agent began to work on a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta(Event):
    """A piece of a message that is still being written."""

    message_id: MessageId
    offset: int
    """Where the piece goes: characters of this message before it."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMessage(Event):
    """A complete message of the agent, in Markdown. A turn can hold several."""

    text: str
    message_id: MessageId | None = None
    from_history: bool = False
    """Read from the message history, so it may be one that the stream brought already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillStarted(Event):
    """A skill began to run."""

    skill: str
    skill_id: str | None = None
    call_id: CallId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillFinished(Event):
    """A skill ended. Its start may never have been announced (parallel calls)."""

    skill: str
    outcome: SkillOutcome
    skill_id: str | None = None
    call_id: CallId | None = None
    error: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequested(Event):
    """The turn waits until somebody approves or rejects this skill call."""

    call_id: CallId
    skill: str
    skill_id: str | None = None
    parameters: Json = field(default_factory=dict)
    schema: tuple[Json, ...] = ()
    """A field each: ``name``, ``label``, ``hint``, ``type``, ``control_type``, ``properties``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalResolved(Event):
    """The decision on a skill call; ours, or one learned from the conversation."""

    call_id: CallId
    decision: Decision
    reason: str | None = None
    shown_digest: str | None = None
    """Of what the question showed when it was decided here; None: it was decided elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRequested(Event):
    """The turn waits until the user has authorised a connection in the browser."""

    attempt_id: AttemptId
    connector: str
    url: str | None = None
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionResolved(Event):
    """What became of a connection request."""

    attempt_id: AttemptId | None
    """None: the wire did not say which; the newest open one is meant."""
    outcome: ConnectionOutcome
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReported(Event):
    """Tokens and cost of this turn so far; a newer count replaces an older one."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    premium_requests: float = 0.0
    cost: float | None = None
    currency: str = ""
    """As the service names it; empty where it does not."""
    running_total: bool = False
    """The service counts for the whole conversation; this turn's share is the difference."""
    before: bool = False
    """As a running total stood before this turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltRequested(Event):
    """The user asked the agent to stop, and the service took note. Ours; not yet an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine(Event):
    """Something the agent's runtime noted."""

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInterrupted(Event):
    """The server gave up the stream, not the turn."""

    reason: str = ""
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(Event):
    """The stream is alive. Not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFinished(Event):
    """The turn is over."""

    outcome: TurnOutcome = "finished"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """A type we do not know, or a payload we could not read. Shown in the timeline as it came."""

    kind: str
    """The wire's name for it; ``malformed`` for what was not JSON."""


TurnEvent = (
    TurnStarted
    | TextDelta
    | AgentMessage
    | SkillStarted
    | SkillFinished
    | ApprovalRequested
    | ApprovalResolved
    | ConnectionRequested
    | ConnectionResolved
    | UsageReported
    | HaltRequested
    | LogLine
    | StreamInterrupted
    | Heartbeat
    | TurnFinished
    | UnknownEvent
)
