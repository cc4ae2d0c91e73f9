"""Things that last longer than an event: conversations, messages, pages of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from tui.core.events import Decision, TurnEvent
    from tui.core.ids import ConversationId, FileId, MessageId, RunId, SkillId, TurnId

T = TypeVar("T")

Activity = Literal["idle", "working", "awaiting_approval", "awaiting_connection"]
"""What a conversation does, as far as the server says."""

HitSource = Literal["title", "user", "agent"]

PromptState = Literal["queued", "sending", "sent", "unconfirmed", "refused"]
"""``unconfirmed``: it may or may not have reached the agent. ``refused``: it certainly did not."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list."""

    items: tuple[T, ...]
    cursor: str | None = None
    """Ask with it for the next page; None: this was the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """The one that answers in a conversation."""

    id: str = ""
    name: str = ""
    """On one line; empty where the service doesn't tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation as the sidebar shows it."""

    id: ConversationId
    title: str = ""
    """The server's topic, cleaned; empty while it is missing or a numeric placeholder."""
    first_text: str = ""
    """The first user message as far as known, on one line: what to show without a title."""
    created_ms: int | None = None
    updated_ms: int | None = None
    unread: bool = False
    given_name: str = ""
    """What the user calls it here; wins over the server's topic."""
    pinned: bool = False
    """The user wants it above all others."""
    failed: bool = False
    """Its newest turn did not end well."""

    @property
    def name(self) -> str:
        return self.given_name or self.title or self.first_text or "New conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStatus:
    """What the server says of a conversation now."""

    activity: Activity
    last_event: TurnEvent | None = None
    updated_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of the server's message history."""

    id: MessageId | None
    source: Literal["user", "agent"]
    text: str
    run_id: RunId | None = None
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Stored events, oldest first."""

    events: tuple[TurnEvent, ...]
    next_since: str | None = None
    """Ask with it for the next page (inclusive: its last event comes again)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLink:
    """Where a runtime connection stands, and where the user can authorise it."""

    authorized: bool
    url: str | None = None
    connector: str = ""
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableSkill:
    """A skill that the agent of a conversation can be given."""

    id: SkillId
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    installed: bool = False
    """In the conversation that was asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What became of an import."""

    created: tuple[ConversationId, ...] = ()
    problems: tuple[str, ...] = ()
    """A sentence for each conversation that could not be taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of the user's."""

    path: str
    name: str
    size_bytes: int
    file_id: FileId | None = None
    """The server's id once it is uploaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What the user said, and how far it got."""

    text: str
    state: PromptState = "queued"
    attachments: tuple[Attachment, ...] = ()
    message_id: MessageId | None = None
    at_ms: int = 0
    """When it was written (our clock) or, once known, stored (the server's)."""
    problem: str = ""
    """Why it is refused or unconfirmed, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """What the store keeps of a turn beside its events."""

    id: TurnId
    conversation_id: ConversationId
    prompt: Prompt | None
    """None: the agent spoke by itself, or the message was not seen."""
    run_id: RunId | None = None
    events: tuple[TurnEvent, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """The right to answer a question of the agent's, which one process has at a time."""

    answer: Decision
    """Our own or, where ``unclear``, the one that may have arrived."""
    unclear: bool = False
    """An earlier answer may have arrived, such as that of a process which died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place where words that were searched for stand."""

    conversation_id: ConversationId
    title: str
    """What the conversation is called; empty if it has no name yet."""
    source: HitSource
    """Whose words they are."""
    snippet: str
    """The text around the words, on one clean line."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where the words are in the snippet: start and end, in characters."""
    turn_id: TurnId | None = None
    """None: it is the title."""
    event_key: str | None = None
    """Of the agent's message."""
    at_ms: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The marked words, as they stand there."""
        return tuple(self.snippet[start:end] for start, end in self.marks)
