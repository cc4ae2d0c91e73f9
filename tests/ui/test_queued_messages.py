"""Queued and unconfirmed messages: the user can change or keep them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock

import pytest
from textual import events

from tests.fakes import (
    MemoryStore,
    Script,
    ScriptedBackend,
    Wait,
    asks,
    finished,
    reply,
    said,
    started,
)
from tests.ui.stage import Stage
from tui.core.draft import Draft
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.ids import ConversationId, TurnId
from tui.core.options import OptionValues
from tui.core.turn import Turn
from tui.engine.updates import MessageRejected
from tui.ui.toolkit.text_modal import EditModal
from tui.ui.toolkit.ticker import ticker_of

pytestmark = pytest.mark.slow


def parked(*later: str) -> ScriptedBackend:
    """An agent whose first turn waits for a decision."""
    first = [started(), asks("Order laptop", "call-1"), Wait.DECISION, finished()]
    return ScriptedBackend(first, *(reply(text) for text in later))


async def with_a_message_that_waits(stage: Stage) -> None:
    await stage.say("order one")
    await stage.until(lambda: "Order laptop" in stage.screen())
    await stage.say("and a muose")
    await stage.until(lambda: "Edit" in stage.screen())


async def click_on(stage: Stage, words: str) -> None:
    lines = stage.screen().splitlines()
    [(row, line)] = [(row, line) for row, line in enumerate(lines) if words in line]
    await stage.pilot.click(offset=(line.index(words), row))


async def let_it_go_on(stage: Stage) -> None:
    question = stage.open_question()
    await stage.session().decide(question.turn, question.name, "approved")


async def test_a_queued_message_is_edited_in_place_by_keyboard() -> None:
    stage = Stage(parked("Done."))
    async with stage.shown():
        await with_a_message_that_waits(stage)
        stage.put_text("half a thought")
        await stage.press("alt+up")
        await stage.until(lambda: isinstance(stage.app.screen, EditModal))
        modal = stage.app.screen
        assert isinstance(modal, EditModal)
        await stage.until(lambda: not modal.is_deaf)
        await stage.press(*["backspace"] * 5, *"mouse", "enter")
        await stage.until(lambda: "and a mouse" in stage.screen())
        assert "muose" not in stage.screen()
        assert stage.composer_text() == "half a thought"
        await let_it_go_on(stage)
        await stage.until(lambda: len(stage.backend.sent) == 2)
    assert [text for _, text, _ in stage.backend.sent] == ["order one", "and a mouse"]


async def test_letters_typed_fast_at_a_message_open_one_dialog() -> None:
    stage = Stage(parked())
    async with stage.shown():
        await with_a_message_that_waits(stage)
        await stage.press("ctrl+up")
        for letter in "eeevee":
            stage.app.post_message(events.Key(letter, letter))
        await stage.until(lambda: isinstance(stage.app.screen, EditModal))
        await stage.pilot.pause()
        assert [type(screen) for screen in stage.app.screen_stack[1:]] == [EditModal]
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())


async def test_a_queued_message_is_edited_or_canceled_by_mouse() -> None:
    stage = Stage(parked())
    async with stage.shown():
        await with_a_message_that_waits(stage)
        await click_on(stage, "Edit")
        await stage.until(lambda: isinstance(stage.app.screen, EditModal))
        modal = stage.app.screen
        assert isinstance(modal, EditModal)
        await stage.until(lambda: not modal.is_deaf)
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())
        assert "and a muose" in stage.screen()
        await click_on(stage, "Cancel")
        await stage.until(lambda: stage.composer_text() == "and a muose")
    assert [text for _, text, _ in stage.backend.sent] == ["order one"]


async def test_a_queued_message_sent_during_its_edit_keeps_the_new_text() -> None:
    stage = Stage(parked("Done."))
    async with stage.shown():
        await with_a_message_that_waits(stage)
        await stage.press("alt+up")
        await stage.until(lambda: isinstance(stage.app.screen, EditModal))
        modal = stage.app.screen
        assert isinstance(modal, EditModal)
        await let_it_go_on(stage)
        await stage.until(lambda: len(stage.backend.sent) == 2 and not modal.is_deaf)
        await stage.press(*" or two", "enter")
        await stage.until(lambda: stage.composer_text() == "and a muose or two")
        assert "The message was already sent" in stage.banner_text()


async def test_without_queued_messages_there_is_nothing_to_edit() -> None:
    stage = Stage(ScriptedBackend(reply("Hello.")))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "Hello." in stage.screen())
        await stage.press("alt+up")
        assert stage.is_chat_in_front()


async def test_stop_waiting_and_retry_later() -> None:
    broken = BackendError(ErrorKind.INTERRUPTED, "The connection broke.", sent=True)
    away = BackendError(ErrorKind.UNREACHABLE, "The host does not answer.")
    backend = ScriptedBackend([started(), said("One."), broken])
    backend.failures["resume"] = [away] * 1000
    stage = Stage(backend)
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "Esc stop waiting" in stage.banner_text())
        await stage.press("escape")
        await stage.until(lambda: "Not waiting" in stage.working_text())
        assert not stage.is_banner_shown()
        assert not ticker_of(stage.app).runs
        tries = backend.calls.count("resume")
        await asyncio.sleep(0.1)
        assert backend.calls.count("resume") == tries
        backend.failures["resume"].clear()
        backend.resumes = [[said("Two."), finished()]]
        await stage.press("ctrl+r")
        await stage.until(lambda: "Two." in stage.screen())
        await stage.until(lambda: not stage.is_banner_shown())
    assert len(backend.sent) == 1


async def test_text_restored_from_a_conversation_that_was_never_created_is_kept() -> None:
    away = BackendError(ErrorKind.UNREACHABLE, "The host does not answer.")
    backend = ScriptedBackend()
    backend.failures["create"] = [away] * 1000
    stage = Stage(backend)
    async with stage.shown():
        stage.store.drafts[None] = "from before"
        await stage.say("hello")
        await click_on(stage, "Cancel")
        await stage.until(lambda: stage.composer_text() == "hello\n\nfrom before")
        await stage.until(lambda: stage.store.drafts[None] == "hello\n\nfrom before")
        assert stage.current_conversation() is None
        assert stage.is_welcome_shown()
        assert await stage.session().conversations.stored() == []


class FullDisk(MemoryStore):
    full = True

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        if self.full:
            raise StoreError("The disk is full.")
        await super().save_draft(conversation_id, text)


async def test_a_draft_that_cannot_be_stored_is_reported_and_stored_later() -> None:
    store = FullDisk()
    store.full = False
    stage = Stage(store=store)
    async with stage.shown():
        await stage.until(lambda: stage.is_draft_restored())
        store.full = True
        await stage.press("a")
        await stage.until(lambda: "The disk is full." in stage.banner_text())
        store.full = False
        await stage.press("b", "backspace")
        await stage.until(lambda: store.drafts.get(None) == "a")


async def test_on_quit_a_draft_that_cannot_be_stored_is_reported_once() -> None:
    store = FullDisk()
    store.full = False
    stage = Stage(store=store)
    async with stage.shown():
        await stage.until(lambda: stage.is_draft_restored())
        store.full = True
        await stage.press("a", "ctrl+q")
        await stage.until(lambda: "again to discard it." in stage.screen())
        assert not stage.has_exited()
        await stage.press("ctrl+q")
        await stage.until(lambda: stage.has_exited())
    assert stage.app.return_code == 0


async def test_a_rejected_message_that_cannot_be_stored_is_restored_to_the_composer() -> None:
    store = FullDisk()
    store.full = False
    stage = Stage(store=store)
    async with stage.shown():
        here = ConversationId("here")
        stage.set_current_conversation(here)
        await stage.until(lambda: stage.is_draft_restored())
        store.full = True
        problem = BackendError(ErrorKind.INVALID, "Too strange.")
        stage.publish(MessageRejected(here, TurnId("t"), Draft("hi"), Draft(), problem))
        await stage.until(lambda: stage.composer_text() == "hi")
        await stage.until(lambda: "The disk is full." in stage.banner_text())


async def test_enter_sends_while_the_previous_message_is_being_stored() -> None:
    stage = Stage(ScriptedBackend(reply("One."), reply("Two.")))
    async with stage.shown():
        stage.put_text("first")
        stage.submit("first")
        stage.submit("first")
        stage.insert_text("second")
        stage.submit("firstsecond")
        await stage.until(lambda: len(stage.backend.sent) == 2)
        await stage.until(lambda: "Two." in stage.screen())
    assert [text for _, text, _ in stage.backend.sent] == ["first", "second"]


async def test_a_turn_that_ends_before_its_message_leaves_the_composer_is_shown() -> None:
    stage = Stage(ScriptedBackend(reply("One."), reply("Two.")))
    async with stage.shown():
        session, send = stage.session(), stage.session().send

        async def after_the_reply(*args: Any) -> Turn:
            turn = await send(*args)
            while (newest := await session.history.turn(turn.id)) and not newest.over:
                await stage.pilot.pause()
            return turn

        session.send = after_the_reply  # type: ignore[method-assign]
        for text, answer in (("first", "One."), ("second", "Two.")):
            await stage.say(text)
            await stage.until(lambda: not stage.composer_text() and not stage.is_sending())
            await stage.until(lambda wanted=answer: wanted in stage.screen())
        assert "Queued" not in stage.screen()


@asynccontextmanager
async def first_taken_away(gate: asyncio.Event) -> AsyncIterator[Stage]:
    """A message has left the composer, and what remains to be done about it waits."""
    stage = Stage(ScriptedBackend(reply("One."), reply("Two.")))
    async with stage.shown():
        drafts = stage.drafts()
        move = drafts.move

        async def wait(*args: Any) -> None:
            await gate.wait()
            await move(*args)

        drafts.move = wait  # type: ignore[method-assign]
        await stage.say("yes")
        await stage.until(lambda: not stage.composer_text())
        yield stage


async def test_enter_sends_a_text_that_starts_like_the_previous_one() -> None:
    gate = asyncio.Event()
    async with first_taken_away(gate) as stage:
        await stage.say("yes, please")
        await stage.pilot.pause()
        gate.set()
        await stage.until(lambda: len(stage.backend.sent) == 2)
    assert [text for _, text, _ in stage.backend.sent] == ["yes", "yes, please"]


async def test_enter_sends_while_the_previous_draft_is_being_stored() -> None:
    gate, full = asyncio.Event(), AsyncMock(side_effect=StoreError("The disk is full."))
    async with first_taken_away(gate) as stage:
        await stage.say("more")
        await stage.pilot.pause()
        stage.drafts().keep = full  # type: ignore[method-assign]
        gate.set()
        await stage.until(lambda: len(stage.backend.sent) == 2)
    assert [text for _, text, _ in stage.backend.sent] == ["yes", "more"]


@pytest.mark.parametrize("count", [2, 3, 5, 9])
async def test_every_enter_sends_however_many_messages_are_queued(count: int) -> None:
    texts = [f"message{number}" for number in range(count)]
    stage = Stage(ScriptedBackend(*(reply("Good.") for _ in texts)))
    async with stage.shown():
        gate, send = asyncio.Event(), stage.session().send

        async def slowly(*args: Any) -> Turn:
            await gate.wait()
            return await send(*args)

        stage.session().send = slowly  # type: ignore[method-assign]
        for text in texts:
            await stage.press(*text, "enter")
        await stage.press(*"half")
        assert stage.message_to_send() == "".join([*texts, "half"])
        gate.set()
        await stage.until(lambda: len(stage.backend.sent) == count)
        await stage.until(lambda: stage.composer_text() == "half")
    assert [text for _, text, _ in stage.backend.sent] == texts


async def test_messages_and_slash_commands_are_not_merged() -> None:
    stage = Stage(ScriptedBackend(reply("One."), reply("Two.")), gate=asyncio.Event())
    async with stage.shown():
        await stage.press(*"one", "enter")
        for character in "/theme genie-light":
            stage.app.post_message(events.Key(character, character))
        await stage.press("enter")
        await stage.press(*"two", "enter")
        assert stage.app.theme == "genie-light"
        stage.gate.set()
        await stage.until(lambda: len(stage.backend.sent) == 2)
    assert [text for _, text, _ in stage.backend.sent] == ["one", "two"]


async def test_unsendable_messages_stay_on_separate_lines() -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        gate = asyncio.Event()

        async def refuse(*_: Any) -> Turn:
            await gate.wait()
            raise StoreError("The disk is full.")

        stage.session().send = refuse  # type: ignore[method-assign]
        for text in ("one", "two"):
            await stage.press(*text, "enter")
        await stage.press(*"three")
        gate.set()
        await stage.until(lambda: stage.composer_text() == "one\ntwo\nthree")
        assert not stage.is_sending()


async def test_an_edited_held_message_is_not_sent() -> None:
    stage = Stage(ScriptedBackend(reply("One.")), gate=asyncio.Event())
    async with stage.shown():
        await stage.press(*"one", "enter")
        await stage.press("backspace")
        stage.gate.set()
        await stage.until(lambda: stage.is_connected())
        await stage.pilot.pause()
        assert stage.composer_text() == "on"
        await stage.press("enter")
        await stage.until(lambda: len(stage.backend.sent) == 1)
    assert [text for _, text, _ in stage.backend.sent] == ["on"]


async def test_a_sent_message_leaves_the_composer_while_its_conversation_gets_an_id() -> None:
    backend = NamedLater(reply("One."), reply("Two."))
    stage = Stage(backend)
    async with stage.shown():
        session, safe = stage.session(), asyncio.Event()
        hand_over = session.send

        async def send(where: ConversationId | None, text: str, *files: Any) -> Turn:
            turn = await hand_over(where, text, *files)
            await safe.wait()
            return turn

        await stage.say("one")
        await stage.until(lambda: not stage.is_sending())
        session.send = send  # type: ignore[method-assign, assignment]
        await stage.say("two")
        backend.name.set()
        await stage.until(lambda: stage.current_conversation() == "conversation-1")
        safe.set()
        await stage.until(lambda: not stage.composer_text())
        await stage.until(lambda: "Two." in stage.screen())


class NamedLater(ScriptedBackend):
    """Gives a conversation its name when the test wants it."""

    def __init__(self, *scripts: Script) -> None:
        super().__init__(*scripts)
        self.name = asyncio.Event()

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        await self.name.wait()
        return await super().create(options)
