"""What the engine needs from the world outside, as Protocols."""

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
    """What a backend is able to do. The interface asks this, never which backend it is."""

    NOTHING = 0
    APPROVE = auto()
    CONNECT = auto()
    UPLOAD = auto()
    DELETE = auto()
    REPLAY = auto()
    """Keeps its events for a while and gives them out again."""
    HISTORY = auto()
    """Keeps all messages of a conversation."""
    HALT = auto()
    """Stops a running turn when asked; it may take a while, or come too late."""
    STREAM_TOKENS = auto()
    """Sends a message while it is being written."""
    REPORT_USAGE = auto()
    """Says how many tokens were used."""
    CHOOSE = auto()
    """Takes options when a conversation is created."""
    TITLE = auto()
    """Finds a title for a conversation by itself, some time after its first message."""
    RENAME = auto()
    """Keeps a title that the user gives."""
    SKILLS = auto()
    """Lets skills be installed in a conversation and removed again."""
    BUNDLE = auto()
    """Writes conversations with their settings to a bundle and creates them from one."""
    WAKE = auto()
    """Switches a conversation on again that was switched off (``ErrorKind.ASLEEP``)."""
    CHANGE = auto()
    """Changes the options of a conversation that exists."""
    BE_STOPPED = auto()
    """The agent can be stopped by who manages it; it then says nothing at all."""


Progress = Callable[[int, int], None]
"""Called with bytes sent and bytes in all."""


class ChatBackend(Protocol):
    """An agent service. Every call raises :class:`tui.core.errors.BackendError`.

    What a service cannot do is missing in ``can``, and the call raises ``UNSUPPORTED``;
    :class:`tui.backends.base.BaseBackend` has these answers ready.
    """

    @property
    def can(self) -> Capability: ...

    def watch_calls(self, listener: CallListener) -> None:
        """Tell of every request to the service from now on, with what became of it."""
        ...

    def lift_delays(self) -> None:
        """Let the next calls reach the service although it asked to wait: the user wants so.

        Until then a call that comes too early fails with the ``retry_after_s`` that is left.
        """
        ...

    async def conversations(self, cursor: str | None = None) -> Page[Conversation]:
        """The user's conversations, newest first."""
        ...

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        """A new conversation; ``options`` (``Capability.CHOOSE``) by the names in :meth:`options`.

        With ``Capability.RENAME`` the option ``title`` is its title.
        """
        ...

    async def options(self, conversation_id: ConversationId | None = None) -> tuple[Option, ...]:
        """Return what :meth:`create` takes, with the choices as they are now.

        For a conversation (``Capability.CHANGE``): what :meth:`change` takes, with the present
        values as defaults.
        """
        ...

    async def change(
        self, conversation_id: ConversationId, values: OptionValues
    ) -> tuple[str, ...]:
        """Change options of a conversation (``Capability.CHANGE``), by name; None clears one.

        Returns the names of those that the service did not keep.
        """
        ...

    async def agent(self, conversation_id: ConversationId | None = None) -> Agent:
        """Return the agent of new conversations, or that of one."""
        ...

    async def delete(self, conversation_id: ConversationId) -> None: ...

    async def rename(self, conversation_id: ConversationId, title: str) -> None: ...

    async def status(self, conversation_id: ConversationId) -> ConversationStatus: ...

    async def history(
        self, conversation_id: ConversationId, cursor: str | None = None
    ) -> Page[Message]:
        """Messages, newest first."""
        ...

    def check(self, text: str, attachments: Sequence[Attachment]) -> None:
        """Raise for a message that the service would refuse whatever its state; sends nothing."""
        ...

    def send(
        self, conversation_id: ConversationId, text: str, file_id: FileId | None = None
    ) -> AsyncGenerator[TurnEvent]:
        """Send a message and yield what happens. Ends with the stream, not with the turn.

        Nothing is yielded before the service has accepted the message; an error raised with
        ``sent`` true leaves that open.
        """
        ...

    def resume(
        self,
        conversation_id: ConversationId,
        run_id: RunId,
        after: str | None,
        so_far: Turn | None = None,
    ) -> AsyncGenerator[TurnEvent]:
        """Follow a run again, from the event behind the id ``after``, or from its start.

        ``so_far`` is the turn up to there, for services whose events only make sense in a row.
        """
        ...

    async def halt(self, conversation_id: ConversationId, run_id: RunId | None) -> None:
        """Ask for the end of what runs; its ``TurnFinished`` comes over the stream.

        Raises ``INVALID`` where nothing runs.
        """
        ...

    async def events(self, conversation_id: ConversationId, since: str | None = None) -> EventPage:
        """Stored events from ``since`` (RFC 3339, inclusive) on, or as far back as they go."""
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
        """All that could be installed, and which of them are."""
        ...

    async def install_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None: ...

    async def remove_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None: ...

    async def export_bundle(self, conversation_id: ConversationId | None = None) -> Json:
        """One conversation, or all, as the service's own JSON."""
        ...

    async def import_bundle(self, bundle: Json) -> ImportResult:
        """Create the conversations of a bundle; what could not be is among the problems."""
        ...

    async def aclose(self) -> None: ...


class TurnStore(Protocol):
    """Where conversations last. Writes are durable when the call returns.

    The id that a conversation had before :meth:`rename_conversation` stays good for every call.
    """

    async def conversations(self, limit: int = 200, offset: int = 0) -> Sequence[Conversation]:
        """Pinned ones first, then newest activity first."""
        ...

    async def conversation(self, conversation_id: ConversationId) -> Conversation | None: ...

    async def save_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Insert or update; an empty title or text never overwrites one that is known.

        What the user made of a conversation here, and what its turns say, stays as it is.
        """
        ...

    async def name_conversation(self, conversation_id: ConversationId, name: str) -> None:
        """Call a conversation something here; empty: as the server does."""
        ...

    async def pin_conversation(self, conversation_id: ConversationId, *, pinned: bool) -> None: ...

    async def mark_read(self, conversation_id: ConversationId, *, unread: bool = False) -> None: ...

    async def delete_conversation(self, conversation_id: ConversationId) -> None: ...

    async def drop_if_empty(self, conversation_id: ConversationId) -> bool:
        """Forget a conversation that exists only here, unless it has turns; whether it is gone."""
        ...

    async def turns(
        self,
        conversation_id: ConversationId,
        *,
        limit: int = 60,
        before: TurnId | None = None,
        after: TurnId | None = None,
    ) -> Sequence[TurnRecord]:
        """The newest turns, the newest before one, or the oldest after one.

        Oldest first, each with its events.
        """
        ...

    async def turn(self, turn_id: TurnId) -> TurnRecord | None: ...

    async def turn_of_run(
        self, conversation_id: ConversationId, run_id: RunId
    ) -> TurnRecord | None: ...

    async def join_run(self, turn_id: TurnId, run_id: RunId) -> TurnId | None:
        """Let ``turn_of_run`` find a turn by a run in which it goes on.

        What was stored for that run as a turn without a prompt moves into it; that turn's id."""
        ...

    async def save_turn(
        self,
        turn_id: TurnId,
        conversation_id: ConversationId,
        prompt: Prompt | None,
        run_id: RunId | None = None,
    ) -> ConversationId:
        """Insert or update a turn; a known ``run_id`` is never lost.

        Returns the id of its conversation, which may have been named by now.
        """
        ...

    async def append(
        self, turn_id: TurnId, conversation_id: ConversationId, events: Sequence[TurnEvent]
    ) -> None:
        """Keep events, once each by ``key``; heartbeats are not kept."""
        ...

    async def timeline(
        self, conversation_id: ConversationId, limit: int = 500, until_ms: int | None = None
    ) -> Sequence[TurnEvent]:
        """The newest events of a conversation, up to a time if one is given, oldest first."""
        ...

    async def usage_reports(self, conversation_id: ConversationId) -> Sequence[Sequence[TurnEvent]]:
        """The reports of usage of a conversation, those of each turn together, oldest first."""
        ...

    async def search(self, words: str, limit: int = 100) -> Sequence[Hit]:
        """Where words stand in titles and in what was said: best first, then newest.

        Each word may be the beginning of one. Never raises for what the words are.
        """
        ...

    async def unfinished(self) -> Sequence[TurnRecord]:
        """Turns that are not over as far as the store knows, queued ones included, oldest first."""
        ...

    async def pending(self, conversation_id: ConversationId) -> Sequence[TurnRecord]:
        """The outbox: turns whose prompt is queued, sending or unconfirmed, oldest first."""
        ...

    async def claim(self, turn_id: TurnId, holder: str) -> TurnRecord | None:
        """Have an unsent message for ``holder`` alone, over all processes; the turn as it is now.

        None if somebody has it, or it is sent or gone. Who dies lets go of all.
        """
        ...

    async def let_go(self, turn_id: TurnId, holder: str) -> None:
        """Let others have a message, if ``holder`` has it."""
        ...

    async def claim_answer(
        self, turn_id: TurnId, name: str, holder: str, answer: Decision
    ) -> AnswerClaim | None:
        """Have the answer to a question for ``holder`` alone, over all processes.

        ``name`` is the question's. Whoever has it already replaces the answer. None if another
        has it or has given it; who dies lets go of it.
        """
        ...

    async def claimed_answer(self, turn_id: TurnId, name: str) -> Decision | None:
        """The answer to a question that was given or is on its way, from any process."""
        ...

    async def end_answer(self, turn_id: TurnId, name: str, holder: str, *, given: bool) -> None:
        """Note that the answer of ``holder`` was given, or else that it may have been."""
        ...

    async def forget_answer(self, turn_id: TurnId, name: str, holder: str) -> None:
        """Forget the answer of ``holder``, which certainly did not arrive."""
        ...

    async def revise(self, turn_id: TurnId, text: str) -> bool:
        """Give a queued message other words; False if it is claimed or not queued any more."""
        ...

    async def requeue(self, turn_id: TurnId) -> bool:
        """Queue an unconfirmed message again; False if it is claimed or something else by now."""
        ...

    async def withdraw(self, turn_id: TurnId) -> Prompt | None:
        """Forget a message that is not on its way; None if it is claimed, or has been sent."""
        ...

    async def rename_conversation(self, old: ConversationId, new: ConversationId) -> None:
        """Give a conversation that was begun here the id that the server gave it."""
        ...

    async def return_rejected(
        self, turn_id: TurnId, conversation_id: ConversationId, draft: str
    ) -> None:
        """Forget a message, and keep a draft that has its text: both or neither."""
        ...

    async def draft(self, conversation_id: ConversationId | None) -> str:
        """The text in the composer; None is the conversation that does not exist yet."""
        ...

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None: ...

    async def recall(self, limit: int = 200) -> Sequence[str]:
        """What the user said lately, newest first, without repeats."""
        ...

    async def message_known(
        self, conversation_id: ConversationId, message_id: MessageId
    ) -> bool: ...

    async def aclose(self) -> None: ...


class EarlyDraftStore(Protocol):
    """Where a draft waits that is written before the store is open. Quick; never raises."""

    def keep(self, text: str) -> None:
        """Replace what is there. Durable when this returns, if that is possible at all."""
        ...

    def read(self) -> str:
        """What is there, perhaps from a program that was killed; empty: nothing."""
        ...

    def clear(self) -> None: ...


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now_ms(self) -> int:
        """Wall clock, milliseconds since the epoch."""
        ...

    def monotonic_s(self) -> float: ...

    def jitter(self) -> float:
        """A random number in [0, 1)."""
        ...

    async def sleep(self, seconds: float) -> None: ...
