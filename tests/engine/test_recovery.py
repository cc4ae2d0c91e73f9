"""Streams that break: the turn ends as if they had not, and nothing is sent twice."""

from __future__ import annotations

import pytest

from tests.engine.engine_room import Room
from tests.engine.user import breaks, essence, sent
from tui.core.errors import BackendError
from tui.demo.server import DemoServer
from tui.engine.updates import TurnChanged

HELLO = "What can you do?"
BROKEN = "Is anything broken right now?"
ORDER = "Order a laptop for our new hire"


@pytest.mark.parametrize("text", [HELLO, BROKEN])
@pytest.mark.parametrize(
    "fault",
    [
        "cut:after=1,times=1",
        "cut:after=2,times=3",
        "close:after=2,times=1",
        "interrupted:after=2,retry_ms=20,times=1",
        "duplicate",
        "malformed:after=1",
        "slow:ms=5",
    ],
)
async def test_a_reconnected_stream_ends_in_the_same_turn(
    room: Room, server: DemoServer, text: str, fault: str
) -> None:
    whole = await room.ask(text)
    server.faults.add(fault)
    turn = await room.ask(text)
    assert turn.reply == whole.reply
    assert [kind for kind, *_ in essence(turn)] == [kind for kind, *_ in essence(whole)]
    assert sent(server, text) == 2
    cut = breaks(turn)
    assert bool(cut) == fault.startswith(("cut", "close", "interrupted"))
    assert all(step.complete and not step.missing for step in cut)


@pytest.mark.parametrize("where", ["resume", "events", "get"])
async def test_every_recovery_step_may_fail_for_a_while(
    room: Room, server: DemoServer, where: str
) -> None:
    server.faults.add("cut:after=2,on=send,times=1")
    server.faults.add(f"status:503,on={where},times=2")
    turn = await room.ask(BROKEN)
    assert turn.outcome == "finished"
    assert turn.reply
    assert sent(server, BROKEN) == 1


async def test_without_reconnect_the_turn_is_replayed_from_stored_events(
    room: Room, server: DemoServer
) -> None:
    whole = await room.ask(BROKEN)
    server.faults.add("cut:after=2,on=send")
    server.faults.add("status:404,on=resume")
    turn = await room.ask(BROKEN)
    assert turn.reply == whole.reply
    assert "replaying" in room.recovery_steps


async def test_without_stored_events_the_reply_is_read_from_the_history(
    room: Room, server: DemoServer
) -> None:
    whole = await room.ask(HELLO)
    server.faults.add("cut:after=1,on=send")
    server.faults.add("status:404,on=resume")
    server.faults.add("status:503,on=events")
    turn = await room.ask(HELLO)
    assert turn.reply == whole.reply
    assert turn.outcome == "finished"


async def test_a_deleted_conversation_ends_the_turn(room: Room, server: DemoServer) -> None:
    server.faults.add("cut:after=2,on=send,times=1")
    for where in ("resume", "events", "get"):
        server.faults.add(f"status:404,on={where}")
    turn_id = await room.say(BROKEN)
    turn = await room.over(turn_id)
    assert turn.outcome == "failed"
    assert "deleted" in turn.reason
    assert sent(server, BROKEN) == 1


async def test_a_message_whose_response_was_lost_is_not_sent_twice(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("lose_answer:times=1")
    turn = await room.ask(HELLO)
    assert turn.reply
    assert sent(server, HELLO) == 1


async def test_a_message_that_never_arrived_is_retried(room: Room, server: DemoServer) -> None:
    server.faults.add("drop_request:times=1")
    turn = await room.ask(HELLO)
    assert turn.reply
    assert sent(server, HELLO) == 1


async def test_after_a_gateway_error_the_message_is_unconfirmed_until_the_user_decides(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("status:504,on=send,times=1")
    turn_id = await room.say(HELLO)
    await room.until(lambda: state(room, turn_id) == "unconfirmed")
    assert sent(server, HELLO) == 0
    await room.session.send_again(room.turns[turn_id].conversation_id, turn_id)
    assert (await room.over(turn_id)).reply
    assert sent(server, HELLO) == 1


async def test_after_429_too_many_requests_the_message_is_retried(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("status:429,retry_after=0,on=send,times=2")
    assert (await room.ask(HELLO)).reply
    assert sent(server, HELLO) == 1
    assert "sending" in room.recovery_steps


async def test_an_unreachable_server_is_retried_until_it_is_back(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("refuse:s=0.3,on=any")
    turn = await room.ask(HELLO)
    assert turn.reply
    assert sent(server, HELLO) == 1


async def test_an_approval_survives_a_lost_stream(room: Room, server: DemoServer) -> None:
    server.faults.add("cut:after=2,times=1")
    turn_id = await room.say(ORDER)
    await room.until(lambda: turn_id in room.turns and room.turns[turn_id].open_approvals)
    turn = room.turns[turn_id]
    await room.session.decide(turn, turn.open_approvals[0].call_id, "approved")
    assert (await room.over(turn_id)).outcome == "finished"
    assert len([r for r in server.log.of("approval") if r.summary]) == 1


async def test_a_decision_whose_response_was_lost_is_not_posted_twice(
    room: Room, server: DemoServer
) -> None:
    turn_id = await room.say(ORDER)
    await room.until(lambda: turn_id in room.turns and room.turns[turn_id].open_approvals)
    server.faults.add("lose_answer:on=approval,times=1")
    turn = room.turns[turn_id]
    await room.session.decide(turn, turn.open_approvals[0].call_id, "approved")
    assert (await room.over(turn_id)).outcome == "finished"
    assert [r.summary != "" for r in server.log.of("approval")].count(True) == 1


async def test_a_repeated_decision_is_checked_before_it_is_posted_again(
    room: Room, server: DemoServer
) -> None:
    turn_id = await room.say(ORDER)
    await room.until(lambda: turn_id in room.turns and room.turns[turn_id].open_approvals)
    turn = room.turns[turn_id]
    for spec in ("lose_answer:on=approval,times=1", "status:503,on=get"):
        server.faults.add(spec)
    for operation in ("resume", "events"):
        server.faults.add(f"status:503,on={operation}")
    with pytest.raises(BackendError):
        await room.session.decide(turn, turn.open_approvals[0].call_id, "approved")
    server.faults.clear()
    await room.session.decide(turn, turn.open_approvals[0].call_id, "approved")
    assert (await room.over(turn_id)).outcome == "finished"
    assert len(server.log.of("approval")) == 1


async def test_a_message_whose_stream_has_only_keep_alives_is_recovered(
    room: Room, server: DemoServer
) -> None:
    server.faults.add("mute:on=send")
    turn_id = await room.say(ORDER)
    await room.until(lambda: turn_id in room.turns and room.turns[turn_id].open_approvals)
    assert sent(server, ORDER) == 1
    assert server.log.of("resume") == []


async def test_turn_snapshots_never_lose_content(room: Room, server: DemoServer) -> None:
    server.faults.add("cut:after=2,times=2")
    turn = await room.ask(BROKEN)
    shown = [u.turn for u in room.updates if isinstance(u, TurnChanged) and u.turn.id == turn.id]
    sizes = [len(snapshot.log) for snapshot in shown]
    assert sizes == sorted(sizes)


def state(room: Room, turn_id: object) -> str:
    found = next((turn for turn in room.turns.values() if turn.id == turn_id), None)
    return found.prompt.state if found and found.prompt else ""
