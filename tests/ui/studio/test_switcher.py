"""Genie switcher."""

from __future__ import annotations

import subprocess
import sys

from tests.fakes import ScriptedBackend, finished, started
from tests.studio.scripted_studio import ScriptedStudio, genie
from tests.ui.stage import Stage
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.agents import GenieSource
from tui.core.errors import BackendError, ErrorKind
from tui.ui.studio.switcher import GenieSwitcher
from tui.ui.toolkit.confirm import ConfirmModal


def a_studio() -> ScriptedStudio:
    return ScriptedStudio(
        [genie("Ifrit"), genie("Asleep", state="stopped"), genie("Lampless", chat="")]
    )


async def opened(stage: Stage) -> None:
    await stage.press("f6")
    await stage.until(lambda: isinstance(stage.app.screen, GenieSwitcher))
    await stage.until(lambda: "3 genies" in stage.screen())


async def confirmed(stage: Stage, words: str) -> None:
    await stage.until(lambda: isinstance(modal := stage.app.screen, ConfirmModal) and modal)
    modal = stage.app.screen
    assert isinstance(modal, ConfirmModal)
    await stage.until(lambda: words in " ".join(stage.screen().split()))
    await stage.until(lambda: not modal.is_deaf)


async def test_a_genie_is_found_by_its_name_and_selected() -> None:
    studio = a_studio()
    studio.people.append(genie(f"Marid {HOSTILE}"))
    stage = Stage(studio=studio)
    async with stage.shown():
        await stage.press("f6")
        await stage.until(lambda: "4 genies" in stage.screen())
        await stage.press(*"mari")
        await stage.until(lambda: "1 of 4 genies" in stage.screen())
        assert not set(stage.screen()) & set(UNSAFE)
        before = stage.session()
        await stage.press("enter")
        await stage.until(lambda: len(stage.used) == 1)
        await stage.until(lambda: stage.is_connected() and stage.session() is not before)
        await stage.until(lambda: "What can Marid" in stage.screen())
        assert "Message Marid" in stage.screen()
        assert not set(stage.screen()) & set(UNSAFE)
        await stage.until(lambda: "config.toml" in stage.screen())


async def test_an_environment_variable_that_overrides_the_genie_is_reported() -> None:
    studio = ScriptedStudio([genie("Ifrit"), genie("Marid")])
    stage = Stage(studio=studio, kept=GenieSource("config.toml", "GENIE_TUI_GENIE"))
    async with stage.shown():
        await stage.press("f6")
        await stage.until(lambda: "2 genies" in stage.screen())
        await stage.press(*"mari")
        await stage.until(lambda: "1 of 2 genies" in stage.screen())
        await stage.press("enter")
        await stage.until(lambda: "GENIE_TUI_GENIE sets a different" in stage.screen())


async def test_a_genie_that_cannot_reply_is_started_after_confirmation() -> None:
    studio = a_studio()
    stage = Stage(studio=studio)
    async with stage.shown(80, 24):
        await opened(stage)
        await stage.press("down", "down", "enter")
        await confirmed(stage, "Lampless has no client")
        await stage.press("n")
        await stage.until(lambda: isinstance(stage.app.screen, GenieSwitcher))
        assert stage.used == []
        await stage.press("up", "enter")
        await confirmed(stage, "Asleep is stopped")
        assert studio.calls == []
        await stage.press("y")
        await stage.until(lambda: stage.used == ["gin-Asleep"])
        assert studio.calls == [("start", "gin-Asleep")]


async def test_genie_states_have_symbol_and_word_and_ctrl_s_only_starts() -> None:
    stage = Stage(studio=a_studio())
    async with stage.shown():
        await opened(stage)
        rows = [" ".join(text.split()) for text in stage.screen().splitlines()]
        for row in ("▶ Ifrit in use started", "■ Asleep stopped", "◇ Lampless started, no client"):
            assert any(row in shown for shown in rows), row
        await stage.press("down", "ctrl+s")
        await stage.until(lambda: "Asleep started." in stage.screen())
        assert "▶ Asleep" in stage.screen()
        await stage.press("ctrl+s")
        await stage.until(lambda: "already" in stage.screen())
        await stage.press("up", "enter")
        await stage.until(lambda: "You're already talking to Ifrit." in stage.screen())
        assert stage.is_chat_in_front()
        assert stage.used == []


async def test_a_failure_is_explained_and_f5_refreshes() -> None:
    studio = a_studio()
    studio.failures["genies.list"] = BackendError(
        ErrorKind.FORBIDDEN,
        "The token doesn't have permission to do that",
        hint="Add the endpoint to its role.",
    )
    stage = Stage(studio=studio)
    async with stage.shown():
        await stage.say("/switch")
        await stage.until(
            lambda: "✗ The token doesn't have permission to do that" in stage.screen()
        )
        studio.failures.clear()
        await stage.press("f5")
        await stage.until(lambda: "3 genies" in stage.screen())


async def test_without_a_token_the_missing_setting_is_named() -> None:
    stage = Stage(ScriptedBackend([started(), finished()]))
    async with stage.shown():
        await stage.say("Hello?")
        await stage.until(lambda: "Check that the genie is started" in stage.screen())
        assert "Start genie" not in stage.screen()
        assert not stage.is_action_offered("start_genie")
        for key in ("f6", "f5"):
            await stage.press(key)
            await stage.until(lambda: "developer_token" in stage.screen())
            shown = " ".join(stage.banner_text().split())
            assert "GENIE_TUI_DEVELOPER_TOKEN" in shown
            assert "key that you chat with" in shown
            assert stage.is_chat_in_front()
            await stage.press("escape")
            await stage.until(lambda: "developer_token" not in stage.screen())


async def test_a_stopped_genie_without_replies_can_be_started_by_key_and_mouse() -> None:
    studio = ScriptedStudio([genie("Ifrit", state="stopped")])
    stage = Stage(ScriptedBackend([started(), finished()]), studio=studio)
    async with stage.shown():
        assert not stage.is_action_offered("start_genie")
        await stage.say("Hello?")
        await stage.until(lambda: "F10 Start genie" in stage.screen())
        await stage.press("f10")
        await stage.until(lambda: "Genie started. Press Up" in stage.screen())
        assert studio.calls == [("start", "gin-Ifrit")]
        await stage.until(lambda: "F10 Start genie" in stage.screen())
        lines = stage.screen().splitlines()
        y = next(y for y, text in enumerate(lines) if "F10 Start genie" in text)
        await stage.pilot.click(offset=(lines[y].index("Start genie") + 2, y))
        await stage.until(lambda: "The genie is running" in stage.screen())


def test_no_studio_data_is_loaded_before_it_is_opened() -> None:
    code = (
        "import sys, tui.ui.app.app, tui.ui.transcript.transcript;"
        "print(*(name for name in sys.modules if name.startswith(('tui.ui.studio', 'tui.studio'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"tui.ui.studio", "tui.ui.studio.connection"}
