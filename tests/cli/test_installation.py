"""Where and how the program is installed: Windows, macOS, and the libraries of an extra."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli.exit_codes import ExitCode
from tui.system import installation

WINDOWS = """
import sys

# What these modules of others import, they chose for the real platform.
import asyncio, click, click.testing, multiprocessing, shutil, ssl, subprocess, tempfile

MISSING = {"fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty"}

class OnlyWindows:
    def find_spec(self, name, path=None, target=None):
        if name in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in MISSING:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, OnlyWindows())
sys.platform = "win32"

import tui.cli
tui.cli.main()
"""
"""Program that starts as on Windows: no modules of POSIX."""


@pytest.mark.parametrize(
    "command",
    ["", "--version", "--help", "--demo", "ask hello", "doctor --json", "test --demo", "nonsense"],
)
def test_on_windows_every_command_prints_one_sentence(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS, *command.split()],
        capture_output=True,
        text=True,
        env=os.environ | {"GENIE_TUI_CONFIG_DIR": str(tmp_path)},
        timeout=60,
        check=False,
    )

    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("genie-tui: ")
    assert "WSL" in done.stderr


# -- macOS ---------------------------------------------------------------------------------

MACOS = """
import platformdirs
from platformdirs.macos import MacOS
platformdirs.PlatformDirs = MacOS

import tui.cli
tui.cli.main()
"""
"""Program that puts its files where they belong on macOS: in a path with a space."""


def test_on_macos_settings_and_conversations_share_one_private_folder(
    environ: dict[str, str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    folder = home / "Library/Application Support/genie-tui"
    kept = {
        name: value
        for name, value in environ.items()
        if name not in ("GENIE_TUI_CONFIG_DIR", "GENIE_TUI_DATA_DIR")
        and not name.startswith("XDG_")
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", MACOS, *arguments],
            capture_output=True,
            text=True,
            env=kept | {"HOME": str(home)},
            timeout=60,
            check=False,
        )

    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts/hello.md").write_text("What can you do?")
    done = run("ask", "--prompt", "hello")

    assert (done.returncode, done.stderr.splitlines()[1:]) == (0, [])
    assert os.listdir(home) == ["Library"]
    assert stat.S_IMODE((folder / "conversations.db").stat().st_mode) == 0o600
    assert len(json.loads(run("conversations", "--search", "do", "--json").stdout)) > 0


# -- libraries of an extra -----------------------------------------------------------------


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment of its own that the program seems to run in, with a space in its path."""
    folder = tmp_path / "the tools" / "genie-tui"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "bin/python"))
    lines = ["click>=8.1", "pillow>=11; extra == 'images'", 'pillow>=11 ; extra == "test"']
    monkeypatch.setattr(installation, "requires", lambda name: lines)
    return folder


def test_an_extra_of_pipx_is_injected(environment: Path) -> None:
    (environment / "pipx_metadata.json").touch()

    assert installation.command_for_extra("images") == "pipx inject genie-tui 'pillow>=11'"


def test_an_extra_is_installed_by_the_pip_of_the_environment(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda name: object())

    python = environment / "bin/python"
    assert installation.command_for_extra("images") == f"'{python}' -m pip install 'pillow>=11'"


def test_an_extra_is_installed_by_uv_where_there_is_no_pip(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda name: None)

    python = environment / "bin/python"
    command = f"uv pip install --python '{python}' 'pillow>=11'"
    assert installation.command_for_extra("images") == command
