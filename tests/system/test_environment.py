"""Programs that we start get no secrets in their environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.config import KEYS, SECRETS, Profile, variable
from tui.system.browser import is_secret, open_browser, program_environment
from tui.ui.terminal.suspend import edited

_SEEN = {
    "GENIE_TUI_API_KEY": "hidden-1",
    "GENIE_TUI_TOKEN": "hidden-2",
    "GENIE_TUI_DEVELOPER_TOKEN": "hidden-3",
    "GENIE_TUI_THEME": "ember",
}


def test_secret_environment_variables_are_those_of_the_settings() -> None:
    assert {key for key in KEYS if is_secret(variable(key))} == SECRETS
    secrets = {k for k, v in Profile.__annotations__.items() if "Secret" in str(v)}
    assert secrets == SECRETS


def test_other_environment_variables_are_passed_on() -> None:
    environ = {**_SEEN, "PATH": "/bin", "OPENAI_API_KEY": "another's", "genie_tui_token": "x"}
    kept = {"GENIE_TUI_THEME": "ember", "PATH": "/bin", "OPENAI_API_KEY": "another's"}
    assert program_environment(environ) == kept


@pytest.fixture
def spying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that writes its environment into the file ``seen`` beside it."""
    for name, value in _SEEN.items():
        monkeypatch.setenv(name, value)
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\n")
    program.chmod(0o755)
    return program


def test_a_browser_gets_no_secret_environment_variables(
    spying: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(spying.parent / "seen")  # the browser is not waited for
    monkeypatch.setenv("BROWSER", str(spying))
    assert open_browser("https://example.com")
    told = (spying.parent / "seen").read_text()
    assert "hidden" not in told
    assert "GENIE_TUI_THEME=ember" in told


async def test_an_editor_gets_no_secret_environment_variables(spying: Path) -> None:
    assert await edited("words", [str(spying)]) == "words"
    told = (spying.parent / "seen").read_text()
    assert "hidden" not in told
    assert "GENIE_TUI_THEME=ember" in told


def test_no_other_module_starts_subprocesses() -> None:
    """A module that starts programs must pass on the environment without secrets."""
    import tui

    starters = ("subprocess.Popen", "subprocess.run", "create_subprocess", "os.system", "os.exec")
    found = {
        path.name
        for path in Path(tui.__file__).parent.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in starters)
    }
    # The last passes a few names on.
    assert found == {"browser.py", "suspend.py", "hooks.py", "judge.py"}
