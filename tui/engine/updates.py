"""What the engine tells whoever listens. Snapshots: a newer one replaces an older one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tui.core.draft import Draft
from tui.core.errors import BackendError
from tui.core.events import TurnEvent
from tui.core.ids import ConversationId, TurnId
from tui.core.server_calls import ServerCall
from tui.core.turn import Turn

RecoveryStep = Literal[
    "sending", "finding", "reconnecting", "replaying", "looking", "polling", "waiting"
]
"""``sending``: a message that could not be delivered is tried again. ``finding``: our message
in the history, to learn whether it arrived and which run works on it. ``looking``: at the
conversation's state and messages. ``polling``: until a connection is authorised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How a turn is being brought back."""

    step: RecoveryStep
    attempt: int = 0
    """From 1; 0 where attempts are not counted."""
    next_ms: int | None = None
    """When the next try begins (our clock); None: it is under way."""
    problem: str = ""
    """The last failure, as a sentence."""
    hint: str = ""
    """What could be done about it."""


@dataclass(frozen=True, slots=True)
class TurnChanged:
    """The newest snapshot of a turn, or of a new one."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class TurnDropped:
    """A turn is gone: withdrawn before it was sent."""

    conversation_id: ConversationId
    turn_id: TurnId


@dataclass(frozen=True, slots=True)
class EventsSeen:
    """New rows for the timeline."""

    conversation_id: ConversationId
    events: tuple[TurnEvent, ...]


@dataclass(frozen=True, slots=True)
class ConversationsChanged:
    """The list in the store is newer than what was read from it."""


@dataclass(frozen=True, slots=True)
class ConversationNamed:
    """A conversation begun here has been created at the server and has its real id now."""

    old: ConversationId
    new: ConversationId


@dataclass(frozen=True, slots=True)
class RecoveryChanged:
    """A turn is being brought back, takes the next step of that, or needs it no more."""

    conversation_id: ConversationId
    recovery: Recovery | None
    """None: all is well again."""


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How much of the file that goes with a message has been sent."""

    turn_id: TurnId
    sent_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class CallMade:
    """A request to the service has ended; the session keeps the newest ones."""

    call: ServerCall


@dataclass(frozen=True, slots=True)
class Refused:
    """A message was not accepted; it belongs back into the composer."""

    conversation_id: ConversationId
    turn_id: TurnId
    draft: Draft
    """Its text and files."""
    behind: Draft
    """Those of the messages that came back just before it, and may still be in the composer."""
    error: BackendError


@dataclass(frozen=True, slots=True)
class UserNotice:
    """Something the user should know once; a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the background failed; nothing is lost by it."""

    error: BackendError
    conversation_id: ConversationId | None = None


Update = (
    TurnChanged
    | TurnDropped
    | EventsSeen
    | ConversationsChanged
    | ConversationNamed
    | RecoveryChanged
    | UploadProgress
    | CallMade
    | Refused
    | Problem
    | UserNotice
)
Publish = Callable[[Update], None]
