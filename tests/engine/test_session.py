"""Session with the demo server: plain turns, questions, the outbox, restarts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.engine_room import Room, open_room
from tui.core.draft import Draft
from tui.core.events import Decision, Heartbeat, SkillProgress, TurnStarted
from tui.core.ids import ConversationId, is_local
from tui.core.steps import ApprovalStep, ConnectionStep, SkillStep, TextStep
from tui.demo.server import DemoServer
from tui.engine.updates import (
    CallMade,
    ConversationNamed,
    EventsSeen,
    MessageRejected,
    TurnChanged,
)

HELLO = "What can you do?"
ORDER = "Order a laptop for our new hire"
CONNECT = "Show open Acme opportunities in Salesforce"


async def test_a_message_gets_a_reply(room: Room) -> None:
    turn = await room.ask(HELLO)
    assert turn.outcome == "finished"
    assert turn.reply
    assert turn.prompt
    assert turn.prompt.state == "sent"


async def test_a_new_conversation_gets_its_id_from_the_server(room: Room) -> None:
    turn_id = await room.say(HELLO)
    begun = room.turns[turn_id].conversation_id
    turn = await room.over(turn_id)
    assert is_local(begun)
    assert not is_local(turn.conversation_id)
    assert ConversationNamed(begun, turn.conversation_id) in room.updates
    [listed] = await room.session.conversations.stored()
    assert listed.id == turn.conversation_id
    assert listed.created_ms is not None


async def test_everything_shown_can_be_rebuilt_from_the_store(room: Room) -> None:
    turn = await room.ask("Is anything broken right now?")
    [again] = await room.session.history.turns(turn.conversation_id)
    assert again.steps == turn.steps
    assert again.prompt == turn.prompt
    assert any(isinstance(step, SkillStep) for step in turn.steps)


async def test_the_progress_of_a_skill_moves_and_is_kept_in_the_store(room: Room) -> None:
    turn = await room.ask("restart the printer")
    snapshots = [u.turn for u in room.updates if isinstance(u, TurnChanged)]
    skills = [s for snap in snapshots for s in snap.steps if isinstance(s, SkillStep)]
    shares = [step.share for step in skills if step.share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 0.75
    assert skills[-1].stage == "Start it again"
    [again] = await room.session.history.turns(turn.conversation_id)
    assert again.steps == turn.steps
    timeline = await room.session.history.timeline(turn.conversation_id)
    told = [event.share for event in timeline if isinstance(event, SkillProgress)]
    assert told == [0.0, 0.25, 0.5, 0.75]


async def test_the_timeline_has_the_events_and_no_heartbeats(room: Room) -> None:
    turn = await room.ask(HELLO)
    timeline = await room.session.history.timeline(turn.conversation_id)
    assert isinstance(timeline[0], TurnStarted)
    assert not any(isinstance(event, Heartbeat) for event in timeline)
    seen = [e for u in room.updates if isinstance(u, EventsSeen) for e in u.events]
    assert {e.key for e in timeline} <= {e.key for e in seen}


async def test_messages_to_a_busy_conversation_are_queued_and_sent_in_order(
    room: Room, server: DemoServer
) -> None:
    first = await room.ask(HELLO)
    cid = first.conversation_id
    parked = await room.say(ORDER, cid)
    await room.until(lambda: room.turns[parked].open_approvals)
    second, third = await room.say("second", cid), await room.say("third", cid)
    await room.session.decide(
        room.turns[parked], room.turns[parked].open_approvals[0].call_id, "approved"
    )
    await room.over(third)
    texts = [record.summary for record in server.log.of("send") if record.status < 300]
    assert texts == [HELLO, ORDER, "second", "third"]
    assert room.turns[second].over


async def test_a_queued_message_can_be_canceled(room: Room, server: DemoServer) -> None:
    parked = await room.say(ORDER)
    await room.until(lambda: room.turns[parked].open_approvals)
    cid = room.turns[parked].conversation_id
    queued = await room.say("never mind", cid)
    assert await room.session.withdraw(cid, queued) == Draft("never mind")
    assert queued not in room.turns
    assert "never mind" not in [record.summary for record in server.log]


@pytest.mark.parametrize("decision", ["approved", "rejected"])
async def test_an_approval_decision_is_posted_once_and_the_turn_continues(
    room: Room, server: DemoServer, decision: Decision
) -> None:
    turn_id = await room.say(ORDER)
    await room.until(lambda: room.turns[turn_id].open_approvals)
    turn = room.turns[turn_id]
    call_id = turn.open_approvals[0].call_id
    reason = "too dear" if decision == "rejected" else None
    await room.session.decide(turn, call_id, decision, reason)
    turn = await room.over(turn_id)
    [step] = [s for s in turn.steps if isinstance(s, ApprovalStep)]
    assert step.decision == decision
    assert len(server.log.of("approval")) == 1
    if decision == "rejected":
        assert "too dear" in turn.reply


async def test_a_connection_is_polled_and_its_reply_read_from_the_history(
    room: Room, server: DemoServer
) -> None:
    turn_id = await room.say(CONNECT)
    await room.until(lambda: room.turns[turn_id].open_connections)
    [step] = room.turns[turn_id].open_connections
    assert step.url
    await authorise(step.url)
    turn = await room.over(turn_id)
    [step] = [s for s in turn.steps if isinstance(s, ConnectionStep)]
    assert step.outcome == "authorized" or step.expired
    assert isinstance(turn.steps[-1], TextStep)


async def test_a_rejected_message_goes_back_to_the_composer(room: Room, server: DemoServer) -> None:
    server.faults.add("status:422,on=send,times=1")
    turn_id = await room.say(HELLO)
    await room.until(lambda: any(isinstance(u, MessageRejected) for u in room.updates))
    [refused] = [u for u in room.updates if isinstance(u, MessageRejected)]
    assert refused.draft == Draft(HELLO)
    assert refused.error.request_id
    assert turn_id not in room.turns
    assert await room.session.draft(refused.conversation_id) == HELLO


async def test_two_conversations_run_concurrently(room: Room) -> None:
    one, two = await room.say(ORDER), await room.say(ORDER)
    await room.until(lambda: room.turns[one].open_approvals and room.turns[two].open_approvals)
    assert room.turns[one].conversation_id != room.turns[two].conversation_id


@pytest.mark.parametrize(
    "fault",
    [
        "",
        "lose_answer:on=reject,times=1",
        "drop_request:on=reject,times=1",
        "status:503,on=reject,times=2",
    ],
)
async def test_a_connection_that_is_rejected_is_rejected_once(
    room: Room, server: DemoServer, fault: str
) -> None:
    if fault:
        server.faults.add(fault)
    turn_id = await room.say(CONNECT)
    await room.until(lambda: room.turns[turn_id].open_connections)
    turn = room.turns[turn_id]
    attempt_id = turn.open_connections[0].attempt_id
    await room.session.reject_connection(turn, attempt_id, "not on this machine")
    turn = await room.over(turn_id)
    [step] = [s for s in turn.steps if isinstance(s, ConnectionStep)]
    assert step.outcome == "rejected"
    assert "not on this machine" in turn.reply
    assert [bool(record.summary) for record in server.log.of("reject")].count(True) == 1


async def test_an_expired_connection_link_is_renewed(room: Room, server: DemoServer) -> None:
    turn_id = await room.say(CONNECT)
    await room.until(lambda: room.turns[turn_id].open_connections)
    [asked] = room.turns[turn_id].open_connections
    server.clock.advance(600)
    await room.until(lambda: room.turns[turn_id].open_connections[0].url != asked.url)
    [renewed] = room.turns[turn_id].open_connections
    assert renewed.expires_ms
    assert asked.expires_ms
    assert renewed.expires_ms > asked.expires_ms
    assert renewed.url
    await authorise(renewed.url)
    turn = await room.over(turn_id)
    assert [s.outcome for s in turn.steps if isinstance(s, ConnectionStep)] == ["authorized"]
    assert "Acme" in turn.reply


async def test_a_restart_restores_the_pending_question(server: DemoServer, tmp_path: Path) -> None:
    async with open_room(server, tmp_path / "a.db") as room:
        turn_id = await room.say(ORDER)
        await room.until(lambda: room.turns[turn_id].open_approvals)
    async with open_room(server, tmp_path / "a.db") as room:
        await room.until(lambda: turn_id in room.turns)
        [turn] = await room.session.history.turns(room.turns[turn_id].conversation_id)
        await room.session.decide(turn, turn.open_approvals[0].call_id, "approved")
        assert (await room.over(turn_id)).outcome == "finished"


async def test_another_machine_sees_the_same_conversation(
    room: Room, server: DemoServer, tmp_path: Path
) -> None:
    told = await room.ask("Is anything broken right now?")
    async with open_room(server, tmp_path / "other.db") as other:
        await other.session.conversations.refresh()
        [conversation] = await other.session.conversations.stored()
        await other.session.history.sync(conversation.id)
        [turn] = await other.session.history.turns(conversation.id)
    assert turn.over
    assert turn.prompt
    assert turn.prompt.text == "Is anything broken right now?"
    assert [type(s) for s in turn.steps] == [type(s) for s in told.steps]
    assert turn.reply == told.reply


async def authorise(url: str) -> None:
    """Press Allow on the demo's consent page."""
    import httpx

    async with httpx.AsyncClient(verify=False) as browser:
        page = await browser.get(url)
        assert page.status_code == 200
        answer = await browser.post(url, data={"decision": "allow"})
        assert answer.status_code < 400


def test_server_ids_are_not_local_ids() -> None:
    assert not is_local(ConversationId("cnv-1"))


async def test_a_search_result_opens_its_turn_with_the_turns_around_it(room: Room) -> None:
    first = await room.ask(HELLO)
    cid = first.conversation_id
    second = await room.ask("Is anything broken right now?", cid)
    hits = await room.session.history.search("brok anything")
    assert (hits[0].conversation_id, hits[0].turn_id) == (cid, second.id)
    around, goes_on = await room.session.history.turns_around(cid, second.id)
    assert not goes_on
    assert [turn.id for turn in around] == [first.id, second.id]
    after, goes_on = await room.session.history.turns_after(cid, first.id)
    assert ([turn.id for turn in after], goes_on) == ([second.id], False)
    elsewhere = ConversationId("elsewhere")
    assert await room.session.history.turns_around(elsewhere, second.id) == ([], False)


async def test_every_request_is_logged_with_its_request_id(room: Room, server: DemoServer) -> None:
    await room.ask(HELLO)
    mine = [(call.method, call.path, call.status, call.request_id) for call in room.session.calls]
    theirs = [(r.method, r.path, r.status, r.request_id) for r in server.log]
    assert mine
    assert set(mine) <= set(theirs)
    heard = {update.call for update in room.updates if isinstance(update, CallMade)}
    assert heard == set(room.session.calls)
