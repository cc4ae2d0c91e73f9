"""A key that is meant for the message never answers a question, whatever it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.widgets import TextArea

from tests.fakes import ScriptedBackend, Wait, asks, connects, reply, started
from tests.ui.stage import Stage
from tui.core.events import TurnEvent
from tui.core.ids import AttemptId, CallId
from tui.ui.questions.decision_modal import DecisionModal
from tui.ui.questions.reason_modal import ReasonModal
from tui.ui.toolkit.guarded_modal import DEAF_S, GuardedModal

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

LINK = "https://login.example.com/x"
APPROVAL = asks("Delete records", "call-1", {"table": "customers"})
SECOND = asks("Delete more", "call-2", {"table": "orders"})
CONNECTION = connects("Salesforce", "attempt-1", LINK)
QUESTIONS = st.sampled_from([(APPROVAL,), (CONNECTION,), (APPROVAL, SECOND)])
WORDS = st.builds(
    "{}{}".format,
    st.sampled_from(
        [*"aroqcAROQC1eé日 \u200c\u00a0", "and ", "really? ", "ok ", "could ", "quite "]
    ),
    st.text("arocq xyz?1A", max_size=8),
)


@asynccontextmanager
async def question(*asked: TurnEvent) -> AsyncGenerator[Stage]:
    """An app in which a question has opened by itself."""
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend([started(), gate, *asked, Wait.DECISION, *reply("Done")]))
    async with stage.shown():
        await stage.say("go")
        await stage.until(lambda: stage.backend.sent)
        await stage.pass_time(2)
        gate.set()
        await stage.until(lambda: isinstance(stage.app.screen, DecisionModal))
        yield stage


def key_of(character: str) -> events.Key:
    return events.Key(character, character)


async def ready(stage: Stage) -> None:
    """Wait until the modal in front has been seen for long enough to be answered."""
    modal = stage.app.screen
    assert isinstance(modal, GuardedModal)
    await stage.until(lambda: not modal.is_deaf)


async def typed(stage: Stage, text: str, key_s: float) -> None:
    """Post keys as the terminal does, without waiting for what they lead to."""
    for character in text:
        stage.app.post_message(key_of(character))
        await asyncio.sleep(key_s)


def untouched(stage: Stage) -> bool:
    """Return true if nothing was decided, opened or copied."""
    backend, said = stage.backend, "".join(getattr(stage.app, "sent", []))
    return not (backend.decisions or backend.rejected or stage.app.clipboard) and (
        "Opened in" not in stage.screen() and "\x1b]52" not in said
    )


def written(stage: Stage) -> str:
    """Return the text in the composer, or sent from it."""
    return "".join([*stage.unsent_texts(), stage.composer_text()])


@settings(deadline=None, max_examples=15)
@given(
    asked=QUESTIONS,
    text=WORDS,
    after_s=st.sampled_from([0.0, 0.05, 0.3, DEAF_S, 0.6, 1.2, 3.0]),
    key_s=st.sampled_from([0.0, 0.0, 0.002, 0.02, 0.15]),
    between=st.sampled_from(["", "resize", "blur", "focus"]),
)
def test_typed_letters_go_to_the_message(
    asked: tuple[TurnEvent, ...], text: str, after_s: float, key_s: float, between: str
) -> None:
    async def run() -> None:
        async with question(*asked) as stage:
            if between == "focus":
                stage.focus_on("transcript")
            await asyncio.sleep(after_s)
            half = len(text) // 2
            await typed(stage, text[:half], key_s)
            if between == "resize":
                await stage.pilot.resize_terminal(90, 30)
            elif between == "blur":
                stage.app.post_message(events.AppBlur())
            await typed(stage, text[half:], key_s)
            stage.app.post_message(events.Key("enter", "\r"))
            await stage.until(lambda: stage.is_chat_in_front())
            await stage.until(lambda: written(stage).strip() == text.strip(), text)
            assert untouched(stage)

    asyncio.run(run())


@pytest.mark.parametrize("asked", [APPROVAL, CONNECTION])
async def test_a_paste_during_an_approval_goes_to_the_message(asked: TurnEvent) -> None:
    async with question(asked) as stage:
        stage.app.post_message(events.Paste("a r o c q\nand more"))
        stage.app.post_message(key_of("!"))
        await stage.until(lambda: stage.composer_text() == "a r o c q\nand more!")
        assert untouched(stage)
        assert stage.is_chat_in_front()


async def test_enter_alone_does_not_answer_an_approval() -> None:
    async with question(APPROVAL) as stage:
        await ready(stage)
        await stage.press("enter", "enter")
        assert isinstance(stage.app.screen, DecisionModal)
        assert untouched(stage)


@pytest.mark.parametrize("key", ["ctrl+g", "tab", "left", "right", "up", "down"])
async def test_a_deliberate_key_arms_the_approval(key: str) -> None:
    async with question(APPROVAL) as stage:
        await ready(stage)
        await stage.until(lambda: "goes to your message" in stage.screen())
        await stage.press(key)
        await stage.until(lambda: "a and r answer now" in stage.screen())
        await stage.press("enter")
        assert untouched(stage)
        await stage.press("a")
        await stage.until(lambda: stage.backend.decisions)
        assert stage.backend.decisions == [(CallId("call-1"), "approved", None)]


async def test_a_click_arms_the_approval_and_the_next_one_answers() -> None:
    async with question(APPROVAL) as stage:
        await ready(stage)
        await stage.pilot.click("AnswerRow Button", times=2)
        await stage.until(lambda: "a and r answer now" in stage.screen())
        assert untouched(stage)
        await ready(stage)
        await stage.pilot.click("AnswerRow Button")
        await stage.until(lambda: stage.backend.decisions)


async def test_a_click_beside_the_approval_does_nothing() -> None:
    async with question(APPROVAL) as stage:
        await ready(stage)
        modal = stage.app.screen
        assert isinstance(modal, DecisionModal)
        await stage.pilot.click(offset=(0, 0))
        await stage.pilot.pause()
        assert not modal.armed


@pytest.mark.parametrize("how", ["ctrl+g", "click"])
async def test_an_approval_opened_by_the_user_is_armed_immediately(how: str) -> None:
    async with question(APPROVAL) as stage:
        await typed(stage, "x", 0)
        await stage.until(lambda: stage.composer_text() == "x")
        if how == "click":
            await stage.pilot.click("ApprovalCard")
        else:
            await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, DecisionModal))
        await stage.until(lambda: "a and r answer now" in stage.screen())


async def test_a_rejection_reason_is_typed_only_after_a_deliberate_act() -> None:
    async with question(APPROVAL) as stage:
        await ready(stage)
        await stage.press("down", "r")
        await stage.until(lambda: isinstance(stage.app.screen, ReasonModal))
        await stage.until(lambda: "goes to your message" in stage.screen())
        await asyncio.sleep(DEAF_S + 0.1)
        await stage.press("enter", "tab")
        await stage.until(lambda: isinstance(stage.app.focused, TextArea))
        await stage.press(*"no", "enter")
        await stage.until(lambda: stage.backend.decisions)
        assert stage.backend.decisions == [(CallId("call-1"), "rejected", "no")]


@settings(deadline=None, max_examples=6)
@given(
    asked=st.sampled_from([APPROVAL, CONNECTION]),
    rest=st.text("eally arocq?", min_size=1, max_size=10),
    after_s=st.sampled_from([0.0, 0.1, DEAF_S + 0.1]),
    key_s=st.sampled_from([0.0, 0.02]),
)
def test_stray_letters_in_the_reason_field_go_to_the_message(
    asked: TurnEvent, rest: str, after_s: float, key_s: float
) -> None:
    async def run() -> None:
        async with question(asked) as stage:
            await ready(stage)
            await stage.press("down", "r")
            await stage.until(lambda: isinstance(stage.app.screen, ReasonModal))
            await asyncio.sleep(after_s)
            await typed(stage, rest, key_s)
            stage.app.post_message(events.Key("enter", "\r"))
            await stage.until(lambda: written(stage).strip() == f"r{rest}".strip(), rest)
            assert untouched(stage)
            assert stage.is_chat_in_front()

    asyncio.run(run())


async def test_a_rejection_reason_is_typed_directly_in_an_approval_opened_by_the_user() -> None:
    async with question(APPROVAL) as stage:
        await ready(stage)
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, DecisionModal))
        await ready(stage)
        await stage.press("r")
        await stage.until(lambda: isinstance(stage.app.screen, ReasonModal))
        await ready(stage)
        await stage.press(*"no", "enter")
        await stage.until(lambda: stage.backend.decisions)
        assert stage.backend.decisions == [(CallId("call-1"), "rejected", "no")]


async def test_rejecting_a_connection_needs_the_same_deliberate_act() -> None:
    async with question(CONNECTION) as stage:
        await ready(stage)
        await stage.press("tab", "c")
        await stage.until(lambda: stage.app.clipboard == LINK)
        await stage.press("r")
        await stage.until(lambda: isinstance(stage.app.screen, ReasonModal))
        await ready(stage)
        await stage.press("tab", "enter")
        await stage.until(lambda: stage.backend.rejected)
        assert stage.backend.rejected == [(AttemptId("attempt-1"), None)]
