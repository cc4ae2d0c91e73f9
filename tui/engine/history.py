"""Turns and events from the store, synchronized with the server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from tui.core.agents import Agent
from tui.core.errors import BackendError
from tui.core.events import TurnEvent
from tui.core.ids import ConversationId, TurnId, is_local
from tui.core.ports import Capability
from tui.core.records import Conversation, Hit, SentMessage, TurnRecord
from tui.core.turn import Turn, drop_history_duplicates, fold, turn_of
from tui.core.usage import Usage, sum_of
from tui.engine.context import EngineContext
from tui.engine.conversation_queue import QueueRegistry
from tui.engine.server_history import EVENTS_KEPT_MS, read_events, read_messages
from tui.export import ExportSource

PAGE = 60
"""Turns per page."""

EVERY_EVENT = 1_000_000


@dataclass(slots=True)
class _Known:
    """Progress of reading the server's record of a conversation."""

    cursor: str | None = None
    """Cursor of the next, older page of messages."""
    exhausted: bool = False
    """True if there is no older page."""
    since: str | None = None
    """Time up to which all events are read; None: none since the start."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class History:
    """Turns and events of the conversations, with running turns in their current state."""

    def __init__(self, context: EngineContext, queues: QueueRegistry) -> None:
        self._context = context
        self._queues = queues
        self._known: dict[ConversationId, _Known] = {}

    async def turns(
        self, conversation_id: ConversationId, before: TurnId | None = None
    ) -> list[Turn]:
        """Return a page of turns, oldest first; running ones in their current state."""
        records = await self._context.store.turns(conversation_id, limit=PAGE, before=before)
        return self._in_current_state(conversation_id, records)

    async def turn(self, turn_id: TurnId) -> Turn | None:
        """Return a turn in its current state; None if it is gone."""
        record = await self._context.store.turn(turn_id)
        return self._in_current_state(record.conversation_id, [record])[0] if record else None

    async def turns_after(
        self, conversation_id: ConversationId, turn_id: TurnId
    ) -> tuple[list[Turn], bool]:
        """Return a page of turns after one, oldest first, and True if there may be more."""
        records = await self._context.store.turns(conversation_id, limit=PAGE, after=turn_id)
        return self._in_current_state(conversation_id, records), len(records) == PAGE

    async def turns_around(
        self, conversation_id: ConversationId, turn_id: TurnId
    ) -> tuple[list[Turn], bool]:
        """Return a turn with a few older and a page of newer ones, and True if there may be more.

        No turns if it is gone.
        """
        store = self._context.store
        middle = await store.turn(turn_id)
        if middle is None or middle.conversation_id != conversation_id:
            return [], False
        older = await store.turns(conversation_id, limit=PAGE // 2, before=turn_id)
        newer = await store.turns(conversation_id, limit=PAGE, after=turn_id)
        turns = self._in_current_state(conversation_id, [*older, middle, *newer])
        return turns, len(newer) == PAGE

    async def search(self, words: str, limit: int = 100) -> Sequence[Hit]:
        """Search titles and messages stored here: best results first, then newest.

        Each word can be a prefix.
        """
        return await self._context.store.search(words, limit)

    async def messages_of_user(self, conversation_id: ConversationId) -> Sequence[SentMessage]:
        """Return the start of the user's stored messages in a conversation, oldest first."""
        return await self._context.store.messages_of_user(conversation_id)

    async def chronicle(self, conversation_id: ConversationId, agent: str) -> ExportSource:
        """Return everything stored of a conversation, for export.

        ``agent`` is the agent's name if the service can't be asked, or doesn't tell.
        """
        store = self._context.store
        try:
            known = await self._context.backend.agent(conversation_id)
        except BackendError:
            known = Agent()
        pages = [await self.turns(conversation_id)]
        while pages[-1]:
            pages.append(await self.turns(conversation_id, pages[-1][0].id))
        turns = [turn for page in reversed(pages) for turn in page]
        events = await store.timeline(conversation_id, EVERY_EVENT)
        return ExportSource(
            conversation=await store.conversation(conversation_id)
            or Conversation(id=conversation_id),
            turns=turns,
            events=drop_history_duplicates(events),
            agent=known.name or agent,
            agent_id=known.id,
            exported_ms=self._context.clock.now_ms(),
        )

    async def fetch_everything(self, conversation_id: ConversationId) -> None:
        """Store everything that the server has. Raises ``BackendError``."""
        await self.sync(conversation_id)
        while await self.read_older(conversation_id):
            pass

    async def timeline(
        self, conversation_id: ConversationId, until_ms: int | None = None
    ) -> Sequence[TurnEvent]:
        """Return the newest events of a conversation, up to a time if given, oldest first."""
        return drop_history_duplicates(
            await self._context.store.timeline(conversation_id, until_ms=until_ms)
        )

    async def total_usage(self, conversation_id: ConversationId) -> Usage | None:
        """Return the usage of a conversation, from the stored turns; None if none is known."""
        turns = await self._context.store.usage_reports(conversation_id)
        return sum_of(
            fold(Turn(id=TurnId(""), conversation_id=conversation_id), reports).usage
            for reports in turns
        )

    @property
    def record_from_ms(self) -> int | None:
        """Time since which the server still has events; older ones are stored here alone.

        None if it stores none. Source: Headless API, Get events.
        """
        return (
            self._context.clock.now_ms() - EVENTS_KEPT_MS
            if Capability.REPLAY in self._context.backend.can
            else None
        )

    async def sync(self, conversation_id: ConversationId) -> None:
        """Update the store from the server's record of a conversation; follow what runs.

        Raises ``BackendError``.
        """
        conversation_id = self._queues.named(conversation_id)
        if is_local(conversation_id) or not await self._queues.of(conversation_id).idle():
            return
        context, known = self._context, self._known.setdefault(conversation_id, _Known())
        status = await context.read(partial(context.backend.status, conversation_id))
        known.since = await context.read(
            partial(read_events, context, conversation_id, known.since)
        )
        if Capability.HISTORY in context.backend.can:
            idle = status.activity == "idle" and not await self._waits_for_connection(
                conversation_id
            )
            cursor = await context.read(partial(read_messages, context, conversation_id, idle=idle))
            if known.cursor is None and not known.exhausted:
                known.cursor, known.exhausted = cursor, cursor is None
        if not context.one_shot:
            await self._queues.resume(conversation_id)

    async def read_older(self, conversation_id: ConversationId) -> bool:
        """Read one older page of the server's history; return False if there is none.

        Raises ``BackendError``.
        """
        conversation_id = self._queues.named(conversation_id)
        older = self._known.get(conversation_id)
        if older is None or older.exhausted or is_local(conversation_id):
            return False
        async with older.lock:
            read = partial(read_messages, self._context, conversation_id, older.cursor, idle=True)
            cursor = await self._context.read(read)
            older.exhausted = cursor is None or cursor == older.cursor
            older.cursor = cursor
        return True

    def _in_current_state(
        self, conversation_id: ConversationId, records: Sequence[TurnRecord]
    ) -> list[Turn]:
        live = {turn.id: turn for turn in self._queues.live(conversation_id)}
        return [live.get(record.id) or turn_of(record) for record in records]

    async def _waits_for_connection(self, conversation_id: ConversationId) -> bool:
        """Return True if the newest turn waits for a connection; the state may then say idle."""
        newest = await self._context.store.turns(conversation_id, limit=1)
        return bool(newest and turn_of(newest[0]).open_connections)
