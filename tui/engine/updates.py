"""Updates published by the engine. Snapshots: a newer one replaces an older one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tui.core.diagnostics import ServerCall
from tui.core.draft import Draft
from tui.core.errors import BackendError
from tui.core.events import TurnEvent, TurnOutcome
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.turn import Turn

RecoveryStep = Literal[
    "sending", "finding", "reconnecting", "replaying", "looking", "polling", "waiting"
]
"""``sending``: an undelivered message is tried again. ``finding``: searching our message in the
history, to learn if it arrived and which run works on it. ``looking``: checking the
conversation's state and messages. ``polling``: until a connection is authorized.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Progress of the recovery of a turn."""

    step: RecoveryStep
    attempt: int = 0
    """From 1; 0 where attempts are not counted."""
    next_ms: int | None = None
    """Time of the next attempt (our clock); None: it is in progress."""
    problem: str = ""
    """Last failure, as a sentence."""
    hint: str = ""
    """Next step for the user."""


@dataclass(frozen=True, slots=True)
class TurnChanged:
    """Newest snapshot of a turn, or of a new one."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """A turn was canceled before it was sent."""

    conversation_id: ConversationId
    turn_id: TurnId


@dataclass(frozen=True, slots=True)
class EventsSeen:
    """New rows for the timeline."""

    conversation_id: ConversationId
    events: tuple[TurnEvent, ...]


@dataclass(frozen=True, slots=True)
class ConversationsChanged:
    """The stored list of conversations has changed."""


@dataclass(frozen=True, slots=True)
class ConversationNamed:
    """A conversation started here has been created at the server and has its real id now."""

    old: ConversationId
    new: ConversationId


@dataclass(frozen=True, slots=True)
class RecoveryChanged:
    """The recovery of a turn starts, takes its next step, or is over."""

    conversation_id: ConversationId
    recovery: Recovery | None
    """None: all is well again."""


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """Upload progress of the file that goes with a message."""

    turn_id: TurnId
    sent_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class CallMade:
    """A request to the service has ended; the session keeps the newest ones."""

    call: ServerCall


@dataclass(frozen=True, slots=True)
class MessageRejected:
    """A message was rejected and returns to the composer."""

    conversation_id: ConversationId
    turn_id: TurnId
    draft: Draft
    """Text and files of the message."""
    returned_before: Draft
    """Messages returned just before it, which may still be in the composer."""
    error: BackendError


@dataclass(frozen=True, slots=True)
class EndedMeanwhile:
    """A turn that ran when the program ended last time is over; its conversation is unread."""

    turn: Turn
    title: str


@dataclass(frozen=True, slots=True)
class UserNotice:
    """Notice for the user, shown once; a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Failure in the background; nothing is lost."""

    error: BackendError
    conversation_id: ConversationId | None = None


NotificationKind = Literal["question", "reply", "failure", "connected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Something that a user who looks elsewhere wants to know."""

    kind: NotificationKind
    """``connected``: an app that the agent needed, or the service after a break."""
    summary: str
    """A few words, without content of the conversation."""
    conversation_id: ConversationId | None = None
    turn_id: TurnId | None = None
    run_id: RunId | None = None
    subject: str = ""
    """Skill or app that it is about."""
    text: str = ""
    """Reply, question or failure."""
    outcome: TurnOutcome | None = None
    """Result of the turn, if it has ended."""
    request_id: str | None = None


Update = (
    TurnChanged
    | TurnDropped
    | EventsSeen
    | ConversationsChanged
    | ConversationNamed
    | RecoveryChanged
    | UploadProgress
    | CallMade
    | MessageRejected
    | Problem
    | EndedMeanwhile
    | UserNotice
    | Notification
)
Publish = Callable[[Update], None]
