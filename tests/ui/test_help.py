"""Help screen: first steps, keys of this backend, legend."""

from __future__ import annotations

from textual.widgets import OptionList

from tests.fakes import WORKSHOP, ScriptedBackend
from tests.ui.stage import Stage
from tui.config import Preferences
from tui.core.ports import Capability
from tui.ui.keys.help_screen import HelpScreen
from tui.ui.keys.keymap import commands
from tui.ui.keys.registry import exists_with


async def open_help(stage: Stage, words: str = "") -> None:
    await stage.press("f1")
    await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
    await stage.until(lambda: rows(stage))
    if words:
        before = rows(stage)
        await stage.press(*("space" if letter == " " else letter for letter in words))
        await stage.until(lambda: rows(stage) != before)


def rows(stage: Stage) -> list[str]:
    return [str(option.prompt) for option in stage.app.screen.query_one(OptionList).options]


async def test_help_begins_with_first_steps_and_ends_with_the_legend() -> None:
    stage = Stage()
    async with stage.shown():
        await open_help(stage)
        assert rows(stage)[0] == "First steps"
        assert rows(stage)[1].split() == [
            "Enter",
            "Send",
            "your",
            "message;",
            "the",
            "reply",
            "appears",
            "above",
            "it",
        ]
        legend = rows(stage)[rows(stage).index("What the glyphs mean") :]
        assert any("◆" in row and "waits for your approval" in row for row in legend)


async def test_first_steps_are_complete_in_a_terminal_of_80_columns() -> None:
    stage = Stage()
    async with stage.shown(80, 24):
        await open_help(stage)
        steps = rows(stage)[: rows(stage).index("General")]
        assert len(steps) > 5
        assert [step for step in steps if "…" in step] == []


async def test_names_for_the_configuration_file_are_behind_a_key() -> None:
    stage = Stage()
    async with stage.shown():
        await open_help(stage)
        assert not any("composer.send" in row for row in rows(stage))
        await stage.press("f2")
        assert any("composer.send" in row for row in rows(stage))
        assert "[keys]" in stage.screen()
        await stage.press("f2")
        assert not any("composer.send" in row for row in rows(stage))


async def test_a_command_is_found_by_its_name_for_the_configuration_file() -> None:
    stage = Stage()
    async with stage.shown():
        await open_help(stage, "pane.sidebar")
        assert any("Ctrl+B" in row for row in rows(stage))


async def test_keys_of_another_backend_are_left_out() -> None:
    genie = Stage(ScriptedBackend())
    async with genie.shown():
        await open_help(genie)
        assert not any("Install and remove skills" in row for row in rows(genie))
        assert any("Attach files" in row for row in rows(genie))
    workflows = Stage(ScriptedBackend(can=WORKSHOP))
    async with workflows.shown():
        await open_help(workflows)
        assert any("Install and remove skills" in row for row in rows(workflows))
        assert any("Stop the agent while it works" in row for row in rows(workflows))


def test_every_command_exists_somewhere() -> None:
    """An id in the table that no command has would hide nothing, or the wrong thing."""
    everything = ~Capability.NOTHING
    for id_ in commands():
        found = exists_with(id_, everything, has_studio=True, has_account=True)
        assert found or id_.startswith("setup.")


async def test_enter_on_a_glyph_runs_nothing() -> None:
    stage = Stage()
    async with stage.shown():
        await open_help(stage, "waits for your approval")
        await stage.press("enter")
        assert isinstance(stage.app.screen, HelpScreen)


async def test_vim_keys_are_listed_if_the_composer_has_them() -> None:
    stage = Stage(preferences=Preferences(vim=True))
    async with stage.shown():
        await open_help(stage, "vim")
        assert any("Delete, change, copy, indent" in row for row in rows(stage))
    stage = Stage()
    async with stage.shown():
        await open_help(stage)
        assert not any("Vim keys" in row for row in rows(stage))
