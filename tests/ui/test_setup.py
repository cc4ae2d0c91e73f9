"""First run: the demo, or a profile that is validated while typed and before it is saved."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.textual_internals import screen_text
from tests.ui.widget_app import settle
from tui.config import Profile
from tui.core.diagnostics import STEPS, CheckResult, Step
from tui.core.errors import StoreError
from tui.core.secrets import Secret
from tui.studio.user_check import UserCheck, describe_user
from tui.ui.app.setup_app import SetupApp
from tui.ui.toolkit.field import Field

KEY = "c0ffee" * 10


@dataclass
class ScriptedHelp:
    """Finds that all is well up to the step it is told."""

    fails_at: Step | None = None
    keyring_problem: StoreError | None = None
    examined: list[Profile] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    async def examine(self, profile: Profile) -> AsyncGenerator[CheckResult]:
        self.examined.append(profile)
        for step in STEPS:
            if step == self.fails_at:
                yield CheckResult(step, "bad", "it does not work", "Mend it.")
                return
            yield CheckResult(step, "good", "fine")

    async def key_storage(self, profile_name: str) -> str:
        return "the keyring (Test)"

    async def keep_key(self, profile_name: str, key: Secret) -> None:
        if self.keyring_problem:
            raise self.keyring_problem
        self.kept[profile_name] = key.get_secret_value()

    async def find_user(self, profile: Profile, email: str) -> UserCheck:
        return describe_user(email, ())


class Scene:
    def __init__(self, app: SetupApp, pilot: Pilot[str], help_: ScriptedHelp) -> None:
        self.app, self.pilot, self.help = app, pilot, help_

    async def type(self, key: str, text: str) -> None:
        """Write into the field of a key, in place of what is there."""
        field = self.app.screen.query_one(f"#{key.replace('_', '-')}", Field)
        field.focus_input()
        field.query_one(Input).value = text
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, words: str) -> None:
        await settle(self.pilot, lambda: words in self.text)

    @property
    def text(self) -> str:
        return screen_text(self.app)


@asynccontextmanager
async def setup(
    path: Path, help_: ScriptedHelp | None = None, size: tuple[int, int] = (100, 50)
) -> AsyncGenerator[Scene]:
    help_ = help_ or ScriptedHelp()
    app = SetupApp(path, help_)
    async with app.run_test(size=size) as pilot:
        await settle(pilot, lambda: bool(app.screen.query(Field)))
        yield Scene(app, pilot, help_)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "config.toml"


async def by_oauth(scene: Scene) -> None:
    await scene.type("genie", "gin-1")
    await scene.type("client_id", "client-1")


async def by_key(scene: Scene) -> None:
    await scene.type("genie", "gin-1")
    await scene.press("tab", "right")
    await scene.type("api_key", KEY)
    await scene.type("idp_user_id", "usr-1")


def text_of(path: Path) -> str:
    """Return the content of a file; nothing if it does not exist."""
    return path.read_text() if path.exists() else ""


def written(path: Path) -> dict[str, object]:
    profile: dict[str, object] = tomllib.loads(text_of(path))["profiles"]["default"]
    return profile


@pytest.mark.parametrize("key", ["enter", "f2"])
async def test_the_demo_starts_with_one_key_and_writes_no_profile(path: Path, key: str) -> None:
    async with setup(path) as scene:
        await scene.press(key)
    assert scene.app.return_value == ""
    assert text_of(path) == ""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_demo_and_profile_setup_are_both_offered(path: Path, size: tuple[int, int]) -> None:
    async with setup(path, size=size) as scene:
        for words in ("Try the demo", "your own genie", "Data center", "Register exactly"):
            assert words in scene.text


async def test_a_profile_with_browser_sign_in_is_checked_and_saved(path: Path) -> None:
    async with setup(path) as scene:
        await by_oauth(scene)
        await scene.type("data_center", "eu")
        await scene.press("ctrl+s")
        await settle(scene.pilot, lambda: scene.app.return_value is not None)
    assert scene.app.return_value == "default"
    assert scene.help.examined[0].base_url == "https://genie-api.eu.workato.com"
    assert written(path) == {
        "data_center": "eu",
        "auth": "oauth",
        "genie": "gin-1",
        "client_id": "client-1",
        "redirect_url": "http://127.0.0.1:8763/callback",
    }


async def test_an_api_key_is_stored_separately_and_never_shown(path: Path) -> None:
    async with setup(path) as scene:
        await by_key(scene)
        await scene.until("stored in the keyring (Test), not in")
        assert KEY not in scene.app.export_screenshot()
        await scene.press("ctrl+s")
        await settle(scene.pilot, lambda: scene.app.return_value is not None)
    assert scene.help.kept == {"default": KEY}
    assert KEY not in text_of(path)
    assert written(path)["auth"] == "api_key"
    assert "client_id" not in written(path)


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("data_center", "mars", "isn't a known data center"),
        ("base_url", "http://example.com", "must start with https://"),
        ("redirect_url", "http://example.com/cb", "must start with https://"),
        ("name", "two words", "must be up to 40 letters"),
    ],
)
async def test_an_invalid_value_is_reported_beside_the_field(
    path: Path, key: str, text: str, told: str
) -> None:
    async with setup(path) as scene:
        await scene.type(key, text)
        await scene.until(told)
        await scene.press("ctrl+s")
        assert scene.help.examined == []
        assert scene.app.return_value is None


async def test_a_developer_token_as_api_key_is_recognized(path: Path) -> None:
    async with setup(path) as scene:
        await by_key(scene)
        await scene.type("api_key", "wrkaus-secret")
        await scene.until("this is a Developer API token")
        assert "wrkaus-secret" not in scene.text


async def test_a_missing_field_is_reported_when_it_is_needed(path: Path) -> None:
    async with setup(path) as scene:
        await scene.press("f5")
        await settle(scene.pilot, lambda: scene.text.count("is required") == 2)
        await by_oauth(scene)
        assert "is required" not in scene.text


async def test_checking_a_profile_shows_each_step_and_saves_nothing(path: Path) -> None:
    async with setup(path, ScriptedHelp(fails_at="genie")) as scene:
        await by_oauth(scene)
        await scene.press("f5")
        await scene.until("it does not work. Mend it.")
        assert "✓ network" in scene.text
        assert "✗ genie" in scene.text
    assert text_of(path) == ""


async def test_a_failing_profile_is_saved_only_after_confirmation(path: Path) -> None:
    async with setup(path, ScriptedHelp(fails_at="network")) as scene:
        await by_oauth(scene)
        await scene.press("ctrl+s")
        await scene.until("Ctrl+S again")
        assert text_of(path) == ""
        await scene.type("genie", "gin-2")
        await scene.press("ctrl+s")
        await settle(scene.pilot, lambda: len(scene.help.examined) == 2)
        await scene.until("Ctrl+S again")
        await scene.press("ctrl+s")
        await settle(scene.pilot, lambda: scene.app.return_value is not None)
    assert written(path)["genie"] == "gin-2"


async def test_an_api_key_that_cannot_be_stored_is_a_clear_error(path: Path) -> None:
    help_ = ScriptedHelp(keyring_problem=StoreError("The disk is full."))
    async with setup(path, help_) as scene:
        await by_key(scene)
        await scene.press("ctrl+s")
        await scene.until("The disk is full.")
        assert scene.app.return_value is None
    assert text_of(path) == ""


@pytest.fixture
def commented(path: Path) -> Path:
    path.parent.mkdir()
    path.write_text("# mine\n[profiles.default] # and this\n")
    return path


async def test_comments_of_an_existing_config_file_are_kept(commented: Path) -> None:
    async with setup(commented) as scene:
        await by_oauth(scene)
        await scene.press("ctrl+s")
        await settle(scene.pilot, lambda: scene.app.return_value is not None)
    assert "# mine" in text_of(commented)
    assert "# and this" in text_of(commented)
