"""Data that outlives an event: conversations, messages, pages of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from tui.core.events import Decision, TurnEvent
    from tui.core.ids import ConversationId, FileId, MessageId, RunId, SkillId, TurnId


T = TypeVar("T")

Activity = Literal["idle", "working", "awaiting_approval", "awaiting_connection"]
"""State of a conversation, according to the server."""

HitSource = Literal["title", "user", "agent"]

PromptState = Literal["queued", "sending", "sent", "unconfirmed", "refused"]
"""``unconfirmed``: it may or may not have reached the agent. ``refused``: it certainly did not."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list."""

    items: tuple[T, ...]
    cursor: str | None = None
    """Cursor of the next page; None: this was the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation as the sidebar shows it."""

    id: ConversationId
    title: str = ""
    """Topic from the server, cleaned; empty while it is missing or a numeric placeholder."""
    first_text: str = ""
    """First user message, if known, on one line: shown if there is no title."""
    created_ms: int | None = None
    updated_ms: int | None = None
    unread: bool = False
    given_name: str = ""
    """Local name given by the user; wins over the server's topic."""
    pinned: bool = False
    """The user keeps it on top."""
    failed: bool = False
    """The newest turn failed."""
    archived: bool = False
    """The user has put it away on this machine."""
    tags: tuple[str, ...] = ()
    """Given by the user on this machine, without ``#``."""

    @property
    def name(self) -> str:
        return self.given_name or self.title or self.first_text or "New conversation"

    @property
    def order(self) -> tuple[bool, int, int, str]:
        """Place in a list: pinned first, then newest activity, then newest start."""
        return (not self.pinned, -(self.updated_ms or 0), -(self.created_ms or 0), self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStatus:
    """Current state of a conversation, according to the server."""

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
    """Time from which to read the next page (inclusive: its last event comes again)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLink:
    """State of a runtime connection, and the link to authorize it."""

    authorized: bool
    url: str | None = None
    connector: str = ""
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableSkill:
    """Skill that can be installed in a conversation."""

    id: SkillId
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    installed: bool = False
    """In the given conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """Result of an import."""

    created: tuple[ConversationId, ...] = ()
    problems: tuple[str, ...] = ()
    """One sentence for each conversation that could not be imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """File attached by the user."""

    path: str
    name: str
    size_bytes: int
    file_id: FileId | None = None
    """Id at the server once it is uploaded."""


SENT_BY_APP = "[Sent by genie-tui] "
"""Start of a text that the user did not write: that of a file sent ahead of their message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """User message and its delivery state."""

    text: str
    state: PromptState = "queued"
    attachments: tuple[Attachment, ...] = ()
    message_id: MessageId | None = None
    at_ms: int = 0
    """Time of writing (our clock) or, once known, of storage (the server's)."""
    problem: str = ""
    """Reason why it is rejected or unconfirmed, as a sentence."""

    @property
    def is_by_app(self) -> bool:
        """True if genie-tui wrote the text, for a file sent ahead of the user's message."""
        return self.text.startswith(SENT_BY_APP)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """Stored data of a turn, without its events."""

    id: TurnId
    conversation_id: ConversationId
    prompt: Prompt | None
    """None: the agent spoke first, or the message was not seen."""
    run_id: RunId | None = None
    events: tuple[TurnEvent, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """Start of a message of the user, for a list of them."""

    turn_id: TurnId
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """Exclusive right of one process to answer a question of the agent."""

    answer: Decision
    """Our own answer or, if ``unclear``, the one that may have arrived."""
    unclear: bool = False
    """An earlier answer may have arrived, such as that of a process that died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Search result."""

    conversation_id: ConversationId
    title: str
    """Title of the conversation; empty if it has none yet."""
    source: HitSource
    """Author of the text."""
    snippet: str
    """Text around the matches, on one clean line."""
    marks: tuple[tuple[int, int], ...] = ()
    """Matches in the snippet: start and end, in characters."""
    turn_id: TurnId | None = None
    """None: the match is in the title."""
    event_key: str | None = None
    """Key of the agent's message."""
    at_ms: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Matched words, as written in the text."""
        return tuple(self.snippet[start:end] for start, end in self.marks)
