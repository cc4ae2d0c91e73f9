"""Single-line input handles keys of one read as if they came one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.ui.stage import Stage
from tui.ui.sidebar.export import ExportModal
from tui.ui.toolkit.field import TextInput

KEYS = (
    *"abc d",
    "backspace",
    "left",
    "right",
    "home",
    "end",
    "delete",
    "ctrl+k",
    "ctrl+u",
    "ctrl+w",
)


class OneLine(App[None]):
    def compose(self) -> ComposeResult:
        yield TextInput()


async def typed(pilot: Pilot[None], keys: list[str], *, at_once: bool) -> tuple[str, int]:
    field = pilot.app.query_one(TextInput)
    field.value = ""
    for key in keys:
        pilot.app.post_message(
            events.Key(key, " " if key == "space" else key if len(key) == 1 else None)
        )
        if not at_once:
            await pilot.pause()
    await pilot.pause()
    return field.value, field.cursor_position


@given(st.lists(st.lists(st.sampled_from(KEYS), max_size=15), min_size=1, max_size=10))
@settings(max_examples=10, deadline=None)
async def test_keys_of_one_read_act_as_if_typed_one_by_one(typings: list[list[str]]) -> None:
    app = OneLine()
    async with app.run_test() as pilot:
        for keys in typings:
            alone = await typed(pilot, keys, at_once=False)
            assert await typed(pilot, keys, at_once=True) == alone


async def test_a_multiline_paste_becomes_one_line() -> None:
    app = OneLine()
    async with app.run_test() as pilot:
        field = app.query_one(TextInput)
        await pilot.press(*"ab", "left")
        field.post_message(events.Paste("\none\ntwo\n"))
        await pilot.pause()
        assert field.value == "aone twob"


async def test_a_path_typed_right_after_ctrl_k_is_complete() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.say("hello")
        await stage.until(lambda: not stage.is_sending() and stage.current_conversation())
        await stage.press("f7")
        await stage.until(lambda: isinstance(stage.app.screen, ExportModal))
        for key in ("home", "ctrl+k", *"notes.md"):
            stage.app.post_message(events.Key(key, key if len(key) == 1 else None))
        field = stage.app.screen.query_one(TextInput)
        await stage.until(lambda: field.value == "notes.md")
