"""Command palette and theme picker."""

from __future__ import annotations

import asyncio

from textual.widgets import Input

from tests.fakes import WORKSHOP, ScriptedBackend, finished, said, started
from tests.ui.stage import Stage
from tui.config import Preferences, data_dir
from tui.system.terminal import Terminal
from tui.ui.keys.palette import CommandPalette, PaletteCommand, RecentCommands, grouped
from tui.ui.theme.picker import ThemePicker


def names(stage: Stage) -> list[str]:
    """Return the rows of the open list, without their indent."""
    assert isinstance(stage.app.screen, CommandPalette | ThemePicker)
    return [str(option.prompt).strip() for option in stage.app.screen.rows.options]


async def open_palette(stage: Stage) -> None:
    await stage.press("ctrl+p")
    await stage.until(lambda: isinstance(stage.app.screen, CommandPalette) and names(stage))


async def open_themes(stage: Stage) -> None:
    stage.app.action_change_theme()
    await stage.until(lambda: isinstance(stage.app.screen, ThemePicker) and names(stage))


def command(id_: str) -> PaletteCommand:
    return PaletteCommand(id_, id_, lambda: None)


def test_commands_are_grouped_and_those_of_the_moment_come_first() -> None:
    ids = ("app.quit", "conversation.new", "pane.sidebar", "turn.halt", "studio.open")
    groups = list(grouped([command(id_) for id_ in ids], recent=["pane.sidebar", "gone.command"]))
    assert [(group, found.id) for group, found in groups] == [
        ("Suggested", "turn.halt"),
        ("Suggested", "pane.sidebar"),
        ("Suggested", "conversation.new"),
        ("System", "app.quit"),
        ("System", "studio.open"),
    ]


async def test_stopping_is_suggested_only_while_the_agent_works() -> None:
    gate = asyncio.Event()
    script = [started(), gate, said("Done"), finished()]
    stage = Stage(ScriptedBackend(script, can=WORKSHOP))
    async with stage.shown():
        await open_palette(stage)
        assert not any("Ask the agent to stop" in name for name in names(stage))
        await stage.press("escape")
        await stage.say("hi")
        await stage.until(lambda: "Esc to stop" in stage.working_text())
        await open_palette(stage)
        assert names(stage)[0] == "Suggested"
        assert names(stage)[1].startswith("Ask the agent to stop")
        gate.set()


async def test_a_used_command_is_suggested_at_the_next_start() -> None:
    stage = Stage()
    async with stage.shown():
        before = stage.is_sidebar_shown()
        await open_palette(stage)
        await stage.press(*"hide the side", "enter")
        await stage.until(lambda: stage.is_sidebar_shown() is not before)
    assert RecentCommands(data_dir() / "recent-commands.json").read() == ["pane.sidebar"]
    again = Stage()
    async with again.shown():
        await open_palette(again)
        assert names(again)[1].startswith("Show or hide the sidebar")


async def test_typing_filters_and_escape_clears_before_it_closes() -> None:
    stage = Stage()
    async with stage.shown():
        await open_palette(stage)
        await stage.press(*"time")
        await stage.until(lambda: names(stage)[0].startswith("Show or hide the time"))
        await stage.press(*"zzz")
        await stage.until(lambda: names(stage) == ["No matching commands."])
        await stage.press("enter")
        assert isinstance(stage.app.screen, CommandPalette)
        await stage.press("escape")
        assert stage.app.screen.query_one(Input).value == ""
        await stage.press("escape")
        await stage.until(stage.is_chat_in_front)


async def test_the_palette_key_closes_the_palette() -> None:
    stage = Stage()
    async with stage.shown():
        await open_palette(stage)
        await stage.press("ctrl+p")
        await stage.until(stage.is_chat_in_front)


async def test_a_theme_is_previewed_and_escape_returns_to_the_old_one() -> None:
    stage = Stage(theme="genie-dark")
    saved: list[str] = []
    stage.app._save_setting = lambda _key, value: saved.append(str(value))
    async with stage.shown():
        await open_themes(stage)
        assert names(stage)[0] == "Genie"
        assert "Esc back to Dark" in stage.screen()
        await stage.press("down")
        await stage.until(lambda: stage.app.theme == "genie-light")
        await stage.press("escape")
        await stage.until(stage.is_chat_in_front)
        assert stage.app.theme == "genie-dark"
        assert not saved


async def test_enter_keeps_the_theme_and_saves_it_once() -> None:
    stage = Stage(theme="genie-dark")
    saved: list[str] = []
    stage.app._save_setting = lambda _key, value: saved.append(str(value))
    async with stage.shown():
        await open_themes(stage)
        await stage.press("down", "down", "enter")
        await stage.until(stage.is_chat_in_front)
        assert stage.app.theme == "genie-ember"
        assert saved == ["genie-ember"]


async def test_following_the_terminal_can_be_chosen_again() -> None:
    stage = Stage(theme="genie-ember", terminal=Terminal(dark=False))
    saved: list[str] = []
    stage.app._save_setting = lambda _key, value: saved.append(str(value))
    async with stage.shown():
        await open_themes(stage)
        await stage.press("home", "enter")
        await stage.until(stage.is_chat_in_front)
        assert (stage.app.theme, saved) == ("genie-light", ["auto"])


async def test_themes_for_few_colors_are_offered_only_where_they_are_needed() -> None:
    for colors, offered in ((1 << 24, False), (16, True)):
        stage = Stage(preferences=Preferences(), terminal=Terminal(colours=colors))
        async with stage.shown():
            await open_themes(stage)
            assert any(name.startswith("16 colors") for name in names(stage)) is offered
            assert not any(name.startswith("No color") for name in names(stage))
            assert not any("genie-" in name for name in names(stage))  # all have a label
            await stage.press("escape")
            await stage.until(stage.is_chat_in_front)
