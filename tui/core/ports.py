"""Protocols of the agent service and the clock that the engine uses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from enum import Flag, auto
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.core.agents import Agent
    from tui.core.diagnostics import CallListener
    from tui.core.events import Decision, Json, TurnEvent
    from tui.core.ids import (
        AttemptId,
        CallId,
        ConversationId,
        FileId,
        RunId,
        SkillId,
    )
    from tui.core.options import Option, OptionValues
    from tui.core.records import (
        Attachment,
        AvailableSkill,
        ConnectionLink,
        Conversation,
        ConversationStatus,
        EventPage,
        ImportResult,
        Message,
        Page,
    )
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
