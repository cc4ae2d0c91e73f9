"""Failures inside the engine are reported, and nothing is left in a working state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.fakes import (
    NOW_MS,
    MemoryStore,
    ScriptedBackend,
    asks,
    finished,
    reply,
    said,
    started,
)
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.events import AgentMessage, TurnEvent
from tui.core.ids import ConversationId, MessageId, RunId, TurnId, is_local
from tui.core.records import Conversation, Message
from tui.engine.context import Timeouts
from tui.engine.session import Session
from tui.engine.tasks import run_with_watchers
from tui.engine.updates import (
    MessageRejected,
    Problem,
    TurnChanged,
    TurnDropped,
    Update,
    UserNotice,
)

HERE = ConversationId("here")


class Listener:
    def __init__(self) -> None:
        self.updates: list[Update] = []
        self._changed = asyncio.Event()

    def hear(self, update: Update) -> None:
        self.updates.append(update)
        self._changed.set()

    async def until(self, true: Callable[[Update], bool]) -> Update:
        """The newest update of which something is true, once there is one."""
        async with asyncio.timeout(60):
            while not (found := [update for update in self.updates if true(update)]):
                self._changed.clear()
                await self._changed.wait()
        return found[-1]


@asynccontextmanager
async def opened(
    backend: ScriptedBackend, store: MemoryStore
) -> AsyncIterator[tuple[Session, Listener]]:
    listener = Listener()
    timeouts = replace(Timeouts(), frame_s=0, title_s=(), first_retry_s=0.001)
    async with Session(backend, store, listener.hear, timeouts=timeouts) as session:
        yield session, listener


def over(update: Update) -> bool:
    return isinstance(update, TurnChanged) and update.turn.over


class FullDisk(MemoryStore):
    """Cannot keep what the agent says, as long as it is full."""

    full = True

    async def append(
        self, turn_id: TurnId, conversation_id: ConversationId, events: Sequence[TurnEvent]
    ) -> None:
        if self.full and any(isinstance(event, AgentMessage) for event in events):
            raise StoreError("The disk is full.")
        await super().append(turn_id, conversation_id, events)


async def test_a_turn_that_cannot_be_stored_is_shown_and_stored_after_the_disk_has_space() -> None:
    gate = asyncio.Event()
    store, backend = FullDisk(), ScriptedBackend([started(), gate, said("Hello"), finished()])
    async with opened(backend, store) as (session, listener):
        await session.send(HERE, "Hi")
        await listener.until(lambda u: isinstance(u, TurnChanged) and u.turn.phase == "working")
        gate.set()
        told = await listener.until(lambda u: isinstance(u, UserNotice))
        assert isinstance(told, UserNotice)
        assert told.text == "The disk is full. The reply is shown, but not saved yet."
        ended = await listener.until(over)
        assert isinstance(ended, TurnChanged)
        assert ended.turn.reply == "Hello"
        store.full = False
        listener.updates.clear()
        backend.resumes = [[*reply("Hello")]]
        await session.history.sync(HERE)
        await listener.until(over)
        [kept] = await session.history.turns(HERE)
    assert (kept.reply, kept.over) == ("Hello", True)
    assert len(backend.sent) == 1


class Unreadable(MemoryStore):
    async def mark_read(self, conversation_id: ConversationId, *, unread: bool = False) -> None:
        raise StoreError("The disk is full.")


async def test_failures_of_background_tasks_are_reported() -> None:
    async with opened(ScriptedBackend(reply("Hello")), Unreadable()) as (session, listener):
        await session.send(HERE, "Hi")
        told = await listener.until(lambda u: isinstance(u, Problem))
    assert isinstance(told, Problem)
    assert str(told.error) == "The disk is full."


async def test_a_deleted_conversation_has_no_working_turn() -> None:
    backend = ScriptedBackend([started(), asks("Refund", "call-1"), asyncio.Event()])
    async with opened(backend, MemoryStore([Conversation(id=HERE)])) as (session, listener):
        turn = await session.send(HERE, "Hi")
        await listener.until(lambda u: isinstance(u, TurnChanged) and bool(u.turn.open_approvals))
        await session.conversations.delete(HERE)
        assert TurnDropped(HERE, turn.id) in listener.updates
        count = len(listener.updates)
        session.retry_now()
        await asyncio.sleep(0)
        assert not any(isinstance(u, TurnChanged) for u in listener.updates[count:])


async def test_queued_messages_are_shown_under_the_server_id_of_their_conversation() -> None:
    gate = asyncio.Event()
    backend = ScriptedBackend([gate, *reply("One")], reply("Two"))
    async with opened(backend, MemoryStore()) as (session, listener):
        first = await session.send(None, "one")
        assert is_local(first.conversation_id)
        second = await session.send(first.conversation_id, "two")
        named = await listener.until(
            lambda u: (
                isinstance(u, TurnChanged)
                and u.turn.id == second.id
                and not is_local(u.turn.conversation_id)
            )
        )
        assert isinstance(named, TurnChanged)
        assert named.turn.prompt
        assert named.turn.prompt.state == "queued"
        gate.set()


async def test_an_unanswered_turn_is_recovered_even_if_the_session_was_just_idle() -> None:
    run = RunId("run-9")
    asked = Message(id=MessageId("m"), source="user", text="Hi", run_id=run, at_ms=NOW_MS)
    backend = ScriptedBackend()
    backend.messages[HERE].append(asked)
    backend.resumes = [[started(), said("It had only just begun."), finished()]]
    async with opened(backend, MemoryStore([Conversation(id=HERE)])) as (session, listener):
        await session.history.sync(HERE)
        ended = await listener.until(over)
    assert isinstance(ended, TurnChanged)
    assert ended.turn.reply == "It had only just begun."


async def test_a_failed_watcher_ends_the_task_and_a_finished_one_does_not() -> None:
    ended = asyncio.Event()

    async def work() -> str:
        try:
            await gate.wait()
            return "done"
        finally:
            ended.set()

    async def fail() -> None:
        raise StoreError("no")

    gate = asyncio.Event()
    with pytest.raises(StoreError):
        await run_with_watchers(work(), fail())
    assert ended.is_set()
    gate.set()
    assert await run_with_watchers(work(), asyncio.sleep(0)) == "done"


class SlowToGiveBack(MemoryStore):
    """Has given a message back before it says so."""

    def __init__(self) -> None:
        super().__init__()
        self.given, self.gate = asyncio.Event(), asyncio.Event()

    async def return_rejected(
        self, turn_id: TurnId, conversation_id: ConversationId, draft: str
    ) -> None:
        await super().return_rejected(turn_id, conversation_id, draft)
        self.given.set()
        await self.gate.wait()


async def test_stopping_a_conversation_reports_the_message_that_was_just_rejected() -> None:
    store, backend = SlowToGiveBack(), ScriptedBackend()
    backend.failures["send"].append(BackendError(ErrorKind.INVALID, "Too strange."))
    async with opened(backend, store) as (session, listener):
        turn = await session.send(HERE, "hi")
        await store.given.wait()
        stopping = asyncio.create_task(session.stop_waiting(HERE))
        await asyncio.sleep(0)
        store.gate.set()
        await stopping
        await listener.until(lambda u: isinstance(u, MessageRejected) and u.draft.text == "hi")
        assert await session.draft(HERE) == "hi"
        assert not [live for live in await session.history.turns(HERE) if live.id == turn.id]


async def test_commands_with_the_local_id_of_a_conversation_apply_to_it() -> None:
    store, backend = MemoryStore(), ScriptedBackend(reply("Hello"))
    async with opened(backend, store) as (session, listener):
        begun = (await session.send(None, "hi")).conversation_id
        await listener.until(lambda u: isinstance(u, TurnChanged) and u.turn.over)
        named = session.named(begun)
        assert named is not None
        assert named != begun
        await session.conversations.pin(begun, pinned=True)
        await session.conversations.give_name(begun, "Mine")
        found = await session.conversations.find(named)
        assert found is not None
        assert (found.pinned, found.given_name) == (True, "Mine")
        await session.conversations.delete(begun)
        assert backend.deleted == [named]
        assert await session.conversations.find(named) is None
