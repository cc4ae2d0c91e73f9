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


def test_a_chosen_theme_is_kept_in_the_profile_and_comments_with_it(config: Path) -> None:
    profile = load(config_path=config)
    place = with_preferences(agent_target(profile), profile, config)
    assert place.preferences.theme == "genie-light"
    assert place.preferences.keys == {"conversation.new": "ctrl+f8"}
    assert place.save_theme
    place.save_theme("genie-ember")
    text = config.read_text(encoding="utf-8")
    assert text == FILE.format(key="ctrl+f8").replace('"genie-light"', '"genie-ember"')


def test_flags_win_for_the_looks(config: Path) -> None:
    target = Target(config=config, flags={"theme": "nord", "screen_reader": True})
    preferences = target.place().preferences
    assert (preferences.theme, preferences.screen_reader) == ("nord", True)


def test_a_key_that_cannot_be_used_ends_with_one_line_before_anything_is_drawn(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    config.write_text(FILE.format(key="ctrl+q"), encoding="utf-8")
    with pytest.raises(CommandFailure) as caught:
        run_app(Target(config=config, profile="work"))
    assert caught.value.code == ExitCode.USAGE
    expected = f"{config}, keys, conversation.new: 'ctrl+q' is the key of app.quit already."
    assert str(caught.value) == expected


def test_nothing_set_up_is_said_to_a_screen_reader(tmp_path: Path) -> None:
    target = Target(config=tmp_path / "config.toml", flags={"screen_reader": True})
    with pytest.raises(CommandFailure, match="nothing is set up yet"):
        run_app(target)
