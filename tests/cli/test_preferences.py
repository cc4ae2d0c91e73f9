"""Interface preferences from flags, environment and file, and saved back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.bootstrap import with_preferences
from tui.bootstrap.profiles import agent_target
from tui.cli.app import run_app
from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target
from tui.config import load

FILE = """# mine
default_profile = "work"

[keys]
"conversation.new" = "{key}"

[profiles.work]  # the real one
genie = "gin-1"  # do not touch
client_id = "c"
redirect_url = "http://127.0.0.1:8765/callback"
theme = "genie-light"  # easier on the eyes
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GENIE_TUI_THEME", "GENIE_TUI_SCREEN_READER", "GENIE_TUI_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "config.toml"
    path.write_text(FILE.format(key="ctrl+f8"), encoding="utf-8")
    return path


def test_a_chosen_theme_is_saved_in_the_profile_and_comments_are_kept(config: Path) -> None:
    profile = load(config_path=config)
    place = with_preferences(agent_target(profile), profile, config)
    assert place.preferences.theme == "genie-light"
    assert place.preferences.keys == {"conversation.new": "ctrl+f8"}
    assert place.save_setting
    place.save_setting("theme", "genie-ember")
    text = config.read_text(encoding="utf-8")
    assert text == FILE.format(key="ctrl+f8").replace('"genie-light"', '"genie-ember"')


def test_flags_override_appearance_settings(config: Path) -> None:
    target = Target(config=config, flags={"theme": "nord", "screen_reader": True})
    preferences = target.place().preferences
    assert (preferences.theme, preferences.screen_reader) == ("nord", True)


def test_an_invalid_key_binding_is_a_one_line_error_before_the_first_frame(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    config.write_text(FILE.format(key="ctrl+q"), encoding="utf-8")
    with pytest.raises(CommandFailure) as caught:
        run_app(Target(config=config, profile="work"))
    assert caught.value.code == ExitCode.USAGE
    expected = f"{config}, keys, conversation.new: 'ctrl+q' is already assigned to app.quit."
    assert str(caught.value) == expected


def test_a_missing_configuration_is_reported_in_screen_reader_mode(tmp_path: Path) -> None:
    target = Target(config=tmp_path / "config.toml", flags={"screen_reader": True})
    with pytest.raises(CommandFailure, match="No profile is set up yet"):
        run_app(target)
