"""Protocols of the services that the engine uses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from enum import Flag, auto
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.core.events import Decision, Json, TurnEvent
    from tui.core.ids import (
        AttemptId,
        CallId,
        ConversationId,
        FileId,
        MessageId,
        RunId,
        SkillId,
        TurnId,
    )
    from tui.core.options import Option, OptionValues
    from tui.core.records import (
        Agent,
        AnswerClaim,
        Attachment,
        AvailableSkill,
        ConnectionLink,
        Conversation,
        ConversationStatus,
        EventPage,
        Hit,
        ImportResult,
        Message,
        Page,
        Prompt,
        TurnRecord,
    )
    from tui.core.server_calls import CallListener
    from tui.core.turn import Turn


class Capability(Flag):
    """Features of a backend. The interface checks these, never the kind of backend."""

    NOTHING = 0
    APPROVE = auto()
    CONNECT = auto()
    UPLOAD = auto()
    DELETE = auto()
    REPLAY = auto()
    """Stores its events for a while and can send them again."""
    HISTORY = auto()
    """Stores all messages of a conversation."""
    HALT = auto()
    """Stops a running turn on request; it may take a while, or come too late."""
    STREAM_TOKENS = auto()
    """Sends a message while it is being written."""
    REPORT_USAGE = auto()
    """Reports the number of tokens used."""
    CHOOSE = auto()
    """Accepts options when a conversation is created."""
    TITLE = auto()
    """Generates a title for a conversation some time after its first message."""
    RENAME = auto()
    """Stores a title given by the user."""
    SKILLS = auto()
    """Lets skills be installed in a conversation and removed again."""
    BUNDLE = auto()
    """Exports conversations with their settings to a bundle and creates them from one."""
    WAKE = auto()
    """Reactivates an inactive conversation (``ErrorKind.ASLEEP``)."""
    CHANGE = auto()
    """Changes the options of an existing conversation."""
    BE_STOPPED = auto()
    """The agent can be stopped by its administrator; it then says nothing at all."""


Progress = Callable[[int, int], None]
"""Called with bytes sent and bytes in all."""


class ChatBackend(Protocol):
    """Agent service. Every call raises :class:`tui.core.errors.BackendError`.

    A missing feature is not in ``can``, and its call raises ``UNSUPPORTED``;
    :class:`tui.backends.base.BaseBackend` has these defaults.
    """

    @property
    def can(self) -> Capability: ...

    def watch_calls(self, listener: CallListener) -> None:
        """Report every request to the service from now on, with its result."""
        ...

    def lift_delays(self) -> None:
        """Send the next calls although the service asked to wait, on the user's request.

        Until then a call that comes too early fails with the ``retry_after_s`` that is left.
        """
        ...

    async def conversations(self, cursor: str | None = None) -> Page[Conversation]:
        """Return the user's conversations, newest first."""
        ...

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        """Create a conversation with ``options`` (``Capability.CHOOSE``), by name.

        With ``Capability.RENAME`` the option ``title`` is its title.
        """
        ...

    async def options(self, conversation_id: ConversationId | None = None) -> tuple[Option, ...]:
        """Return the options of :meth:`create`, with the current choices.

        For a conversation (``Capability.CHANGE``): the options of :meth:`change`, with the current
        values as defaults.
        """
        ...

    async def change(
        self, conversation_id: ConversationId, values: OptionValues
    ) -> tuple[str, ...]:
        """Change options of a conversation (``Capability.CHANGE``), by name; None clears one.

        Returns the names of those that the service did not store.
        """
        ...

    async def agent(self, conversation_id: ConversationId | None = None) -> Agent:
        """Return the agent of new conversations, or of the given one."""
        ...

    async def delete(self, conversation_id: ConversationId) -> None: ...

    async def rename(self, conversation_id: ConversationId, title: str) -> None: ...

    async def status(self, conversation_id: ConversationId) -> ConversationStatus: ...

    async def history(
        self, conversation_id: ConversationId, cursor: str | None = None
    ) -> Page[Message]:
        """Return messages, newest first."""
        ...

    def check(self, text: str, attachments: Sequence[Attachment]) -> None:
        """Raise for a message that the service would reject in any state; sends nothing."""
        ...

    def send(
        self, conversation_id: ConversationId, text: str, file_id: FileId | None = None
    ) -> AsyncGenerator[TurnEvent]:
        """Send a message and yield its events. Ends with the stream, not with the turn.

        Nothing is yielded before the service has accepted the message; after an error with ``sent``
        true, it may or may not have done so.
        """
        ...

    def resume(
        self,
        conversation_id: ConversationId,
        run_id: RunId,
        after: str | None,
        so_far: Turn | None = None,
    ) -> AsyncGenerator[TurnEvent]:
        """Follow a run from the event after the id ``after``, or from its start.

        ``so_far`` is the turn up to there, for services with events that need their predecessors.
        """
        ...

    async def halt(self, conversation_id: ConversationId, run_id: RunId | None) -> None:
        """Ask to stop the running turn; its ``TurnFinished`` arrives on the stream.

        Raises ``INVALID`` if nothing runs.
        """
        ...

    async def events(self, conversation_id: ConversationId, since: str | None = None) -> EventPage:
        """Return stored events from ``since`` (RFC 3339, inclusive) on, or from the oldest."""
        ...

    async def decide(
        self,
        conversation_id: ConversationId,
        call_id: CallId,
        decision: Decision,
        reason: str | None = None,
    ) -> None: ...

    async def connection_link(self, attempt_id: AttemptId) -> ConnectionLink: ...

    async def reject_connection(self, attempt_id: AttemptId, reason: str | None = None) -> None: ...

    async def upload(
        self, conversation_id: ConversationId, path: Path, progress: Progress
    ) -> FileId: ...

    async def wake(self, conversation_id: ConversationId) -> None: ...

    async def skills(self, conversation_id: ConversationId) -> tuple[AvailableSkill, ...]:
        """Return all available skills, with the installed ones marked."""
        ...

    async def install_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None: ...

    async def remove_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None: ...

    async def export_bundle(self, conversation_id: ConversationId | None = None) -> Json:
        """Return one conversation, or all, as the service's own JSON."""
        ...

    async def import_bundle(self, bundle: Json) -> ImportResult:
        """Create the conversations of a bundle; failures are among the problems."""
        ...

    async def aclose(self) -> None: ...


class TurnStore(Protocol):
    """Storage of conversations. Writes are durable when the call returns.

    The id of a conversation before :meth:`rename_conversation` remains valid for every call.
    """

    async def conversations(self, limit: int = 200, offset: int = 0) -> Sequence[Conversation]:
        """Return pinned conversations first, then newest activity first."""
        ...

    async def conversation(self, conversation_id: ConversationId) -> Conversation | None: ...

    async def save_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Insert or update; an empty title or text never overwrites a known one.

        The user's own changes to a conversation, and the state of its turns, are kept.
        """
        ...

    async def name_conversation(self, conversation_id: ConversationId, name: str) -> None:
        """Give a conversation a local name; empty: use the server's."""
        ...

    async def pin_conversation(self, conversation_id: ConversationId, *, pinned: bool) -> None: ...

    async def mark_read(self, conversation_id: ConversationId, *, unread: bool = False) -> None: ...

    async def delete_conversation(self, conversation_id: ConversationId) -> None: ...

    async def drop_if_empty(self, conversation_id: ConversationId) -> bool:
        """Delete a local conversation unless it has turns; return True if it is gone."""
        ...

    async def turns(
        self,
        conversation_id: ConversationId,
        *,
        limit: int = 60,
        before: TurnId | None = None,
        after: TurnId | None = None,
    ) -> Sequence[TurnRecord]:
        """Return the newest turns, the newest before one, or the oldest after one.

        Oldest first, each with its events.
        """
        ...

    async def turn(self, turn_id: TurnId) -> TurnRecord | None: ...

    async def turn_of_run(
        self, conversation_id: ConversationId, run_id: RunId
    ) -> TurnRecord | None: ...

    async def join_run(self, turn_id: TurnId, run_id: RunId) -> TurnId | None:
        """Let ``turn_of_run`` find a turn by the run that continues it.

        Events stored for that run as a turn without a prompt move into it; return that turn's id.
        """
        ...

    async def save_turn(
        self,
        turn_id: TurnId,
        conversation_id: ConversationId,
        prompt: Prompt | None,
        run_id: RunId | None = None,
    ) -> ConversationId:
        """Insert or update a turn; a known ``run_id`` is never lost.

        Returns the current id of its conversation.
        """
        ...

    async def append(
        self, turn_id: TurnId, conversation_id: ConversationId, events: Sequence[TurnEvent]
    ) -> None:
        """Save events, once each by ``key``; heartbeats are not saved."""
        ...

    async def timeline(
        self, conversation_id: ConversationId, limit: int = 500, until_ms: int | None = None
    ) -> Sequence[TurnEvent]:
        """Return the newest events of a conversation, up to a time if given, oldest first."""
        ...

    async def usage_reports(self, conversation_id: ConversationId) -> Sequence[Sequence[TurnEvent]]:
        """Return the usage reports of a conversation, grouped by turn, oldest first."""
        ...

    async def search(self, words: str, limit: int = 100) -> Sequence[Hit]:
        """Search titles and messages: best results first, then newest.

        Each word can be a prefix. Never raises because of the words.
        """
        ...

    async def unfinished(self) -> Sequence[TurnRecord]:
        """Return stored turns that are not over, including queued ones, oldest first."""
        ...

    async def pending(self, conversation_id: ConversationId) -> Sequence[TurnRecord]:
        """Return the outbox: turns with a queued, sending or unconfirmed prompt, oldest first."""
        ...

    async def claim(self, turn_id: TurnId, holder: str) -> TurnRecord | None:
        """Claim an unsent message for ``holder`` alone, across all processes; return its turn.

        None if another process holds it, or it is sent or gone. A process releases its claims when
        it dies.
        """
        ...

    async def let_go(self, turn_id: TurnId, holder: str) -> None:
        """Release a message that ``holder`` has claimed."""
        ...

    async def claim_answer(
        self, turn_id: TurnId, name: str, holder: str, answer: Decision
    ) -> AnswerClaim | None:
        """Claim the answer to a question for ``holder`` alone, across all processes.

        ``name`` is the question's. The current holder replaces its answer. None if another holds it
        or has given it; a process releases its claims when it dies.
        """
        ...

    async def claimed_answer(self, turn_id: TurnId, name: str) -> Decision | None:
        """Return the answer that was given or is being sent, by any process."""
        ...

    async def end_answer(self, turn_id: TurnId, name: str, holder: str, *, given: bool) -> None:
        """Record that the answer of ``holder`` was given, or else that it may have been."""
        ...

    async def forget_answer(self, turn_id: TurnId, name: str, holder: str) -> None:
        """Forget the answer of ``holder``, which certainly did not arrive."""
        ...

    async def revise(self, turn_id: TurnId, text: str) -> bool:
        """Change the text of a queued message; return False if claimed or no longer queued."""
        ...

    async def requeue(self, turn_id: TurnId) -> bool:
        """Queue an unconfirmed message again; return False if it is claimed or in another state."""
        ...

    async def withdraw(self, turn_id: TurnId) -> Prompt | None:
        """Delete a message that is not being sent; return None if it is claimed or sent."""
        ...

    async def rename_conversation(self, old: ConversationId, new: ConversationId) -> None:
        """Replace the local id of a conversation by the server's."""
        ...

    async def return_rejected(
        self, turn_id: TurnId, conversation_id: ConversationId, draft: str
    ) -> None:
        """Delete a message and save a draft that contains its text: both or neither."""
        ...

    async def draft(self, conversation_id: ConversationId | None) -> str:
        """Return the text in the composer; None is the conversation that does not exist yet."""
        ...

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None: ...

    async def recall(self, limit: int = 200) -> Sequence[str]:
        """Return the user's latest messages, newest first, without repeats."""
        ...

    async def message_known(
        self, conversation_id: ConversationId, message_id: MessageId
    ) -> bool: ...

    async def aclose(self) -> None: ...


class EarlyDraftStore(Protocol):
    """Storage of a draft written before the store is open. Quick; never raises."""

    def keep(self, text: str) -> None:
        """Replace the draft. Durable on return, if possible at all."""
        ...

    def read(self) -> str:
        """Return the draft, perhaps of a program that was killed; or an empty text."""
        ...

    def clear(self) -> None: ...


class Clock(Protocol):
    """Clock, replaced in tests so that they need not wait."""

    def now_ms(self) -> int:
        """Return the wall clock, milliseconds since the epoch."""
        ...

    def monotonic_s(self) -> float: ...

    def jitter(self) -> float:
        """Return a random number in [0, 1)."""
        ...

    async def sleep(self, seconds: float) -> None: ...
