"""Question whose parameters change while it is pending: only what was seen is approved."""

from __future__ import annotations

from functools import partial
from unittest.mock import Mock

import pytest

from tests.engine.engine_room import Room
from tests.engine.test_conversations import Desk
from tests.engine.user import decided
from tests.fakes import MemoryStore, ScriptedBackend, Wait, asks, finished, started
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ApprovalResolved
from tui.core.ids import ConversationId, TurnId
from tui.core.questions import changes, is_as_shown, shown_digest
from tui.core.steps import ApprovalStep
from tui.core.turn import Turn
from tui.demo.server import DemoServer
from tui.engine.approvals import AnswerPoster, approval
from tui.engine.context import EngineContext, Timeouts
from tui.engine.conversation_queue import QueueRegistry
from tui.export import render

ORDER = "Order a laptop, please"
HERE = ConversationId("here")


async def asked_again(room: Room, server: DemoServer) -> ApprovalStep:
    server.faults.add("ask_again:after=5,times=1")
    turn_id = await room.say(ORDER)
    await room.until(lambda: room.turns[turn_id].open_approvals)
    await room.until(lambda: room.turns[turn_id].open_approvals[0].revision)
    return room.turns[turn_id].open_approvals[0]


async def test_changed_parameters_are_shown_with_a_diff(room: Room, server: DemoServer) -> None:
    step = await asked_again(room, server)
    assert step.asked_first
    assert step.request.parameters["approver"] == "Mallory"
    found = changes(step.asked_first, step.request)
    assert [(change.label, change.after) for change in found] == [("approver", "Mallory")]


async def test_an_approval_of_earlier_parameters_is_not_sent(
    room: Room, server: DemoServer
) -> None:
    step = await asked_again(room, server)
    [turn] = room.turns.values()
    with pytest.raises(BackendError) as refused:
        await room.session.decide(turn, step.call_id, "approved", shown=step.asked_first)
    assert refused.value.kind is ErrorKind.CHANGED
    assert decided(server, turn.conversation_id) == 0
    await room.session.decide(turn, step.call_id, "approved", shown=step.request)
    turn = await room.over(turn.id)
    assert decided(server, turn.conversation_id) == 1
    assert turn.outcome == "finished"


async def test_a_rejection_of_earlier_parameters_is_sent(room: Room, server: DemoServer) -> None:
    step = await asked_again(room, server)
    [turn] = room.turns.values()
    await room.session.decide(turn, step.call_id, "rejected", shown=step.asked_first)
    await room.over(turn.id)
    assert decided(server, turn.conversation_id) == 1


async def test_shown_parameters_are_in_the_log_and_in_the_exports(
    room: Room, server: DemoServer
) -> None:
    step = await asked_again(room, server)
    [turn] = room.turns.values()
    await room.session.decide(turn, step.call_id, "approved", shown=step.request)
    turn = await room.over(turn.id)
    [kept] = await room.session.history.turns(turn.conversation_id)
    [event] = [event for event in kept.log if isinstance(event, ApprovalResolved)]
    assert event.shown_digest == shown_digest(step.request)
    [decided_step] = [step for step in kept.steps if isinstance(step, ApprovalStep)]
    assert is_as_shown(decided_step)
    chronicle = await room.session.history.chronicle(turn.conversation_id, "Ifrit")
    for form in ("md", "html", "json"):
        assert event.shown_digest in render(chronicle, form)


async def test_a_change_between_two_retries_stops_the_approval() -> None:
    first, second = asks("Pay", "call-1", {"to": "Bob"}), asks("Pay", "call-1", {"to": "Mallory"})
    backend = ScriptedBackend()
    backend.failures["decide"] = [
        BackendError(ErrorKind.SERVER, "The service had an internal error.")
    ]
    timeouts = Timeouts(first_retry_s=0, longest_retry_s=0)
    context = EngineContext(backend=backend, store=MemoryStore(), publish=print, timeouts=timeouts)
    newest, turn = iter([first, second]), Turn(id=TurnId("t"), conversation_id=HERE)
    question = approval(context, turn, first, None, partial(next, newest))
    with pytest.raises(BackendError) as refused:
        await AnswerPoster(context, QueueRegistry(context), Mock()).give(question, "approved")
    assert refused.value.kind is ErrorKind.CHANGED
    assert backend.calls.count("decide") == 1
    assert backend.decisions == []


async def test_calls_that_are_renumbered_in_each_run_are_all_decided() -> None:
    script = [started(), asks("Pay", "1"), Wait.DECISION, finished()]
    again = [started(), asks("Pay", "1"), Wait.DECISION, finished()]
    desk = Desk(ScriptedBackend(script, again))
    async with desk.session as session:
        for text in ("one", "two"):
            await session.send(HERE, text)
            turn = await desk.until("awaiting_approval")
            await session.decide(turn, turn.open_approvals[0].call_id, "approved")
            await desk.until("over")
        turns = await session.history.turns(HERE)
    assert len(desk.backend.decisions) == 2
    assert [step.decision for turn in turns for step in turn.steps] == ["approved", "approved"]
