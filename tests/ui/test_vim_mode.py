"""Vim keys in the composer: modes, sending, pastes, drafts, undo and the cursor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.config import Preferences
from tui.system.terminal import Terminal

pytestmark = pytest.mark.slow


@pytest.fixture
def stage() -> Stage:
    backend = ScriptedBackend(reply("Hello."), reply("Again."))
    return Stage(backend, preferences=Preferences(vim=True))


async def test_the_composer_starts_in_insert_mode_and_says_so(stage: Stage) -> None:
    async with stage.shown():
        assert stage.key_mode() == "INSERT"
        await stage.pilot.press(*"dw", "escape")
        assert (stage.composer_text(), stage.key_mode()) == ("dw", "NORMAL")
        await stage.pilot.press("0", "2", "d")
        assert stage.key_mode() == "NORMAL 2d"
        await stage.pilot.press("l")
        assert (stage.composer_text(), stage.key_mode()) == ("", "NORMAL")
        await stage.pilot.press("v")
        assert stage.key_mode() == "VISUAL"


async def test_without_the_setting_keys_are_text() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.pilot.press(*"dd", "escape", *"dd")
        assert (stage.composer_text(), stage.key_mode()) == ("dddd", "")


async def test_letters_are_never_typed_in_normal_mode(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press("escape", *"qQzm:&é")
        assert stage.composer_text() == ""


async def test_enter_sends_from_both_modes_and_the_next_message_is_inserted(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"one", "escape", "enter")
        await stage.until(lambda: len(stage.backend.sent) == 1)
        await stage.until(lambda: stage.composer_text() == "")
        assert stage.key_mode() == "INSERT"
        await stage.pilot.press(*"two", "enter")
        await stage.until(lambda: len(stage.backend.sent) == 2)
        assert [text for _, text, _ in stage.backend.sent] == ["one", "two"]


async def test_what_was_sent_does_not_come_back_by_undo(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"one", "enter")
        await stage.until(lambda: bool(stage.backend.sent) and stage.composer_text() == "")
        await stage.pilot.press("escape", "u")
        assert stage.composer_text() == ""


async def test_undo_redo_and_repeat(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"one two three", "escape", "0", *"dw.")
        assert stage.composer_text() == "three"
        await stage.pilot.press("u", "u")
        assert stage.composer_text() == "one two three"
        await stage.pilot.press("ctrl+r")
        assert stage.composer_text() == "two three"
        await stage.pilot.press("ctrl+z")  # undoes the redo, as any other change
        assert stage.composer_text() == "one two three"


async def test_a_paste_chip_is_one_character(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"a ")
        stage.paste("line\n" * 20)
        await stage.until(lambda: "Pasted text" in stage.composer_text())
        await stage.pilot.press(*" b", "escape", "0", "w", "x", "$", "p")
        assert stage.composer_text() == "a  b[Pasted text #1 · 20 lines]"
        assert stage.message_to_send() == "a  b" + "line\n" * 20


async def test_a_paste_in_normal_mode_is_inserted_and_can_be_undone(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"one two", "escape", "0", "v", "e")
        stage.paste("1")
        await stage.until(lambda: stage.composer_text() == "1 two")
        await stage.pilot.press("u")
        assert stage.composer_text() == "one two"


async def test_the_plus_register_is_the_clipboard_of_the_app(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"one", "escape", *'"+yy')
        await stage.until(lambda: stage.app.clipboard == "one\n")
        stage.app.copy_to_clipboard("new")
        await stage.pilot.press(*'0"+P')
        assert stage.composer_text() == "newone"


async def test_ctrl_c_copies_what_is_selected_with_the_character_under_the_cursor(
    stage: Stage,
) -> None:
    async with stage.shown():
        await stage.pilot.press(*"one two", "escape", "0", "v", "e", "ctrl+c")
        await stage.until(lambda: stage.app.clipboard == "one")
        assert (stage.composer_text(), stage.key_mode()) == ("one two", "NORMAL")


async def test_k_on_the_first_line_recalls_a_message(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"first", "enter")
        await stage.until(lambda: bool(stage.backend.sent) and stage.composer_text() == "")
        await stage.pilot.press("escape", "k")
        await stage.until(lambda: stage.composer_text() == "first")
        await stage.pilot.press("j")
        assert stage.composer_text() == ""


async def test_keys_with_control_keep_their_meaning(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press(*"one", "escape", "d", "ctrl+j")
        assert stage.composer_text() == "on\ne"
        await stage.pilot.press("d", "ctrl+p")
        await stage.until(lambda: not stage.is_chat_in_front())
        await stage.pilot.press("escape")
        assert stage.composer_text() == "on\ne"


async def test_escape_closes_the_completion_before_it_leaves_the_insert_mode(stage: Stage) -> None:
    async with stage.shown():
        await stage.pilot.press("/")
        await stage.until(stage.are_completions_shown)
        await stage.pilot.press("escape")
        assert (stage.key_mode(), stage.are_completions_shown()) == ("INSERT", False)
        await stage.pilot.press("escape")
        assert stage.key_mode() == "NORMAL"
        await stage.pilot.press("h", "l", "A")
        assert stage.key_mode() == "INSERT"


async def test_the_cursor_is_a_bar_where_the_terminal_has_one() -> None:
    terminal = Terminal()
    assert "\x1b[6 q" in terminal.cursor("bar")
    assert terminal.restore_cursor == "\x1b[0 q"
    console = replace(terminal, titled=False)
    assert (console.cursor("bar"), console.restore_cursor) == ("", "")
