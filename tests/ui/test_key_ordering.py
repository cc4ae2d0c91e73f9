"""Keys that arrive in one read are handled in the order in which they were pressed."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Any

import pytest
from textual import events

from tests.fakes import NOW_MS, MemoryStore, ScriptedBackend, reply
from tests.ui.stage import Stage, conversation
from tui.core.ids import ConversationId
from tui.core.turn import Turn
from tui.ui.keys import ordering
from tui.ui.keys.help_screen import HelpScreen
from tui.ui.keys.palette import CommandPalette

HERE = ConversationId("c1")


def stage_with_a_conversation() -> Stage:
    return Stage(
        ScriptedBackend(reply("Hello"), reply("Good day")),
        store=MemoryStore([conversation(HERE, "Laptop", NOW_MS)]),
    )


def read(stage: Stage, *keys: str) -> None:
    """Hand over keys as they are when the terminal's whole input is read at once."""
    for key in keys:
        stage.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_a_message_is_sent_to_its_conversation_before_a_new_one_starts() -> None:
    stage = stage_with_a_conversation()
    async with stage.shown():
        stage.go_to(HERE)
        await stage.until(lambda: stage.current_conversation() == HERE)
        read(stage, *"hi", "enter", "ctrl+n")
        await stage.until(lambda: stage.current_conversation() is None)
        assert [(cid, text) for cid, text, _ in stage.backend.sent] == [(HERE, "hi")]
        assert stage.composer_text() == ""
        assert not stage.store.drafts.get(HERE)


async def test_a_conversation_being_created_is_left_for_the_next_one() -> None:
    stage = stage_with_a_conversation()
    async with stage.shown():
        read(stage, *"hi", "enter", "ctrl+n")
        await stage.until(lambda: stage.backend.sent and stage.is_welcome_shown())
        await stage.until(lambda: not stage.is_sending())
        assert stage.current_conversation() is None
        await stage.say("ho")
        await stage.until(lambda: len(stage.backend.sent) == 2)
        (one, *_), (two, *_) = stage.backend.sent
        assert one != two


async def test_several_messages_are_all_sent_before_a_new_conversation_starts() -> None:
    stage = stage_with_a_conversation()
    async with stage.shown():
        stage.go_to(HERE)
        await stage.until(lambda: stage.current_conversation() == HERE)
        read(stage, *"hi", "enter", *"ho", "enter", "ctrl+n")
        await stage.until(lambda: stage.current_conversation() is None)
        await stage.until(lambda: len(stage.backend.sent) == 2)
        assert [(cid, text) for cid, text, _ in stage.backend.sent] == [(HERE, "hi"), (HERE, "ho")]


async def test_text_typed_after_ctrl_n_is_for_the_new_conversation() -> None:
    stage = stage_with_a_conversation()
    async with stage.shown():
        stage.go_to(HERE)
        await stage.until(lambda: stage.current_conversation() == HERE)
        read(stage, *"hi", "enter", "ctrl+n", *"ho", "enter", "ctrl+n", *"half")
        await stage.until(lambda: len(stage.backend.sent) == 2)
        await stage.until(lambda: stage.composer_text() == "half")
        assert stage.current_conversation() is None
        (one, hi, _), (two, ho, _) = stage.backend.sent
        assert (one, hi, ho) == (HERE, "hi", "ho")
        assert two != HERE
        assert not stage.store.drafts.get(HERE)


async def test_text_typed_after_a_key_that_opens_a_dialog_goes_there() -> None:
    stage = Stage()
    async with stage.shown():
        read(stage, *"hi", "ctrl+p", *"them")
        await stage.until(lambda: isinstance(stage.app.screen, CommandPalette))
        await stage.until(lambda: "them" in stage.screen())
        assert stage.composer_text() == "hi"


async def test_text_typed_after_a_slash_command_is_not_lost() -> None:
    stage = stage_with_a_conversation()
    async with stage.shown():
        stage.go_to(HERE)
        await stage.until(lambda: stage.current_conversation() == HERE)
        read(stage, *"/pin", "enter", *"/rename Mine", "enter", *"hi", "enter", *"half")
        await stage.until(lambda: stage.composer_text() == "half")
        assert [text for _, text, _ in stage.backend.sent] == ["hi"]
        assert stage.store.listed[HERE].pinned
        await stage.until(lambda: stage.store.listed[HERE].given_name == "Mine")


async def test_an_editor_opened_right_after_a_message_begins_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    async def edited(text: str, command: list[str]) -> str:
        opened.append(text)
        return text + "!"

    monkeypatch.setattr("tui.ui.terminal.suspend.edited", edited)
    monkeypatch.setenv("VISUAL", "some-editor")
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        monkeypatch.setattr(stage.app, "suspend", nullcontext)
        send, is_stored = stage.session().send, asyncio.Event()

        async def send_slowly(*message: Any) -> Turn:
            await is_stored.wait()
            return await send(*message)

        monkeypatch.setattr(stage.session(), "send", send_slowly)
        read(stage, *"hi", "enter", "alt+e")
        await stage.until(stage.is_sending)
        await stage.pilot.pause()
        is_stored.set()
        await stage.until(lambda: opened)
        await stage.until(lambda: stage.composer_text() == "!")
        assert opened == [""]
        assert [text for _, text, _ in stage.backend.sent] == ["hi"]


async def test_a_message_recalled_right_after_another_one_does_not_keep_that_from_leaving() -> None:
    stage = Stage(ScriptedBackend(reply("Hello"), reply("Good day")))
    async with stage.shown():
        await stage.say("first")
        await stage.until(lambda: "Hello" in stage.screen())
        await stage.until(lambda: not stage.is_sending())
        read(stage, *"second", "enter", "up")
        await stage.until(lambda: len(stage.backend.sent) == 2)
        await stage.until(lambda: stage.composer_text() == "first")
        assert [text for _, text, _ in stage.backend.sent] == ["first", "second"]


async def test_a_draft_typed_just_before_quit_is_kept() -> None:
    stage = Stage()
    async with stage.shown():
        read(stage, *"half", "ctrl+q")
        await stage.until(lambda: stage.store.drafts.get(None) == "half")


async def test_a_message_sent_just_before_quit_is_in_the_outbox() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        read(stage, *"half", "enter", "ctrl+q")
        await stage.until(lambda: stage.has_exited())
    assert [record.prompt.text for record in await stage.store.unfinished()] == ["half"]
    assert not any(stage.store.drafts.values())


async def test_a_hung_widget_does_not_block_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "_LONGEST_S", 0.01)
    stage, hung = Stage(), asyncio.Event()
    async with stage.shown():
        stage.block_composer(hung.wait)
        read(stage, "f1")
        try:
            for _ in range(100):
                await asyncio.sleep(0.005)
                if isinstance(stage.app.screen, HelpScreen):
                    break
            assert isinstance(stage.app.screen, HelpScreen)
        finally:
            hung.set()
