"""The engine's front door: what the interface and the commands call."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tui.chat.approvals import decide
from tui.chat.connecting import settle
from tui.chat.history import EVENTS_KEPT_MS, read_events, read_messages
from tui.chat.kit import Kit, Patience, SystemClock
from tui.chat.lane import Lane, requeued
from tui.chat.updates import (
    ConversationNamed,
    ConversationsChanged,
    Problem,
    Publish,
    TurnChanged,
    TurnDropped,
    Update,
)
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ApprovalRequested, Decision, TurnEvent
from tui.core.ids import AttemptId, CallId, ConversationId, TurnId, is_local, local_conversation
from tui.core.ports import Can, ChatBackend, Clock, TurnStore
from tui.core.records import Attachment, Conversation, Prompt
from tui.core.text import clean_line
from tui.core.turn import Turn, turn_of, without_echoes

PAGE = 60
"""Turns read at a time."""


@dataclass(slots=True)
class _Known:
    """How much of the server's record of a conversation has been read."""

    cursor: str | None = None
    """Of the next, older page of messages."""
    exhausted: bool = False
    """There is no older page."""
    since: str | None = None
    """All events up to this time; None: they have not been read since the start."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Session:
    """Conversations with one agent, over one backend and one store.

    Calls return as soon as what they were given is safe in the store; what happens next is
    published. Use as ``async with Session(...) as session``.
    """

    def __init__(
        self,
        backend: ChatBackend,
        store: TurnStore,
        publish: Publish,
        *,
        clock: Clock | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._listener = publish
        self._kit = Kit(
            backend=backend,
            store=store,
            publish=self._publish,
            clock=clock or SystemClock(),
            patience=patience or Patience(),
        )
        self._lanes: dict[ConversationId, Lane] = {}
        self._known: dict[ConversationId, _Known] = {}
        self._names: dict[ConversationId, ConversationId] = {}
        """The server's ids of conversations that were begun here, for who still says ours."""
        self._deciding: set[CallId] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.watched: ConversationId | None = None
        """The conversation on screen: what happens in others is unread."""

    async def __aenter__(self) -> Session:
        await self._resume_unfinished()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def can(self) -> Can:
        return self._kit.backend.can

    async def aclose(self) -> None:
        """Stop following; turns go on at the server and are picked up at the next start."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- reading ---------------------------------------------------------------------------

    async def conversations(self, limit: int = 200, offset: int = 0) -> Sequence[Conversation]:
        """From the store, newest activity first."""
        return await self._kit.store.conversations(limit, offset)

    async def refresh_conversations(self, cursor: str | None = None) -> str | None:
        """Read one page of the server's list into the store; the cursor of the next.

        Raises ``BackendError``.
        """
        page = await self._kit.backend.conversations(cursor)
        await self._kit.store.save_conversations(page.items)
        self._publish(ConversationsChanged())
        return page.cursor

    async def turns(
        self, conversation_id: ConversationId, before: TurnId | None = None
    ) -> list[Turn]:
        """A page of turns from the store, oldest first; those at work as they are now."""
        records = await self._kit.store.turns(conversation_id, limit=PAGE, before=before)
        live = {turn.id: turn for turn in self._live(conversation_id)}
        return [live.get(record.id) or turn_of(record) for record in records]

    async def timeline(self, conversation_id: ConversationId) -> Sequence[TurnEvent]:
        """The newest events of a conversation, oldest first."""
        return without_echoes(await self._kit.store.timeline(conversation_id))

    @property
    def record_from_ms(self) -> int | None:
        """Since when the server still has events; what is older is known from here alone.

        None where it keeps none. Source: Headless API, Get events.
        """
        return self._kit.clock.now_ms() - EVENTS_KEPT_MS if Can.REPLAY in self.can else None

    async def sync(self, conversation_id: ConversationId) -> None:
        """Bring the store up to what the server knows of a conversation; follow what runs.

        Raises ``BackendError``.
        """
        if is_local(conversation_id) or not await self._lane(conversation_id).idle():
            return
        kit, known = self._kit, self._known.setdefault(conversation_id, _Known())
        status = await kit.backend.status(conversation_id)
        known.since = await read_events(kit, conversation_id, known.since)
        if Can.HISTORY in kit.backend.can:
            idle = status.activity == "idle" and not await self._parked(conversation_id)
            cursor = await read_messages(kit, conversation_id, idle=idle)
            if known.cursor is None and not known.exhausted:
                known.cursor, known.exhausted = cursor, cursor is None
        await self._resume(conversation_id)

    async def read_older(self, conversation_id: ConversationId) -> bool:
        """Read one older page of the server's history; False when there is none.

        Raises ``BackendError``.
        """
        older = self._known.get(conversation_id)
        if older is None or older.exhausted or is_local(conversation_id):
            return False
        async with older.lock:
            cursor = await read_messages(self._kit, conversation_id, older.cursor, idle=True)
            older.exhausted = cursor is None or cursor == older.cursor
            older.cursor = cursor
        return True

    # -- speaking --------------------------------------------------------------------------

    async def send(
        self,
        conversation_id: ConversationId | None,
        text: str,
        attachments: tuple[Attachment, ...] = (),
    ) -> Turn:
        """Put a message into the outbox; it is sent when the conversation is free.

        Durable when this returns. ``conversation_id`` None begins a conversation, with an id of
        ours until the server has given it one (``ConversationNamed``).
        """
        store, now = self._kit.store, self._kit.clock.now_ms()
        if conversation_id is None:
            conversation_id = local_conversation(uuid4().hex)
        conversation_id = self._named(conversation_id)
        turn = Turn(
            id=TurnId(uuid4().hex),
            conversation_id=conversation_id,
            prompt=Prompt(text=text, attachments=attachments, at_ms=now),
        )
        await self._touch(conversation_id, text)
        await store.save_turn(turn.id, conversation_id, turn.prompt)
        self._listener(TurnChanged(turn))
        self._enqueue(turn)
        return turn

    async def withdraw(self, conversation_id: ConversationId, turn_id: TurnId) -> str | None:
        """Take back a message that has not been sent; its text, or None if it is too late."""
        store = self._kit.store
        turn = await self._lane(conversation_id).recall(turn_id)
        if turn is None or turn.prompt is None:
            return None
        await store.drop_turn(turn_id)
        if is_local(conversation_id) and not await store.turns(conversation_id, limit=1):
            await store.delete_conversation(conversation_id)
            self._publish(ConversationsChanged())
        self._publish(TurnDropped(conversation_id, turn_id))
        return turn.prompt.text

    async def send_again(self, conversation_id: ConversationId, turn_id: TurnId) -> None:
        """Send a message again that could not be confirmed."""
        lane = self._lane(conversation_id)
        turn = await lane.recall(turn_id)
        if turn is None:
            return
        turn = requeued(turn)
        await self._kit.store.save_turn(turn_id, conversation_id, turn.prompt)
        lane.put_back(turn)
        self._publish(TurnChanged(turn))
        lane.wake()

    async def edit(self, conversation_id: ConversationId, turn_id: TurnId, text: str) -> bool:
        """Change a message that has not been sent, in its place; False if it is too late."""
        lane = self._lane(conversation_id)
        turn = await lane.revise(turn_id, text)
        if turn is None:
            return False
        await self._kit.store.save_turn(turn_id, turn.conversation_id, turn.prompt)
        self._publish(TurnChanged(turn))
        return True

    def retry_now(self, conversation_id: ConversationId | None = None) -> None:
        """Do not wait for the next try, or for a stream that has gone quiet.

        None: in all conversations, such as after a new login.
        """
        lanes = list(self._lanes.values())
        for lane in [self._lane(conversation_id)] if conversation_id else lanes:
            lane.hurry()

    async def stop_waiting(self, conversation_id: ConversationId) -> None:
        """Leave a conversation alone until the next ``sync``, ``retry_now``, message or start.

        Its turn goes on at the server; nothing that waits in the outbox is lost.
        """
        await self._lane(conversation_id).rest()

    async def delete(self, conversation_id: ConversationId) -> None:
        """Delete a conversation at the server and here. Raises ``BackendError``."""
        if Can.DELETE in self.can and not is_local(conversation_id):
            await self._kit.backend.delete(conversation_id)
        await self._lane(conversation_id).stop()
        await self._kit.store.delete_conversation(conversation_id)
        self._publish(ConversationsChanged())

    # -- answering -------------------------------------------------------------------------

    async def decide(
        self, turn: Turn, call_id: CallId, decision: Decision, reason: str | None = None
    ) -> None:
        """Approve or reject a skill call. Raises ``BackendError``; never posts twice at once."""
        request = _request(turn, call_id)
        if request is None or call_id in self._deciding:
            return
        self._deciding.add(call_id)
        try:
            event = await decide(self._kit, turn.conversation_id, request, decision, reason)
            await self._record(turn, event)
        finally:
            self._deciding.discard(call_id)

    async def reject_connection(
        self, turn: Turn, attempt_id: AttemptId, reason: str | None = None
    ) -> None:
        """Tell the agent that the connection will not be authorised. Raises ``BackendError``."""
        await self._kit.backend.reject_connection(attempt_id, reason)
        lane = self._lane(turn.conversation_id)
        player = lane.player
        step = next((s for s in turn.open_connections if s.attempt_id == attempt_id), None)
        if player and step and player.turn.id == turn.id:
            await settle(player, step, "rejected", reason)
            player.hurry()

    # -- the composer ----------------------------------------------------------------------

    async def draft(self, conversation_id: ConversationId | None) -> str:
        return await self._kit.store.draft(conversation_id)

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        await self._kit.store.save_draft(conversation_id, text)

    async def recall(self) -> Sequence[str]:
        """What the user said lately, newest first."""
        return await self._kit.store.recall()

    async def mark_read(self, conversation_id: ConversationId) -> None:
        await self._kit.store.mark_read(conversation_id)

    # -- inside ----------------------------------------------------------------------------

    def _named(self, conversation_id: ConversationId) -> ConversationId:
        return self._names.get(conversation_id, conversation_id)

    def _lane(self, conversation_id: ConversationId) -> Lane:
        return self._lanes.setdefault(self._named(conversation_id), Lane(self._kit))

    def _live(self, conversation_id: ConversationId) -> tuple[Turn, ...]:
        lane = self._lanes.get(conversation_id)
        return lane.turns if lane else ()

    def _enqueue(self, turn: Turn) -> None:
        lane = self._lane(turn.conversation_id)
        if all(turn.id != other.id for other in lane.turns):
            lane.add(turn)

    async def _resume_unfinished(self) -> None:
        for record in await self._kit.store.unfinished():
            turn = turn_of(record)
            self._listener(TurnChanged(turn))
            self._enqueue(turn)

    async def _resume(self, conversation_id: ConversationId) -> None:
        """Go on with what the store says is not over in a conversation."""
        lane = self._lane(conversation_id)
        records = await self._kit.store.unfinished()
        turns = [turn_of(r) for r in records if r.conversation_id == conversation_id]
        if lane.busy:
            for turn in turns:
                self._enqueue(turn)
            return
        ended = {turn.id for turn in lane.turns} - {turn.id for turn in turns}
        lane.reload(turns)
        for turn_id in ended:
            if record := await self._kit.store.turn(turn_id):
                self._publish(TurnChanged(turn_of(record)))
        if turns:
            lane.wake()

    async def _parked(self, conversation_id: ConversationId) -> bool:
        """Whether the newest turn waits for a connection, when the state may say idle."""
        newest = await self._kit.store.turns(conversation_id, limit=1)
        return bool(newest and turn_of(newest[0]).open_connections)

    async def _record(self, turn: Turn, event: TurnEvent) -> None:
        """Take in an event of our own, through the turn's player where it is at work."""
        player = self._lane(turn.conversation_id).player
        if player and player.turn.id == turn.id:
            await player.absorb((event,))
            return
        await self._kit.store.append(turn.id, turn.conversation_id, (event,))
        record = await self._kit.store.turn(turn.id)
        if record:
            self._publish(TurnChanged(turn_of(record)))

    async def _touch(self, conversation_id: ConversationId, text: str) -> None:
        now = self._kit.clock.now_ms()
        known = await self._kit.store.conversation(conversation_id)
        conversation = Conversation(
            id=conversation_id,
            first_text="" if known and known.first_text else clean_line(text),
            created_ms=known.created_ms if known else now,
            updated_ms=now,
        )
        await self._kit.store.save_conversations([conversation])
        self._publish(ConversationsChanged())

    def _publish(self, update: Update) -> None:
        match update:
            case ConversationNamed(old=old, new=new) if old in self._lanes:
                self._lanes[new], self._names[old] = self._lanes.pop(old), new
                if self.watched == old:
                    self.watched = new
            case TurnChanged(turn=turn) if turn.over or turn.open_approvals:
                self._later(self._attend(turn))
            case _:
                pass
        self._listener(update)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attend(self, turn: Turn) -> None:
        """After a turn: note it as unread if nobody looks, and fetch the conversation's title."""
        if turn.conversation_id != self.watched:
            await self._kit.store.mark_read(turn.conversation_id, unread=True)
            self._publish(ConversationsChanged())
        if turn.over:
            await self._fetch_title(turn.conversation_id)

    async def _fetch_title(self, conversation_id: ConversationId) -> None:
        for delay_s in (0.0, *self._kit.patience.title_s):
            known = await self._kit.store.conversation(conversation_id)
            if known is None or known.title:
                return
            await self._kit.clock.sleep(delay_s)
            try:
                await self.refresh_conversations()
            except BackendError as error:
                if error.kind is not ErrorKind.UNSUPPORTED:
                    self._publish(Problem(error, conversation_id))
                return


def _request(turn: Turn, call_id: CallId) -> ApprovalRequested | None:
    return next((s.request for s in turn.open_approvals if s.call_id == call_id), None)
