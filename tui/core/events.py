"""Events of a turn, in our own vocabulary.

Backends build them from the wire, the store saves them, and :func:`tui.core.turn.fold` turns
them into steps. Source: the event tables of the Headless API and of the Workflows API.
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
"""``limit``: the agent reached its turn limit. ``halted``: stopped by the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Fields of every event."""

    key: str
    """Identity in the conversation: the wire's event id, else run and number, else a digest."""
    run_id: RunId | None = None
    event_id: str | None = None
    """Value for ``Last-Event-ID``; None if the wire gave none."""
    seq: int | None = None
    """Number within the run, from 1; None for events without one (pings, history, our own)."""
    at_ms: int | None = None
    """Server clock, milliseconds since the epoch; None if the wire gave no time."""
    seen_ms: int | None = None
    """Our clock on arrival, milliseconds since the epoch."""
    raw: Json = field(default_factory=dict, repr=False)
    """Payload as received, for the timeline; empty for our own events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Event):
    """The agent started working on a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta(Event):
    """Piece of a message that is still being written."""

    message_id: MessageId
    offset: int
    """Position of the piece: number of characters of this message before it."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMessage(Event):
    """Complete message of the agent, in Markdown. A turn can have several."""

    text: str
    message_id: MessageId | None = None
    from_history: bool = False
    """Read from the message history, so it may duplicate a message of the stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillStarted(Event):
    """A skill started."""

    skill: str
    skill_id: str | None = None
    call_id: CallId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillProgress(Event):
    """Progress of a skill that runs."""

    skill: str = ""
    """Empty where the service names none: the newest call is meant, or the next one."""
    call_id: CallId | None = None
    share: float | None = None
    """From 0 to 1; None: not told, and no different from before."""
    message: str = ""
    """The stage it is at; empty: not told."""


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
    """A skill call requires approval."""

    call_id: CallId
    skill: str
    skill_id: str | None = None
    parameters: Json = field(default_factory=dict)
    schema: tuple[Json, ...] = ()
    """One entry per field: ``name``, ``label``, ``hint``, ``type``, ``control_type``,
    ``properties``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalResolved(Event):
    """Decision on a skill call; ours, or one learned from the conversation."""

    call_id: CallId
    decision: Decision
    reason: str | None = None
    shown_digest: str | None = None
    """Digest of the question as shown when it was decided here; None: it was decided elsewhere."""
    automatic: bool = False
    """True if the user had approved the skill for the whole conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRequested(Event):
    """The turn needs the user to sign in to a connection in the browser."""

    attempt_id: AttemptId
    connector: str
    url: str | None = None
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionResolved(Event):
    """Outcome of a connection request."""

    attempt_id: AttemptId | None
    """None: the wire did not say; the newest open one is meant."""
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
    """Currency as the service names it; empty if it does not."""
    running_total: bool = False
    """The service counts for the whole conversation; the share of this turn is the difference."""
    before: bool = False
    """The report is the running total before this turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltRequested(Event):
    """The service accepted the user's stop request. Our own event; not yet the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine(Event):
    """Log message of the agent's runtime."""

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInterrupted(Event):
    """The server ended the stream, but not the turn."""

    reason: str = ""
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLost(Event):
    """The connection to a turn broke while the agent worked on it. Our own event.

    Its ``at_ms`` is the server's time as estimated here.
    """

    after_seq: int | None = None
    """Number of the last event before the break; None if events have none."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResumed(Event):
    """Events arrive again after :class:`StreamLost`, and those missed have been read. Our own."""

    after_seq: int | None = None
    """Number of the last event before it; None if events have none."""
    lost_for_ms: int = 0
    caught_up: int = 0
    """Number of events that happened during the break; pieces of text are not counted."""
    missing: tuple[int, ...] = ()
    """Numbers of the events that could not be read then."""
    complete: bool | None = True
    """False if events may be missing that nothing counts; None: only the end of the turn tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(Event):
    """The stream is alive. Not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFinished(Event):
    """The turn is over."""

    outcome: TurnOutcome = "finished"
    reason: str | None = None
    complete: bool = True
    """False if it was concluded from the state of the conversation: events may be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """Unknown type, or unreadable payload. Shown in the timeline as received."""

    kind: str
    """Type on the wire; ``malformed`` if it was not JSON."""


TurnEvent = (
    TurnStarted
    | TextDelta
    | AgentMessage
    | SkillStarted
    | SkillProgress
    | SkillFinished
    | ApprovalRequested
    | ApprovalResolved
    | ConnectionRequested
    | ConnectionResolved
    | UsageReported
    | HaltRequested
    | LogLine
    | StreamInterrupted
    | StreamLost
    | StreamResumed
    | Heartbeat
    | TurnFinished
    | UnknownEvent
)
