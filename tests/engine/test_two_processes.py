"""Two programs with one store: each message is sent once, and both show the turn to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.engine_room import QUICK, Room, genie_of, open_room
from tui.core.events import TurnEvent
from tui.core.ids import ConversationId, FileId, TurnId
from tui.core.options import OptionValues
from tui.core.ports import ChatBackend
from tui.core.turn import Turn
from tui.demo.server import DemoServer
from tui.engine.updates import MessageRejected

HELLO = "What can you do?"
BROKEN = "Is anything broken right now?"
ORDER = "Order a laptop for our new hire"
CALM = replace(QUICK, second_look_s=0.02, quiet_s=30)
"""Nothing but the outbox finds out what another program does."""


class HeldBack:
    """A backend with a gate before what it creates and one before what it sends."""

    def __init__(self, backend: ChatBackend) -> None:
        self._backend = backend
        self.creating, self.sending = asyncio.Event(), asyncio.Event()
        """Set once it is at the gate."""
        self.create_gate, self.send_gate = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        self.creating.set()
        await self.create_gate.wait()
        return await self._backend.create(options)

    async def send(
        self, conversation_id: ConversationId, text: str, file_id: FileId | None = None
    ) -> AsyncGenerator[TurnEvent]:
        self.sending.set()
        await self.send_gate.wait()
        async for event in self._backend.send(conversation_id, text, file_id):
            yield event


class Two:
    """The first program, which is held back, and others that join it."""

    def __init__(self, server: DemoServer, path: Path) -> None:
        self.server, self.path = server, path
        self.gates: HeldBack
        self._first, self._rest = AsyncExitStack(), AsyncExitStack()

    async def first(self) -> Room:
        def held_back(server: DemoServer) -> Any:
            self.gates = HeldBack(genie_of(server))
            return self.gates

        opening = open_room(self.server, self.path, timeouts=CALM, backend_of=held_back)
        return await self._first.enter_async_context(opening)

    async def second(self) -> Room:
        opening = open_room(self.server, self.path, timeouts=CALM)
        return await self._rest.enter_async_context(opening)

    async def end_first(self) -> None:
        await self._first.aclose()

    async def aclose(self) -> None:
        await self._rest.aclose()
        await self._first.aclose()

    def count(self, kind: str) -> int:
        return len([record for record in self.server.log.of(kind) if record.status < 300])

    def sent(self) -> list[str]:
        return [record.summary for record in self.server.log.of("send") if record.status < 300]


@pytest.fixture
async def two(server: DemoServer, tmp_path: Path) -> AsyncIterator[Two]:
    two = Two(server, tmp_path / "test.db")
    yield two
    await two.aclose()


def same(one: Turn, other: Turn) -> bool:
    return (one.conversation_id, one.steps, one.outcome) == (
        other.conversation_id,
        other.steps,
        other.outcome,
    )


async def looked(room: Room, turn_id: TurnId, times: int = 5) -> None:
    """Return when the room has had the time to look several times whether the turn is free."""
    claims = 0
    claim = room.store.claim
    enough = asyncio.Event()

    async def counted(name: TurnId, holder: str) -> Any:
        nonlocal claims
        claims += name == turn_id
        if claims >= times:
            enough.set()
        return await claim(name, holder)

    room.store.claim = counted  # type: ignore[method-assign]
    try:
        async with asyncio.timeout(60):
            await enough.wait()
    finally:
        room.store.claim = claim  # type: ignore[method-assign]


async def test_a_second_process_follows_the_turn_that_the_first_is_about_to_start(two: Two) -> None:
    one = await two.first()
    turn_id = await one.say(BROKEN)
    await two.gates.creating.wait()
    other = await two.second()
    await looked(other, turn_id)
    assert two.count("create") == 0
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    mine, theirs = await one.over(turn_id), await other.over(turn_id)
    assert same(mine, theirs)
    assert (two.count("create"), two.sent()) == (1, [BROKEN])
    assert [c.id for c in await other.session.conversations.stored()] == [mine.conversation_id]


async def test_a_message_being_sent_is_not_sent_by_another_process(two: Two) -> None:
    one = await two.first()
    two.gates.create_gate.set()
    turn_id = await one.say(HELLO)
    await two.gates.sending.wait()
    other = await two.second()
    await looked(other, turn_id)
    assert two.sent() == []
    two.gates.send_gate.set()
    assert same(await one.over(turn_id), await other.over(turn_id))
    assert two.sent() == [HELLO]


@pytest.mark.parametrize("where", ["creating", "sending"])
async def test_the_queued_message_of_a_process_that_ends_is_sent_by_the_other(
    two: Two, where: str
) -> None:
    one = await two.first()
    if where == "sending":
        two.gates.create_gate.set()
    turn_id = await one.say(HELLO)
    await getattr(two.gates, where).wait()
    other = await two.second()
    await looked(other, turn_id, 2)
    await two.end_first()
    assert (await other.over(turn_id)).reply
    assert (two.count("create"), two.sent()) == (1, [HELLO])


async def test_a_message_that_arrived_before_its_process_ended_is_not_duplicated(
    two: Two, server: DemoServer
) -> None:
    server.faults.add("silent:after=0,on=send,times=1")
    one = await two.first()
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    turn_id = await one.say(HELLO)
    await one.until(lambda: two.sent())
    other = await two.second()
    await two.end_first()
    assert (await other.over(turn_id)).reply
    assert two.sent() == [HELLO]


async def test_a_message_that_arrived_is_found_behind_a_later_one_of_another_process(
    two: Two, server: DemoServer
) -> None:
    one, other = await two.first(), await two.second()
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    cid = (await one.ask(HELLO)).conversation_id
    server.faults.add("silent:after=0,on=send,times=1")
    turn_id = await one.say(BROKEN, cid)
    await one.until(lambda: two.sent() == [HELLO, BROKEN])
    await two.end_first()
    assert (await other.ask(HELLO, cid)).reply
    third = await two.second()
    assert (await third.over(turn_id)).reply
    assert two.sent() == [HELLO, BROKEN, HELLO]


async def test_a_message_that_another_process_took_for_another_clients_is_not_sent_again(
    two: Two, server: DemoServer
) -> None:
    one, other = await two.first(), await two.second()
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    cid = (await one.ask(HELLO)).conversation_id
    server.faults.add("silent:after=0,on=send,times=1")
    turn_id = await one.say(ORDER, cid)
    await one.until(lambda: two.sent() == [HELLO, ORDER])
    await two.end_first()
    await other.say(HELLO, cid)
    await other.until(lambda: any(turn.open_approvals for turn in other.turns.values()))
    taken = next(turn for turn in other.turns.values() if turn.open_approvals)
    await other.session.decide(taken, taken.open_approvals[0].call_id, "approved")
    await other.until(lambda: len(two.sent()) == 3)
    third = await two.second()
    await third.until(lambda: _state(third, turn_id) in ("sent", "unconfirmed"))
    assert two.sent() == [HELLO, ORDER, HELLO]


async def test_an_approval_is_answered_in_either_window(two: Two) -> None:
    one, other = await two.first(), await two.second()
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    turn_id = await one.say(ORDER)
    await one.until(lambda: one.turns[turn_id].open_approvals)
    await other.session.history.sync(one.turns[turn_id].conversation_id)
    await other.open(one.turns[turn_id].conversation_id)
    asked = other.turns[turn_id]
    await other.session.decide(asked, asked.open_approvals[0].call_id, "approved")
    assert (await one.over(turn_id)).reply == (await other.over(turn_id)).reply
    assert two.count("approval") == 1


async def test_queued_messages_of_two_processes_are_sent_once_each_and_in_order(two: Two) -> None:
    one = await two.first()
    first = await one.say(HELLO)
    cid = one.turns[first].conversation_id
    texts = [f"message {number}" for number in range(6)]
    ids = [await one.say(text, cid) for text in texts]
    other = await two.second()
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    for turn_id in (first, *ids):
        assert same(await one.over(turn_id), await other.over(turn_id))
    assert two.sent() == [HELLO, *texts]
    assert two.count("create") == 1


async def test_a_message_for_the_local_id_is_queued_after_those_of_the_other_process(
    two: Two,
) -> None:
    one = await two.first()
    first = await one.say(HELLO)
    began_as = one.turns[first].conversation_id
    await two.gates.creating.wait()
    other = await two.second()
    two.gates.create_gate.set()
    await one.until(lambda: one.turns[first].conversation_id != began_as)
    second = await other.say("second", began_as)
    two.gates.send_gate.set()
    for turn_id in (first, second):
        await other.over(turn_id)
    assert two.sent() == [HELLO, "second"]
    assert two.count("create") == 1
    assert {turn.conversation_id for turn in other.turns.values()} == {
        one.turns[first].conversation_id
    }


async def test_a_queued_message_is_edited_in_one_window_and_sent_by_the_other(two: Two) -> None:
    one = await two.first()
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    parked = await one.say(ORDER)
    await one.until(lambda: one.turns[parked].open_approvals)
    turn = one.turns[parked]
    changed = await one.say("frist", turn.conversation_id)
    dropped = await one.say("never mind", turn.conversation_id)
    other = await two.second()
    assert await other.session.edit(turn.conversation_id, changed, "first")
    assert await other.session.withdraw(turn.conversation_id, dropped)
    await one.session.decide(turn, turn.open_approvals[0].call_id, "approved")
    await one.over(changed)
    await one.until(lambda: dropped not in one.turns)
    assert two.sent() == [ORDER, "first"]


async def test_a_message_that_another_process_is_sending_cannot_be_canceled(two: Two) -> None:
    one = await two.first()
    two.gates.create_gate.set()
    turn_id = await one.say(HELLO)
    await two.gates.sending.wait()
    other = await two.second()
    cid = one.turns[turn_id].conversation_id
    assert await other.session.withdraw(cid, turn_id) is None
    assert not await other.session.edit(cid, turn_id, "other words")
    two.gates.send_gate.set()
    await other.over(turn_id)
    assert two.sent() == [HELLO]


async def test_send_again_in_both_windows_sends_once(two: Two, server: DemoServer) -> None:
    server.faults.add("status:504,on=send,times=1")
    one = await two.first()
    two.gates.create_gate.set()
    two.gates.send_gate.set()
    turn_id = await one.say(HELLO)
    await one.until(lambda: _state(one, turn_id) == "unconfirmed")
    other = await two.second()
    cid = one.turns[turn_id].conversation_id
    await asyncio.gather(*(room.session.send_again(cid, turn_id) for room in (one, other)))
    assert same(await one.over(turn_id), await other.over(turn_id))
    assert two.sent() == [HELLO]


async def test_a_message_rejected_in_one_window_is_gone_from_the_other(
    two: Two, server: DemoServer
) -> None:
    server.faults.add("status:422,on=send,times=1")
    one = await two.first()
    two.gates.create_gate.set()
    turn_id = await one.say(HELLO)
    await two.gates.sending.wait()
    other = await two.second()
    two.gates.send_gate.set()
    await one.until(lambda: any(isinstance(u, MessageRejected) for u in one.updates))
    await other.until(lambda: turn_id not in other.turns)
    assert two.sent() == []


def _state(room: Room, turn_id: TurnId) -> str | None:
    prompt = room.turns[turn_id].prompt
    return prompt.state if prompt else None
