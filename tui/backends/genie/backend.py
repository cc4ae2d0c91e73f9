"""Genies over the Headless API, as a backend of the engine."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from tui.api.coerce import id_of
from tui.api.headless import HeadlessClient, check_file, check_message
from tui.api.models import ConversationItem, ConversationState, MessageItem
from tui.api.sse import Frame, frame_of_json
from tui.backends.base import BaseBackend
from tui.backends.genie.events import read
from tui.core.agents import Agent
from tui.core.diagnostics import CallListener
from tui.core.events import Decision, Json, TurnEvent, TurnFinished
from tui.core.foreign_events import unrelated
from tui.core.ids import AttemptId, CallId, ConversationId, FileId, MessageId, RunId
from tui.core.options import OptionValues
from tui.core.ports import Capability, Progress
from tui.core.records import (
    Activity,
    Attachment,
    ConnectionLink,
    Conversation,
    ConversationStatus,
    EventPage,
    Message,
    Page,
)
from tui.core.text import clean_line
from tui.core.turn import Turn


class GenieBackend(BaseBackend):
    """A :class:`tui.core.ports.ChatBackend` for one user and one genie."""

    def __init__(
        self,
        client: HeadlessClient,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        name: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        """``now_ms``: our clock, milliseconds since the epoch.

        ``name`` finds the genie's name, which is not in this API; empty if it is not known.
        """
        self._client = client
        self._find_name = name
        self._name: str | None = None
        """Result of ``name``; None: not asked yet."""
        self._now_ms = now_ms

    def watch_calls(self, listener: CallListener) -> None:
        self._client.watch_calls(listener)

    def lift_delays(self) -> None:
        self._client.lift_delays()

    @property
    def can(self) -> Capability:
        kept = Capability.DELETE | Capability.REPLAY | Capability.HISTORY | Capability.TITLE
        return (
            kept
            | Capability.APPROVE
            | Capability.CONNECT
            | Capability.UPLOAD
            | Capability.BE_STOPPED
        )

    async def agent(self, conversation_id: ConversationId | None = None) -> Agent:
        """Return the genie's handle and, where known, its name."""
        if self._name is None:
            self._name = await self._find_name() if self._find_name else ""
        return Agent(id=self._client.genie, name=self._name)

    async def conversations(self, cursor: str | None = None) -> Page[Conversation]:
        page = await self._client.list_conversations(cursor)
        rows = (_conversation(row) for row in page.conversations)
        return Page(tuple(filter(None, rows)), _advanced(page.cursor, cursor))

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        return ConversationId(await self._client.create_conversation())

    async def delete(self, conversation_id: ConversationId) -> None:
        await self._client.delete_conversation(conversation_id)

    async def status(self, conversation_id: ConversationId) -> ConversationStatus:
        answer = await self._client.get_conversation(conversation_id)
        last = answer.last_event
        return ConversationStatus(
            activity=_activity(answer),
            last_event=self._stored(last) if last and _is_of(conversation_id, last) else None,
            updated_ms=answer.updated_at,
        )

    async def history(
        self, conversation_id: ConversationId, cursor: str | None = None
    ) -> Page[Message]:
        page = await self._client.list_messages(conversation_id, cursor)
        return Page(tuple(map(_message, page.messages)), _advanced(page.cursor, cursor))

    def check(self, text: str, attachments: Sequence[Attachment]) -> None:
        check_message(text)
        for file in attachments:
            check_file(file.size_bytes)

    async def send(
        self, conversation_id: ConversationId, text: str, file_id: FileId | None = None
    ) -> AsyncGenerator[TurnEvent]:
        frames = self._client.send_message(conversation_id, text, file_id)
        async with aclosing(self._events_of(frames, conversation_id, None)) as events:
            async for event in events:
                yield event

    async def resume(
        self,
        conversation_id: ConversationId,
        run_id: RunId,
        after: str | None,
        so_far: Turn | None = None,
    ) -> AsyncGenerator[TurnEvent]:
        frames = self._client.follow_run(conversation_id, run_id, after)
        async with aclosing(self._events_of(frames, conversation_id, run_id)) as events:
            async for event in events:
                yield event

    async def events(self, conversation_id: ConversationId, since: str | None = None) -> EventPage:
        page = await self._client.list_events(conversation_id, since)
        mine = (data for data in page.events if _is_of(conversation_id, data))
        following = _advanced(page.next_since_created_at, since)
        return EventPage(events=tuple(map(self._stored, mine)), next_since=following)

    async def decide(
        self,
        conversation_id: ConversationId,
        call_id: CallId,
        decision: Decision,
        reason: str | None = None,
    ) -> None:
        await self._client.resolve_approval(conversation_id, call_id, decision, reason)

    async def connection_link(self, attempt_id: AttemptId) -> ConnectionLink:
        answer = await self._client.connection_link(attempt_id)
        link = answer.auth_link
        return ConnectionLink(
            authorized=answer.status == "authorized",
            url=link.url,
            connector=clean_line(link.connector_name),
            expires_ms=link.expires_at,
        )

    async def reject_connection(self, attempt_id: AttemptId, reason: str | None = None) -> None:
        await self._client.reject_connection(attempt_id, reason)

    async def upload(
        self, conversation_id: ConversationId, path: Path, progress: Progress
    ) -> FileId:
        return FileId(await self._client.upload(conversation_id, path, progress))

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _events_of(
        self,
        frames: AsyncGenerator[Frame],
        conversation_id: ConversationId,
        run_id: RunId | None,
    ) -> AsyncGenerator[TurnEvent]:
        """Yield the events of a stream. Events without a run belong to the stream's own run.

        If that is unknown, it is the first run named.
        """
        async with aclosing(frames):
            async for frame in frames:
                event = read(frame, run_id=run_id, seen_ms=self._now_ms())
                if not _is_of(conversation_id, frame.data):
                    yield unrelated(event, "conversation")
                    continue
                run_id = run_id or event.run_id
                yield event
                if isinstance(event, TurnFinished) and event.run_id == run_id:
                    return  # the connection may break from here on without any loss

    def _stored(self, data: Json) -> TurnEvent:
        return read(frame_of_json(data), run_id=None, seen_ms=self._now_ms())


def _is_of(conversation_id: ConversationId, data: Json) -> bool:
    """Return False for an event that names another conversation."""
    return id_of(data.get("conversation_id")) in (None, conversation_id)


_WAITS: Mapping[str, Activity] = {
    "skill.confirmation_required": "awaiting_approval",
    "runtime_connection.auth_required": "awaiting_connection",
}


def _activity(answer: ConversationState) -> Activity:
    """Return the activity of a conversation: ``idle`` is free, every other word busy.

    A conversation that waits for a connection was observed to call itself ``idle`` as well; only
    the open connection tells. Source: Headless API, Get a conversation.
    """
    kind = answer.last_event.get("type")
    if answer.state == "idle" or (not answer.state and kind in (None, "processing.finished")):
        return "idle"
    if answer.state == "awaiting_approval":
        return "awaiting_approval"
    return _WAITS.get(str(kind), "working")


def _conversation(row: ConversationItem) -> Conversation | None:
    if row.conversation_id is None:
        return None
    topic = clean_line(row.topic)
    return Conversation(
        id=ConversationId(row.conversation_id),
        title="" if topic.isdecimal() else topic,
        created_ms=row.created_at,
        updated_ms=row.last_updated_at or row.created_at,
    )


def _message(row: MessageItem) -> Message:
    return Message(
        id=MessageId(row.message_id) if row.message_id else None,
        source="user" if row.source == "user" else "agent",
        text=row.content,
        run_id=RunId(row.genie_run_id) if row.genie_run_id else None,
        at_ms=row.created_at,
    )


def _advanced(cursor: str | None, asked: str | None) -> str | None:
    """Return the cursor of the next page; None if it would be the same page again."""
    return cursor if cursor != asked else None
