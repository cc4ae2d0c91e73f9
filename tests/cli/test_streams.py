"""Standard streams that are closed, or whose reader is gone."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_environment import shell
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

RUNBOOK = "Write a runbook for a full disk"
TALKATIVE = [
    ["--help"],
    ["--version"],
    ["ask", "--help"],
    ["ask", RUNBOOK],
    ["ask", RUNBOOK, "--json"],
    ["conversations"],
    ["conversations", "--json"],
    ["conversations", "--search", "disk", "--json"],
    ["doctor"],
    ["doctor", "--json"],
    ["doctor", "--keys"],
    ["doctor", "--keys", "--json"],
    ["whoami"],
    ["studio", "genies", "list"],
    ["studio", "genies", "list", "--json"],
    ["demo-server", "--help"],
]


def with_gone_reader(
    arguments: list[str], environ: dict[str, str], stream: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command that can write not a single byte to a stream."""
    source, sink = os.pipe()
    os.close(source)
    other = "stderr" if stream == "stdout" else "stdout"
    try:
        return subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
            **{stream: sink, other: subprocess.PIPE},  # type: ignore[call-overload]
        )
    finally:
        os.close(sink)


@pytest.fixture
def everything(environ: dict[str, str], server: DemoServer) -> dict[str, str]:
    return environ | {
        "GENIE_TUI_DEVELOPER_URL": server.url,
        "GENIE_TUI_DEVELOPER_TOKEN": server.developer_token,
    }


@pytest.mark.parametrize("command", TALKATIVE, ids=" ".join)
def test_a_broken_pipe_is_no_failure(everything: dict[str, str], command: list[str]) -> None:
    done = with_gone_reader(command, everything, "stdout")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["ask", " "], 2),
        (["ask", "--nonsense"], 2),
        (["ask", "Order a laptop for our new hire"], 4),
        (["export", "cnv-nowhere"], 1),
    ],
    ids=str,
)
def test_errors_with_closed_stderr_keep_their_exit_code(
    everything: dict[str, str], command: list[str], code: int
) -> None:
    assert with_gone_reader(command, everything, "stderr").returncode == code


@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "command", ["ask 'What can you do?'", "conversations", "doctor", "studio genies list"]
)
def test_closed_standard_streams_are_no_failure(
    everything: dict[str, str], tmp_path: Path, command: str, closing: str
) -> None:
    done = shell(f"genie-tui {command} {closing}", everything)
    assert (done.returncode, done.stderr) == (0, "")
    database = tmp_path / "data" / "conversations.db"
    if database.exists():  # no output went where the descriptor had become that of a file
        with contextlib.closing(sqlite3.connect(database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("closing", ["<&-", "2>&-", "<&- 2>&-"])
def test_commands_that_need_a_terminal_fail_clearly_without_one(
    everything: dict[str, str], closing: str
) -> None:
    assert shell(f"genie-tui {closing}", everything).returncode == 2
    done = shell(f"genie-tui studio genies delete gin-1 {closing}", everything)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_byte_order_mark_on_stdin_is_ignored(run: Run, server: DemoServer) -> None:
    assert run("ask", "-", text="\ufeffWhat can you do?").returncode == 0
    assert server.log.of("send")[-1].summary == "What can you do?"
