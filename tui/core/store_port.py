"""Protocols of the storage that the engine and the interface use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.core.events import Decision, TurnEvent
    from tui.core.ids import (
        ConversationId,
        MessageId,
        RunId,
        TurnId,
    )
    from tui.core.records import (
        AnswerClaim,
        Conversation,
        Hit,
        Prompt,
        SentMessage,
        TurnRecord,
    )


class TurnStore(Protocol):
    """Storage of conversations. Writes are durable when the call returns.

    The id of a conversation before :meth:`rename_conversation` remains valid for every call.
    """

    async def conversations(
        self, limit: int = 200, offset: int = 0, *, archived: bool = False
    ) -> Sequence[Conversation]:
        """Return pinned conversations first, then newest activity first.

        Either those that are archived, or the others.
        """
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

    async def archive_conversation(
        self, conversation_id: ConversationId, *, archived: bool
    ) -> None: ...

    async def tag_conversation(
        self, conversation_id: ConversationId, tags: Sequence[str]
    ) -> None: ...

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

        Each word can be a prefix; ``#`` begins a tag of the conversation, if there is such a tag.
        Never raises because of the words.
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

    async def messages_of_user(
        self, conversation_id: ConversationId, limit: int = 1000
    ) -> Sequence[SentMessage]:
        """Return the start of the user's latest messages in a conversation, oldest first.

        Without those that the app wrote.
        """
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
