"""``--log``: what the program did, for support, from every command."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

SUITE = """
version: 1
suite: log
cases:
  - id: hello
    turns:
      - say: hello
        expect:
          - contains: Ask me
"""


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def events(path: Path) -> list[str]:
    return [record["event"] for record in records(path)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "genie.log"


def test_ask_logs_versions_requests_and_its_turn_and_nothing_that_is_said(
    run: Run, log: Path, server: DemoServer
) -> None:
    done = run("ask", "what can you do?", "--log", str(log), "--log-format", "json")
    assert done.returncode == 0
    start, *rest = records(log)
    assert start["event"] == "start"
    assert start["command"].split()[-1] == "ask"
    assert {"genie-tui", "python", "os", "textual", "httpx"} <= start.keys()
    sent = next(r for r in rest if r["event"] == "request" and r["path"].endswith("/messages"))
    assert sent["method"] == "POST"
    assert sent["status"] == 200
    assert sent["host"] in server.url
    assert sent["request_id"]
    assert sent["ms"] >= 0
    turns = [(r["event"], r["phase"]) for r in rest if r["event"].startswith("turn")]
    assert turns[0] == ("turn begun", "queued")
    assert turns[-1] == ("turn ended", "finished")
    text = log.read_text()
    for told in ("what can you do", "Ask me", server.api_key, done.stdout.strip()[:20]):
        assert told not in text
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_the_steps_of_a_recovery_are_logged(run: Run, log: Path, server: DemoServer) -> None:
    server.faults.add("cut:after=2,times=1,on=send")
    done = run("ask", "what can you do?", "--log", str(log), "--log-format", "json")
    assert done.returncode == 0
    steps = [r["step"] for r in records(log) if r["event"] == "recovery"]
    assert "reconnecting" in steps
    assert events(log).index("recovery over") > events(log).index("recovery")


def test_a_failed_request_and_the_end_of_the_command_are_logged(run: Run, log: Path) -> None:
    done = run(
        *("ask", "hello", "--log", str(log), "--log-format", "json"),
        GENIE_TUI_BASE_URL="http://127.0.0.1:9",
    )
    assert done.returncode == 1
    failed = next(r for r in records(log) if r["event"] == "request")
    assert failed["failure"] == "ConnectError"
    assert "status" not in failed
    last = records(log)[-1]
    assert last["event"] == "command failed"
    assert last["exit_code"] == 1
    assert last["text"] in done.stderr


@pytest.mark.parametrize("place", ["before", "after", "environment", "profile"])
def test_each_source_of_the_setting_opens_the_log(
    run: Run, log: Path, tmp_path: Path, place: str
) -> None:
    arguments, settings = ["doctor"], {}
    match place:
        case "before":
            arguments = ["--log", str(log), "doctor"]
        case "after":
            arguments = ["doctor", "--log", str(log)]
        case "environment":
            settings = {"GENIE_TUI_LOG": str(log)}
        case _:
            (tmp_path / "config").mkdir()
            text = f'[profiles.default]\nlog = "{log}"\n'
            (tmp_path / "config" / "config.toml").write_text(text)
    assert run(*arguments, **settings).returncode == 0
    lines = log.read_text().splitlines()
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z INFO +\d+ start ", lines[0])
    assert any(" request method=GET " in line for line in lines)


@pytest.mark.parametrize("at", [0, 1, 3])
def test_studio_is_logged_wherever_the_option_stands(
    run: Run, log: Path, server: DemoServer, at: int
) -> None:
    command = ["studio", "genies", "list"]
    done = run(
        *(*command[:at], "--log", str(log), *command[at:]),
        GENIE_TUI_DEVELOPER_URL=server.url,
        GENIE_TUI_DEVELOPER_TOKEN=server.developer_token,
    )
    assert done.returncode == 0, done.stderr
    assert " path=/api/agentic/genies" in log.read_text()
    assert server.developer_token not in log.read_text()


def test_suites_are_logged(run: Run, log: Path, tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(SUITE)
    done = run("test", str(suite), "--log", str(log), "--log-format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "turn ended" in events(log)


@pytest.mark.parametrize("command", [["ask", "hello"], ["doctor"], ["conversations"], ["whoami"]])
def test_a_log_that_cannot_be_written_is_one_sentence_and_exit_code_2(
    run: Run, tmp_path: Path, server: DemoServer, command: list[str]
) -> None:
    before = len(server.log.of("send"))
    done = run(*command, "--log", str(tmp_path / "nowhere" / "genie.log"))
    assert done.returncode == 2
    told = f"Couldn't write the log {tmp_path}/nowhere/genie.log (No such file or directory)."
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert len(server.log.of("send")) == before


def test_the_app_logs_its_session(environ: dict[str, str], log: Path) -> None:
    command = [sys.executable, "-m", "tui", "--log", str(log), "--log-format", "json"]
    with Terminal(command, environ, columns=120, rows=36) as terminal:
        terminal.until("online")
        terminal.type("hello there\r")
        terminal.until("Ask me what I can do")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    found = events(log)
    assert found[0] == "start"
    assert records(log)[0]["size"] == "120x36"
    assert {"turn begun", "turn ended", "request"} <= set(found)
    assert "hello there" not in log.read_text()


def test_the_log_is_off_without_the_setting_and_imports_nothing(
    environ: dict[str, str], tmp_path: Path
) -> None:
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print([m for m in ('logging', 'tui.system.logs')"
        " if m in sys.modules]))\n"
        "sys.argv = ['genie-tui', '--help']\n"
        "from tui.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".log")]
