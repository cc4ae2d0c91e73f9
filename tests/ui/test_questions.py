"""Open questions of all conversations, and skills approved for one."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.fakes import ScriptedBackend, Wait, asks, connects, finished, said, started
from tests.ui.stage import Stage
from tui.core.events import ConnectionRequested
from tui.core.ids import CallId, ConversationId
from tui.ui.questions.approval_modal import ApprovalModal
from tui.ui.questions.connection_modal import ConnectionModal
from tui.ui.questions.question_list import QuestionListModal
from tui.ui.sidebar.sidebar import ConversationList, Sidebar
from tui.ui.toolkit.guarded_modal import TYPING_S


async def listening(stage: Stage) -> ApprovalModal:
    """The approval in front, once it listens."""
    await stage.until(lambda: isinstance(stage.app.screen, ApprovalModal))
    modal = stage.app.screen
    assert isinstance(modal, ApprovalModal)
    await stage.until(lambda: not modal.is_deaf)
    return modal


async def approve_for_the_conversation(stage: Stage) -> None:
    """Press the key for it twice, with the pause that the second press needs."""
    await stage.press("ctrl+g")
    modal = await listening(stage)
    await stage.press("c")
    await stage.until(lambda: "will run without asking" in stage.screen())
    modal._no_answer_until_s -= TYPING_S
    await stage.press("c")
    await stage.until(lambda: stage.is_chat_in_front())


def two_payments(gate: asyncio.Event) -> ScriptedBackend:
    first = [started(), asks("Pay", "1", {"to": "Bob"}), Wait.DECISION, said("Paid Bob")]
    return ScriptedBackend(
        [*first, gate, asks("Pay", "2", {"to": "Eve"}), Wait.DECISION, said("Paid Eve"), finished()]
    )


async def test_a_skill_approved_for_the_conversation_runs_visibly_without_asking() -> None:
    gate = asyncio.Event()
    stage = Stage(two_payments(gate))
    async with stage.shown():
        await stage.say("pay them")
        await stage.until(lambda: stage.asking_conversations())
        assert "without asking" not in stage.screen()
        await approve_for_the_conversation(stage)
        await stage.until(lambda: "✓ Pay without asking  Alt+G revoke" in stage.screen())
        bells = stage.app.bells
        gate.set()
        await stage.until(lambda: "Approved automatically: Pay" in stage.screen())
        assert stage.app.bells == bells
        await stage.until(lambda: "Paid Eve" in stage.screen())
        assert stage.is_chat_in_front()
        assert [call for call, _, _ in stage.backend.decisions] == ["1", "2"]


@pytest.mark.slow
async def test_revoked_skills_ask_again() -> None:
    gate = asyncio.Event()
    stage = Stage(two_payments(gate))
    async with stage.shown():
        await stage.say("pay them")
        await stage.until(lambda: stage.asking_conversations())
        await approve_for_the_conversation(stage)
        await stage.until(lambda: "without asking" in stage.screen())
        await stage.press("alt+g")
        await stage.until(lambda: "without asking" not in stage.screen())
        gate.set()
        await stage.until(lambda: stage.asking_conversations())
        assert [call for call, _, _ in stage.backend.decisions] == ["1"]


async def test_another_conversation_shows_and_approves_nothing() -> None:
    gate = asyncio.Event()
    backend = two_payments(gate)
    backend.scripts.append([started(), asks("Pay", "3"), Wait.DECISION, finished()])
    stage = Stage(backend)
    async with stage.shown():
        await stage.say("pay them")
        await stage.until(lambda: stage.asking_conversations())
        await approve_for_the_conversation(stage)
        await stage.until(lambda: "without asking" in stage.screen())
        await stage.press("ctrl+n")
        await stage.until(lambda: "without asking" not in stage.screen())
        await stage.say("pay again")
        await stage.until(lambda: stage.asking_conversations())
        assert [call for call, _, _ in stage.backend.decisions] == ["1"]


async def two_questions(stage: Stage) -> None:
    """A connection in the first conversation, an approval in the second, which is on screen."""
    await stage.say("deals")
    await stage.until(lambda: len(stage.asking_conversations()) == 1)
    await stage.press("ctrl+n")
    await stage.until(lambda: stage.current_conversation() is None)
    await stage.say("order")
    await stage.until(lambda: len(stage.asking_conversations()) == 2)
    await stage.until(lambda: stage.current_conversation() == "conversation-2")


def asking_twice(expires_ms: int | None = None) -> ScriptedBackend:
    link = connects("Salesforce", "attempt-1", "https://login.example.com/x")
    if expires_ms:
        link = ConnectionRequested(
            key=link.key,
            attempt_id=link.attempt_id,
            connector=link.connector,
            url=link.url,
            expires_ms=expires_ms,
            at_ms=link.at_ms,
        )
    order = asks("Order laptop", "call-1", {"model": "14-inch", "pieces": 1200})
    return ScriptedBackend(
        [started(), link, asyncio.Event()], [started(), order, Wait.DECISION, finished()]
    )


async def test_the_list_shows_all_questions_and_opens_one_armed_in_place() -> None:
    stage = Stage(asking_twice())
    stage.backend = asking_twice(stage.clock.now_ms() + 252_000)
    async with stage.shown():
        await two_questions(stage)
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, QuestionListModal))
        await stage.until(lambda: "2 questions wait for you" in stage.screen())
        text = stage.screen()
        assert "model 14-inch · pieces 1,200" in text
        assert text.index("Sign in to Salesforce") < text.index("Order laptop   Approval")
        assert "in “deals”" in text
        assert "expires in 4 m 10 s" in text
        await stage.press("ctrl+g", "enter")  # from the question here to the next, the first
        await stage.until(lambda: isinstance(stage.app.screen, ConnectionModal))
        await stage.until(lambda: "In “deals”" in stage.screen())
        modal = stage.app.screen
        assert isinstance(modal, ConnectionModal)
        assert modal.armed
        assert stage.current_conversation() == "conversation-2"
        assert "expires in 4 m 10 s" in stage.screen()


def countdowns(stage: Stage) -> list[str]:
    """Return the remaining times on the screen, from top to bottom."""
    return re.findall(r"expires in [\dms ]*[ms]|expired", stage.screen())


async def test_card_dialog_and_list_show_the_same_countdown() -> None:
    stage = Stage(asking_twice())
    stage.backend = asking_twice(stage.clock.now_ms() + 252_000)
    async with stage.shown(height=50):
        await two_questions(stage)
        stage.go_to(ConversationId("conversation-1"))
        await stage.until(lambda: countdowns(stage) == ["expires in 4 m 10 s"])
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, QuestionListModal))
        await stage.until(lambda: countdowns(stage) == 2 * ["expires in 4 m 10 s"])
        stage.clock.advance(210.5)
        await stage.until(lambda: countdowns(stage) == 2 * ["expires in 42 s"])
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())
        await stage.press("ctrl+g", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, ConnectionModal))
        await stage.until(lambda: countdowns(stage) == 2 * ["expires in 42 s"])
        stage.clock.advance(60)
        await stage.until(lambda: countdowns(stage) == 2 * ["expired"])


async def test_the_list_shows_the_conversation_of_a_question() -> None:
    stage = Stage(asking_twice())
    async with stage.shown():
        await two_questions(stage)
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, QuestionListModal))
        await stage.press("up", "v")
        await stage.until(lambda: stage.current_conversation() == "conversation-1")


async def test_the_key_goes_from_an_armed_question_to_the_next() -> None:
    stage = Stage(asking_twice())
    async with stage.shown():
        await two_questions(stage)
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, QuestionListModal))
        await stage.press("enter")
        await listening(stage)
        assert "Ctrl+G next of 2" in stage.screen()
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, ConnectionModal))
        assert stage.backend.decisions == []


async def test_the_sidebar_opens_the_question_of_its_selected_conversation() -> None:
    stage = Stage(asking_twice())
    async with stage.shown():
        await two_questions(stage)
        stage.find(ConversationList).focus()
        await stage.press("down")
        await stage.until(lambda: stage.find(Sidebar).highlighted == "conversation-1")
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, ConnectionModal))
        assert stage.current_conversation() == "conversation-2"


async def test_a_question_answered_elsewhere_leaves_the_list() -> None:
    stage = Stage(asking_twice())
    async with stage.shown():
        await two_questions(stage)
        await stage.press("ctrl+g")
        await stage.until(lambda: "2 questions wait for you" in stage.screen())
        [turn] = [
            turn
            for question in stage.app.screen._questions  # type: ignore[attr-defined]
            if (turn := question.turn).open_approvals
        ]
        session = stage.app.screen_stack[0].context.opened.session  # type: ignore[attr-defined]
        await session.decide(turn, CallId("call-1"), "approved")
        await stage.until(lambda: "1 question waits for you" in stage.screen())
        assert "Order laptop" not in stage.screen().split("waits for you")[1]


async def test_the_age_of_a_question_is_right_and_not_shown_behind_its_dialog() -> None:
    stage = Stage(ScriptedBackend([started(), asks("Pay", "1"), Wait.DECISION, finished()]))
    async with stage.shown():
        await stage.say("pay them")
        await stage.until(lambda: "Waiting for you" in stage.working_text())
        await stage.pass_time(7)
        await stage.press("ctrl+g")
        await listening(stage)
        assert not re.search(r"Waiting for you +Pay +[0-9]", stage.screen())
        await stage.pass_time(120)
        await stage.press("escape")
        await stage.until(lambda: re.search(r"Pay +2 m [0-9]+ s", stage.working_text()))
        await stage.press("escape")  # one too many: the question still waits
        assert "Esc" not in stage.footer_text()
        assert "Waiting for you" in stage.working_text()


async def test_the_palettes_key_is_the_last_to_leave_a_narrow_footer() -> None:
    stage = Stage(ScriptedBackend([started(), asks("Pay", "1"), Wait.DECISION, finished()]))
    async with stage.shown(width=60, height=20):
        await stage.say("pay them")
        await stage.until(lambda: "Waiting for you" in stage.working_text())
        for columns in (60, 40):
            await stage.pilot.resize_terminal(columns, 20)
            await stage.until(lambda: "Ctrl+P Commands" in stage.footer_text())
