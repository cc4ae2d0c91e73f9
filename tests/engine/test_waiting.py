"""Waiting turns, and the events that end them: sign-in, sleep, silence, other clients."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.engine_room import QUICK, Room, open_room
from tests.engine.user import User, decided, sent
from tests.fakes import ManualClock, MemoryStore, ScriptedBackend, finished, said, started
from tui.core.errors import ErrorKind
from tui.core.ids import ConversationId
from tui.core.steps import ConnectionStep, SkillStep, TextStep
from tui.core.turn import Turn
from tui.demo.server import DemoServer
from tui.engine.context import Timeouts
from tui.engine.session import Session
from tui.engine.updates import Problem, TurnChanged, Update

HELLO = "What can you do?"
BROKEN = "Is anything broken right now?"
ORDER = "Order a laptop for our new hire"


def refused(room: Room) -> bool:
    return any(
        isinstance(u, Problem) and u.error.kind is ErrorKind.UNAUTHORIZED for u in room.updates
    )


async def test_a_turn_with_expired_credentials_waits_for_a_new_sign_in(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("cut:after=2,on=send,times=1")
    server.faults.add("status:401,on=resume")
    turn_id = await room.say(BROKEN)
    await room.until(lambda: refused(room))
    assert not room.turns[turn_id].over
    server.faults.clear()
    room.session.retry_now()
    turn = await room.over(turn_id)
    assert any(isinstance(step, SkillStep) for step in turn.steps)
    assert sent(server, BROKEN) == 1


async def test_a_message_with_expired_credentials_waits_for_a_new_sign_in(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("status:401,on=send,times=2")
    turn_id = await room.say(HELLO)
    await room.until(lambda: refused(room))
    prompt = room.turns[turn_id].prompt
    assert prompt
    assert prompt.state == "queued"
    room.session.retry_now()
    assert (await room.over(turn_id)).reply
    assert sent(server, HELLO) == 1


async def test_a_turn_left_by_stop_waiting_is_finished_later(
    room: Room, server: DemoServer
) -> None:
    cid = (await room.ask(HELLO)).conversation_id
    server.faults.add("cut:after=2,on=send,times=1")
    server.faults.add("refuse:s=1000,on=resume")
    server.faults.add("refuse:s=1000,on=events")
    server.faults.add("refuse:s=1000,on=get")
    turn_id = await room.say(BROKEN, cid)
    await room.until(lambda: "waiting" in room.recovery_steps)
    await room.session.stop_waiting(cid)
    tries = len(server.log)
    await asyncio.sleep(QUICK.longest_retry_s)
    assert len(server.log) == tries
    server.faults.clear()
    await room.session.history.sync(cid)
    assert (await room.over(turn_id)).reply
    assert sent(server, BROKEN) == 1


async def test_messages_queued_after_stop_waiting_are_sent_after_the_turn(
    room: Room, server: DemoServer
) -> None:
    turn_id = await room.say(ORDER)
    await room.until(lambda: room.turns[turn_id].open_approvals)
    cid = room.turns[turn_id].conversation_id
    await room.session.stop_waiting(cid)
    second = await room.say("second", cid)
    await User(room).see_through(turn_id)
    await room.over(second)
    assert [sent(server, text) for text in (ORDER, "second")] == [1, 1]
    assert decided(server, cid) == 1


async def test_the_same_text_twice_is_two_messages_and_no_duplicate(
    room: Room, server: DemoServer
) -> None:
    first = await room.ask(HELLO)
    server.faults.add("drop_request:on=send,times=1")
    second = await room.ask(HELLO, first.conversation_id)
    assert second.run_id != first.run_id
    assert sent(server, HELLO) == 2


async def test_a_turn_of_another_client_is_shown_and_awaited(
    room: Room, server: DemoServer, tmp_path: Path
) -> None:
    cid = (await room.ask(HELLO)).conversation_id
    async with open_room(server, tmp_path / "other.db") as other:
        theirs = await other.say(ORDER, cid)
        await other.until(lambda: other.turns[theirs].open_approvals)
        mine = await room.say("second", cid)
        await room.until(lambda: any(turn.open_approvals for turn in room.turns.values()))
        foreign = next(turn for turn in room.turns.values() if turn.open_approvals)
        await room.session.decide(foreign, foreign.open_approvals[0].call_id, "approved")
        assert (await room.over(mine)).reply
        await other.over(theirs)
    turns = await room.session.history.turns(cid)
    assert [t.prompt and t.prompt.text for t in turns] == [HELLO, ORDER, "second"]
    assert decided(server, cid) == 1


async def test_a_message_before_a_connection_request_is_not_the_reply(
    room: Room, server: DemoServer
) -> None:
    for spec in ("swap:after=1,times=1", "silent:after=2,times=1", "status:503,on=events,times=2"):
        server.faults.add(spec)
    turn_id = await room.say("Show open Acme opportunities in Salesforce")
    await room.until(lambda: room.turns[turn_id].open_connections)
    await room.until(lambda: len(server.log.of("messages")) > 1)
    assert room.turns[turn_id].open_connections
    turn = await User(room).see_through(turn_id)
    assert [type(step) for step in turn.steps] == [TextStep, ConnectionStep, TextStep]


async def test_a_queued_message_can_be_edited_in_place(room: Room, server: DemoServer) -> None:
    parked = await room.say(ORDER)
    await room.until(lambda: room.turns[parked].open_approvals)
    cid = room.turns[parked].conversation_id
    second, third = await room.say("secnod", cid), await room.say("third", cid)
    assert await room.session.edit(cid, second, "second")
    assert not await room.session.edit(cid, parked, "too late")
    await User(room).see_through(parked)
    await room.over(third)
    texts = [record.summary for record in server.log.of("send") if record.summary]
    assert texts == [ORDER, "second", "third"]


async def test_events_of_another_client_are_merged_with_ours(
    room: Room, server: DemoServer, tmp_path: Path
) -> None:
    cid = (await room.ask(HELLO)).conversation_id
    async with open_room(server, tmp_path / "other.db") as other:
        await other.ask(BROKEN, cid)
    await room.ask("third", cid)
    await room.session.history.sync(cid)
    turns = await room.session.history.turns(cid)
    assert [t.prompt and t.prompt.text for t in turns] == [HELLO, BROKEN, "third"]
    assert any(isinstance(step, SkillStep) for step in turns[1].steps)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


class Hall:
    """A session over scripts and a clock that only the test moves."""

    def __init__(self, backend: ScriptedBackend, clock: ManualClock) -> None:
        self.backend = backend
        self.clock = clock
        self.turn: Turn | None = None
        timeouts = replace(Timeouts(), frame_s=0, title_s=())
        self.session = Session(backend, MemoryStore(), self._hear, clock=clock, timeouts=timeouts)

    def _hear(self, update: Update) -> None:
        if isinstance(update, TurnChanged):
            self.turn = update.turn

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(200):
            await asyncio.sleep(0)


async def test_a_silent_stream_times_out_and_reconnects(clock: ManualClock) -> None:
    backend = ScriptedBackend([started(), said("One."), asyncio.Event()])
    backend.resumes = [[finished()]]
    hall = Hall(backend, clock)
    async with hall.session as session:
        await session.send(ConversationId("c"), "hi")
        await hall.settle()
        for _ in range(37):
            clock.advance(2)
            await hall.settle()
        assert "resume" not in backend.calls
        clock.advance(2)
        await hall.settle()
        assert backend.calls.count("resume") == 1
    assert hall.turn
    assert hall.turn.over


class SleepyClock(ManualClock):
    """Clock of a machine that can sleep: its monotonic time then stops."""

    slept_s = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.slept_s * 1000


async def test_a_machine_that_slept_reconnects_immediately() -> None:
    clock = SleepyClock()
    backend = ScriptedBackend([started(), said("One."), asyncio.Event()])
    hall = Hall(backend, clock)
    async with hall.session as session:
        await session.send(ConversationId("c"), "hi")
        await hall.settle()
        clock.slept_s = 3600
        clock.advance(2)
        await hall.settle()
        assert "resume" in backend.calls


async def test_a_missing_event_is_fetched_while_the_stream_is_live(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("skip:after=1,on=send,times=1")
    turn_id = await room.say(ORDER)
    await room.until(lambda: room.turns[turn_id].open_approvals)
    await room.until(lambda: not room.turns[turn_id].has_gap)
    assert isinstance(room.turns[turn_id].steps[0], TextStep)
    assert server.log.of("resume") == []
    await User(room).see_through(turn_id)
