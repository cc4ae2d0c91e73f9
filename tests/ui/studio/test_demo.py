"""End to end: the app, the Developer API client, and the demo server's genies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screenshots.watch import text_of
from tests.ui.widget_app import PATIENCE_S
from tui.bootstrap import target_of_demo
from tui.bootstrap.demo import profile_of_demo
from tui.bootstrap.profiles import use_genie
from tui.config import Profile
from tui.core.agents import GenieSource
from tui.demo.seed import STOPPED_GENIE
from tui.demo.server import DemoServer, DemoSettings
from tui.studio.models import GenieId
from tui.ui.app.app import GenieApp
from tui.ui.studio.connection import StudioConnection
from tui.ui.toolkit.guarded_modal import GuardedModal


async def seen(pilot: Pilot[None], true: Callable[[str], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if true(text_of(pilot)):
            return
        await pilot.pause(0.01)
    raise AssertionError(text_of(pilot))


async def test_a_genie_is_started_given_a_guardrail_and_chatted_with() -> None:
    with DemoServer(DemoSettings(speed=0, seed=7)) as server:
        place = target_of_demo(server)
        connection = StudioConnection(place.studio, place.use_genie, place.genie)
        app = GenieApp(
            place.connect, agent_name="Ifrit", user_name="Ada", place="demo", studio=connection
        )
        async with app.run_test(size=(120, 50), notifications=True) as pilot:
            await seen(pilot, lambda text: "● online" in text)
            await pilot.press("f5")
            await seen(pilot, lambda text: "Custom word filter" in text)
            await pilot.press("tab", "down", "tab", "end")
            await seen(pilot, lambda text: "■ stopped" in text and "gin-Asleep01" in text)
            await pilot.press("s")
            await seen(pilot, lambda text: "Asleep started." in text)
            await pilot.press("tab", "up", "tab")
            await seen(pilot, lambda text: "Profanity filter" in text)
            await pilot.press("end", "up", "enter")
            await seen(pilot, lambda text: "Profanity filter of Ifrit" in text)
            await pilot.press("left", "ctrl+s")
            await seen(pilot, lambda text: "+ enabled: true" in text)
            modal = app.screen
            assert isinstance(modal, GuardedModal)
            await seen(pilot, lambda text: not modal.is_deaf)
            await pilot.press("y")
            await seen(pilot, lambda text: "Replaced Profanity filter of Ifrit." in text)
            await pilot.press("tab", "down", "u")
            await seen(pilot, lambda text: "What can Asleep do for you?" in text)
            await seen(pilot, lambda text: "● online" in text)
            assert connection.genie == STOPPED_GENIE
            studio = await connection.client()
            assert (await studio.genies.get(GenieId(STOPPED_GENIE))).started
            await connection.aclose()


def test_the_selected_genie_is_saved_and_config_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '# mine\ndefault_profile = "work"\n[profiles.work]\nbase_url = "https://example.com"\n'
        'genie = "gin-1"  # the old one\n'
    )
    with DemoServer(DemoSettings(speed=0)) as server:
        profile = profile_of_demo(server)
    _, kept = use_genie(replace(profile, label="work"), path, "gin-2")
    assert kept == GenieSource(str(path))
    assert 'genie = "gin-2"  # the old one' in path.read_text()
    assert "# mine" in path.read_text()
    before = path.read_text()
    _, kept = use_genie(replace(profile, label="elsewhere"), path, "gin-3")
    assert (kept, path.read_text()) == (GenieSource(), before)


def test_an_environment_variable_that_names_another_genie_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = Profile(label="work")
    for value, overruled_by in (("gin-1", "GENIE_TUI_GENIE"), ("gin-2", ""), ("", "")):
        monkeypatch.setenv("GENIE_TUI_GENIE", value)
        _, kept = use_genie(profile, tmp_path / "config.toml", "gin-2")
        assert kept == GenieSource(overruled_by=overruled_by)
