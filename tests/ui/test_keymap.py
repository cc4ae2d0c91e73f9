"""Custom key bindings: read, validated, active, and shown wherever a key is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input, OptionList

from tests.fakes import ScriptedBackend
from tests.ui.stage import Stage
from tui.config import Preferences
from tui.ui.keys.help_screen import HelpScreen
from tui.ui.keys.keymap import KeyProblem, commands, is_key, keymap_of, keys_of, normal
from tui.ui.keys.labels import UNBOUND


def problem(**keys: str) -> str:
    with pytest.raises(KeyProblem) as caught:
        keymap_of({name.replace("__", "."): key for name, key in keys.items()}, "config.toml")
    message = str(caught.value)
    assert message.startswith("config.toml, keys")
    assert "\n" not in message
    return message


def test_errors_in_custom_key_bindings_are_reported_in_one_line() -> None:
    assert "did you mean 'conversation.new' or '" in problem(conversation__neu="ctrl+n")
    assert problem(zzzz="ctrl+n") == (
        "config.toml, keys: unknown name 'zzzz'. Run 'genie-tui doctor --keys' to list all names."
    )
    assert "conversation.new: 'ctrl+nonsense' isn't a valid key" in problem(
        conversation__new="ctrl+nonsense"
    )
    assert "'ctrl+b' is already assigned to pane.sidebar" in problem(conversation__new="ctrl+b")
    assert "'ctrl+q' is already assigned to app.quit" in problem(approval__approve="ctrl+q")
    assert "'n' is reserved for typing" in problem(conversation__new="n")
    assert "'question_mark' is reserved for typing" in problem(app__help="question_mark")


def test_key_bindings_can_be_swapped_shared_by_screens_and_removed() -> None:
    keymap = keymap_of(
        {
            "conversation.new": "ctrl+b",
            "pane.sidebar": "Ctrl+N, ctrl+f11",
            "approval.approve": "y",
            "app.quit": "",
        },
        "config.toml",
    )
    assert keymap == {
        "conversation.new": "ctrl+b",
        "pane.sidebar": "ctrl+n,ctrl+f11",
        "approval.approve": "y",
        "app.quit": UNBOUND,
    }
    assert keys_of(commands()["app.quit"], keymap) == ()


def test_the_default_key_bindings_have_no_conflict() -> None:
    assert keymap_of({name: ",".join(c.keys) for name, c in commands().items()}, "config.toml")


@given(st.sampled_from(["ctrl", "alt", "shift"]), st.sampled_from(["n", "f5", "pageup", "slash"]))
def test_different_spellings_of_a_key_are_the_same(modifier: str, key: str) -> None:
    assert normal(f"{modifier.capitalize()}+{key.capitalize()}") == f"{modifier}+{key}"
    assert is_key(f"{modifier}+{key}")


@given(st.text(max_size=12))
def test_any_text_is_a_key_name_or_an_error(text: str) -> None:
    assert is_key(text) in (True, False)


async def test_custom_key_bindings_are_active_and_shown_everywhere() -> None:
    keys = keymap_of(
        {"conversation.new": "ctrl+f8", "app.help": "ctrl+f2", "pane.timeline": ""}, "c.toml"
    )
    stage = Stage(ScriptedBackend(), preferences=Preferences(keys=keys))
    async with stage.shown(160):
        await stage.until(lambda: "Ctrl+F8" in stage.screen())
        assert "Ctrl+N" not in stage.screen()
        assert "Timeline" not in stage.screen().splitlines()[-1]
        await stage.press("ctrl+f2")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        stage.app.screen.query_one(Input).value = "conversation.new"
        await stage.until(lambda: "Ctrl+F8" in stage.screen())
        await stage.press("escape", "escape")
        await stage.until(lambda: stage.is_chat_in_front())


async def test_the_keys_for_send_and_new_line_can_be_swapped() -> None:
    keys = keymap_of({"composer.send": "ctrl+f9", "composer.newline": "enter"}, "config.toml")
    stage = Stage(ScriptedBackend(), preferences=Preferences(keys=keys))
    async with stage.shown():
        await stage.press("a", "enter", "b")
        assert stage.composer_text() == "a\nb"
        await stage.press("ctrl+f9")
        await stage.until(lambda: "send" in stage.backend.calls)


async def test_help_finds_a_key_and_runs_its_action() -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        await stage.press("f1")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        shown = stage.app.screen.query_one(OptionList)
        await stage.until(lambda: shown.option_count > 20)
        before = stage.is_sidebar_shown()
        await stage.press(*"sidebar", "space", *"show", "enter")
        await stage.until(lambda: stage.is_chat_in_front())
        await stage.until(lambda: stage.is_sidebar_shown() is not before)
