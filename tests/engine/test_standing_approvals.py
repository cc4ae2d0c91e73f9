"""A skill approved for a conversation: only there, only in this session, and each call once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.engine.test_conversations import Desk
from tests.fakes import MemoryStore, ScriptedBackend, Wait, asks, finished, started
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ApprovalRequested, ApprovalResolved
from tui.core.ids import ConversationId
from tui.core.turn import Turn
from tui.engine.updates import Problem

HERE, THERE = ConversationId("here"), ConversationId("there")


def script(*questions: ApprovalRequested) -> list[object]:
    """A turn that asks some questions, one after the other."""
    steps: list[object] = [started()]
    for question in questions:
        steps += [question, Wait.DECISION]
    return [*steps, finished()]


def pay(call_id: str, **parameters: object) -> ApprovalRequested:
    return asks("Pay", call_id, parameters)


async def approve(desk: Desk, *, for_conversation: bool = True) -> Turn:
    """Approve the question of the turn on screen, for its conversation."""
    turn = await desk.until("awaiting_approval")
    call_id = turn.open_approvals[0].call_id
    await desk.session.decide(turn, call_id, "approved", for_conversation=for_conversation)
    return turn


def calls(desk: Desk) -> list[str]:
    return [call_id for call_id, _, _ in desk.backend.decisions]


async def test_later_calls_of_the_skill_are_approved_once_and_recorded_as_automatic() -> None:
    questions = pay("1", to="Bob"), pay("2", to="Mallory"), pay("3", to="Bob")
    desk = Desk(ScriptedBackend(script(*questions)))
    async with desk.session as session:
        await session.send(HERE, "Pay all")
        await approve(desk)
        turn = await desk.until("over")
        assert session.approved_skills(HERE) == ("Pay",)
        [stored] = await session.history.turns(HERE)
    assert calls(desk) == ["1", "2", "3"]
    for seen in (turn, stored):
        decided = [event for event in seen.log if isinstance(event, ApprovalResolved)]
        assert [event.automatic for event in decided] == [False, True, True]
    assert not [update for update in desk.updates if isinstance(update, Problem)]


async def test_another_skill_or_one_with_another_id_is_still_asked_about() -> None:
    same_name = replace(pay("3"), skill_id="other")
    for other in (asks("Delete", "2"), same_name):
        desk = Desk(ScriptedBackend(script(pay("1"), other)))
        async with desk.session as session:
            await session.send(HERE, "Pay")
            await approve(desk)
            async with asyncio.timeout(60):
                while not desk.turn or other.call_id not in _open(desk.turn):
                    await desk.changed()
            await asyncio.sleep(0)
            assert calls(desk) == ["1"]
            assert not session.answers_itself(desk.turn, desk.turn.open_approvals[0])


def _open(turn: Turn) -> list[str]:
    return [step.call_id for step in turn.open_approvals]


async def test_another_conversation_is_still_asked() -> None:
    desk = Desk(ScriptedBackend(script(pay("1")), script(pay("2"))))
    async with desk.session as session:
        await session.send(HERE, "Pay")
        await approve(desk)
        await desk.until("over")
        await session.send(THERE, "Pay")
        turn = await desk.until("awaiting_approval")
        assert turn.conversation_id == THERE
        assert not session.answers_itself(turn, turn.open_approvals[0])
        assert session.approved_skills(THERE) == ()
    assert calls(desk) == ["1"]


async def test_neither_a_second_window_nor_a_restart_inherits_the_approval() -> None:
    store, backend = MemoryStore(), ScriptedBackend(script(pay("1")), script(pay("2")))
    first = Desk(backend, store)
    async with first.session as session:
        await session.send(HERE, "Pay")
        await approve(first)
        await first.until("over")
        second = Desk(backend, store)
        async with second.session as window:
            assert window.approved_skills(HERE) == ()
            await window.send(HERE, "Pay again")
            turn = await second.until("awaiting_approval")
            assert not window.answers_itself(turn, turn.open_approvals[0])
        assert calls(second) == ["1"]
    third = Desk(backend, store)
    async with third.session as session:
        turn = await third.until("awaiting_approval")
        assert session.approved_skills(HERE) == ()
        assert not session.answers_itself(turn, turn.open_approvals[0])
    assert calls(third) == ["1"]


async def test_two_windows_post_an_automatic_approval_once() -> None:
    store, backend = MemoryStore(), ScriptedBackend(script(pay("1"), pay("2")))
    first, second = Desk(backend, store), Desk(backend, store)
    async with first.session as session:
        await session.send(HERE, "Pay")
        await approve(first)
        async with asyncio.timeout(60):
            while calls(first) != ["1", "2"]:
                await first.changed()
        async with second.session as window:
            [turn] = await window.history.turns(HERE)
            for step in turn.open_approvals:
                with suppress(BackendError):
                    await window.decide(turn, step.call_id, "approved")
        await first.until("over")
    assert calls(first) == ["1", "2"]


async def test_a_question_that_changes_while_it_is_pending_is_asked() -> None:
    held = asyncio.Event()
    backend = ScriptedBackend(
        [started(), pay("1"), Wait.DECISION, pay("2", to="Bob"), held, pay("2", to="Mallory")]
    )
    desk = Desk(backend)
    async with desk.session as session:
        await session.send(HERE, "Pay")
        await approve(desk)
        # The automatic approval has to be posted again, and meanwhile the question changes.
        backend.failures["decide"] = [BackendError(ErrorKind.SERVER, "Busy.")]
        async with asyncio.timeout(60):
            while not desk.turn or "2" not in _open(desk.turn):
                await desk.changed()
            held.set()
            while not any(step.revision for step in desk.turn.open_approvals):
                await desk.changed()
        [step] = desk.turn.open_approvals
        assert not session.answers_itself(desk.turn, step)
    assert "2" not in calls(desk)


async def test_revoking_asks_again_from_the_next_call_on() -> None:
    gate = asyncio.Event()
    backend = ScriptedBackend(
        [started(), pay("1"), Wait.DECISION, pay("2"), Wait.DECISION, gate, pay("3")]
    )
    desk = Desk(backend)
    async with desk.session as session:
        await session.send(HERE, "Pay")
        await approve(desk)
        async with asyncio.timeout(60):
            while calls(desk) != ["1", "2"]:
                await desk.changed()
        session.revoke_approvals(HERE)
        gate.set()
        async with asyncio.timeout(60):
            while not desk.turn or "3" not in _open(desk.turn):
                await desk.changed()
        assert session.approved_skills(HERE) == ()
    assert calls(desk) == ["1", "2"]


async def test_questions_that_were_open_before_stay_with_the_user() -> None:
    backend = ScriptedBackend([started(), pay("1"), pay("2"), Wait.DECISION, pay("3")])
    desk = Desk(backend)
    async with desk.session as session:
        await session.send(HERE, "Pay")
        async with asyncio.timeout(60):
            while not desk.turn or len(_open(desk.turn)) < 2:
                await desk.changed()
        await session.decide(
            desk.turn, desk.turn.open_approvals[0].call_id, "approved", for_conversation=True
        )
        async with asyncio.timeout(60):
            while "3" not in calls(desk):
                await desk.changed()
        assert _open(desk.turn) == ["2"]
        assert not session.answers_itself(desk.turn, desk.turn.open_approvals[0])
    assert calls(desk) == ["1", "3"]


async def test_a_rejection_never_approves_the_skill_for_the_conversation() -> None:
    desk = Desk(ScriptedBackend(script(pay("1"))))
    async with desk.session as session:
        await session.send(HERE, "Pay")
        turn = await desk.until("awaiting_approval")
        call_id = turn.open_approvals[0].call_id
        await session.decide(turn, call_id, "rejected", for_conversation=True)
        assert session.approved_skills(HERE) == ()


async def test_an_approval_that_fails_does_not_hold_for_the_conversation() -> None:
    desk = Desk(ScriptedBackend(script(pay("1"))))
    async with desk.session as session:
        await session.send(HERE, "Pay")
        turn = await desk.until("awaiting_approval")
        desk.backend.failures["decide"] = [BackendError(ErrorKind.FORBIDDEN, "No.")]
        with pytest.raises(BackendError):
            await approve(desk)
        assert session.approved_skills(turn.conversation_id) == ()


async def test_an_automatic_approval_that_fails_leaves_the_question_to_the_user() -> None:
    desk = Desk(ScriptedBackend(script(pay("1"), pay("2"))))
    async with desk.session as session:
        await session.send(HERE, "Pay")
        await desk.until("awaiting_approval")
        posted = desk.backend.decide

        async def refuse_the_second(*args: object) -> None:
            if args[1] == "2":
                desk.backend.calls.append("refused")
                raise BackendError(ErrorKind.FORBIDDEN, "No.")
            await posted(*args)  # type: ignore[arg-type]

        desk.backend.decide = refuse_the_second  # type: ignore[method-assign,assignment]
        await approve(desk)
        async with asyncio.timeout(60):
            while not any(isinstance(update, Problem) for update in desk.updates):
                await desk.changed()
            while session.answers_itself(desk.turn, desk.turn.open_approvals[0]):  # type: ignore[arg-type,union-attr]
                await desk.changed()
        assert desk.backend.calls.count("refused") == 1
