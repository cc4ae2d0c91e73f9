"""Commands in a bad environment: missing folders, full disks, closed streams, old versions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow


def shell(line: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = line.replace("genie-tui", f"{sys.executable} -m tui")
    return subprocess.run(
        ["sh", "-c", command], env=environ, capture_output=True, text=True, timeout=60, check=False
    )


def test_closed_stdin_is_a_clear_error(environ: dict[str, str]) -> None:
    done = shell("genie-tui ask - <&-", environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "genie-tui: Nothing to send: the message is empty.\n"


def test_invalid_utf8_on_stdin_is_replaced(environ: dict[str, str]) -> None:
    done = shell(r"printf 'What can \377 you do?' | genie-tui ask -", environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    "settings", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}]
)
def test_a_locale_without_unicode_only_replaces_characters(
    environ: dict[str, str], settings: dict[str, str]
) -> None:
    done = shell("genie-tui ask 'Write a runbook for a full disk'", environ | settings)
    assert done.returncode == 0, done.stderr
    assert "disk" in done.stdout


@pytest.mark.parametrize("command", ["ask hi", "conversations"])
def test_unwritable_stdout_is_a_clear_error(environ: dict[str, str], command: str) -> None:
    done = shell(f"genie-tui {command} > /dev/full", environ)
    assert done.returncode == 1
    assert done.stderr.endswith("genie-tui: Couldn't use the output (No space left on device).\n")


def test_an_unwritable_data_folder_is_a_clear_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here is no folder")
    done = run("ask", "hi", GENIE_TUI_DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 1
    assert "Couldn't use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_a_clear_error_and_nothing_is_sent(
    environ: dict[str, str], server: DemoServer, run: Run
) -> None:
    """A limit on the size of files is what a full disk looks like to SQLite."""
    assert run("ask", "What can you do?").returncode == 0
    before = len(server.log.of("send"))
    done = shell("ulimit -f 8; genie-tui ask 'What can you do?'", environ)
    assert done.returncode == 1
    assert "conversations.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(server.log.of("send")) == before
