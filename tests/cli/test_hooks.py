"""``[hooks]``: the user's commands learn what happens, in real processes, and disturb nothing."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

Start = Callable[[], Terminal]


@pytest.fixture
def configure(environ: dict[str, str]) -> Callable[..., None]:
    """Write hooks into the user's configuration file."""

    def configure(**hooks: str | list[str]) -> None:
        folder = Path(environ["GENIE_TUI_CONFIG_DIR"])
        folder.mkdir(exist_ok=True)
        lines = [f"{name} = {json.dumps(command)}" for name, command in hooks.items()]
        (folder / "config.toml").write_text("\n".join(["[hooks]", *lines, ""]))

    return configure


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A command that appends what it gets on stdin, its arguments and its environment to a file."""
    path = tmp_path / "record me"
    path.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "got = {'stdin': sys.stdin.read(), 'arguments': sys.argv[1:]}\n"
        "got['environ'] = dict(os.environ)\n"
        f"with open({str(tmp_path / 'got.jsonl')!r}, 'a') as file:\n"
        "    file.write(json.dumps(got) + '\\n')\n"
        "print('to the terminal'); print('to the terminal', file=sys.stderr)\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def got(tmp_path: Path) -> list[dict[str, Any]]:
    path = tmp_path / "got.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def app(environ: Mapping[str, str], *options: str) -> Terminal:
    return Terminal([sys.executable, "-m", "tui", *options], environ, columns=120, rows=36)


def heard(terminal: Terminal, tmp_path: Path, count: int) -> list[dict[str, Any]]:
    """Wait until hooks have run this often; return their objects."""
    terminal.until(lambda _: len(got(tmp_path)) >= count)
    return [json.loads(one["stdin"]) for one in got(tmp_path)]


def test_a_reply_and_a_question_run_their_hooks(
    environ: dict[str, str],
    configure: Callable[..., None],
    recorder: Path,
    tmp_path: Path,
    server: DemoServer,
) -> None:
    command = f"'{recorder}' 'two words' $HOME"
    configure(on_reply=command, on_question=[str(recorder), "a;b"])
    with app(environ) as terminal:
        terminal.until("online")
        terminal.type("what can you do?\r")
        [reply] = heard(terminal, tmp_path, 1)
        terminal.type("\x0e")
        terminal.type("Order a laptop for Jo\r")
        question = heard(terminal, tmp_path, 2)[-1]
        assert "to the terminal" not in terminal.text
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    assert reply["version"] == 1
    assert reply["event"] == "reply"
    assert reply["outcome"] == "finished"
    assert "helpdesk" in reply["text"]
    assert reply["conversation_id"].startswith("cnv-")
    assert reply["run_id"]
    assert reply["profile"] == "default"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", reply["time"])
    assert question["event"] == "question"
    assert question["subject"] == "Order laptop"
    assert question["text"] == "Order laptop needs your approval."
    first, second = got(tmp_path)
    assert first["arguments"] == ["two words", "$HOME"]
    assert second["arguments"] == ["a;b"]
    for one in (first, second):
        assert server.api_key not in json.dumps(one)
        assert not [name for name in one["environ"] if "KEY" in name and "GENIE" in name]
    assert b"to the terminal" not in terminal.output


def test_a_failure_runs_its_hook_with_the_request_id(
    environ: dict[str, str],
    configure: Callable[..., None],
    recorder: Path,
    tmp_path: Path,
    server: DemoServer,
) -> None:
    configure(on_failure=[str(recorder)])
    server.faults.add("status:422,on=send,times=1")
    with app(environ) as terminal:
        terminal.until("online")
        terminal.type("hello\r")
        [failure] = heard(terminal, tmp_path, 1)
    server.faults.clear()
    assert failure["event"] == "failure"
    assert failure["request_id"]
    assert failure["text"]


def test_a_connection_that_is_back_runs_its_hook(
    environ: dict[str, str],
    configure: Callable[..., None],
    recorder: Path,
    tmp_path: Path,
    server: DemoServer,
) -> None:
    configure(on_connected=[str(recorder)])
    server.faults.add("outage:after=2,s=3,times=1")
    with app(environ) as terminal:
        terminal.until("online")
        terminal.type("what can you do?\r")
        [connected] = heard(terminal, tmp_path, 1)
    server.faults.clear()
    assert connected["event"] == "connected"
    assert connected["summary"] == "online again"
    assert connected["subject"] == ""


def test_a_failing_hook_is_told_once_and_logged(
    environ: dict[str, str], configure: Callable[..., None], tmp_path: Path
) -> None:
    log = tmp_path / "genie.log"
    configure(on_reply=["sh", "-c", "echo no luck >&2; exit 3"])
    with app(environ, "--log", str(log)) as terminal:
        terminal.until("online")
        terminal.type("hello there\r")
        terminal.until("The hook on_reply failed")
        terminal.type("hello again\r")
        terminal.until(lambda _: log.read_text().count("hook failed") == 2)
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    assert log.read_text().count('problem="exit code 3" stderr="no luck"') == 2


def test_a_command_that_does_not_exist_is_told(
    environ: dict[str, str], configure: Callable[..., None], tmp_path: Path
) -> None:
    log = tmp_path / "genie.log"
    configure(on_reply="no-such-program")
    with app(environ, "--log", str(log)) as terminal:
        terminal.until("online")
        terminal.type("hello there\r")
        terminal.until("The hook on_reply failed")
    assert "couldn't run no-such-program (No such file or directory)" in log.read_text()


def test_a_hook_that_hangs_neither_blocks_the_app_nor_its_end(
    environ: dict[str, str], configure: Callable[..., None], tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 300 & echo $! $$ >> '{pids}'; wait"
    configure(on_reply=["sh", "-c", script])
    with app(environ) as terminal:
        terminal.until("online")
        terminal.type("hello there\r")
        terminal.until(lambda _: pids.exists() and len(pids.read_text().split()) == 2)
        terminal.type("still typing")
        terminal.until("still typing")
        began_s = time.monotonic()
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert time.monotonic() - began_s < 5
    for pid in map(int, pids.read_text().split()):
        assert not is_alive(pid)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_ask_runs_no_hooks(
    run: Run, configure: Callable[..., None], recorder: Path, tmp_path: Path
) -> None:
    configure(on_reply=[str(recorder)], on_failure=[str(recorder)])
    assert run("ask", "hello").returncode == 0
    assert got(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[hooks]\non_replies = 'x'\n", "unknown key 'on_replies'; did you mean 'on_reply'?"),
        ("[hooks]\non_reply = 3\n", "hooks, on_reply: must be a command"),
        ("[hooks]\non_reply = ['a', 3]\n", "hooks, on_reply: must be a command"),
        ('[hooks]\non_reply = "it\'s"\n', "hooks, on_reply: must have a closing quotation mark"),
        ("hooks = 'x'\n", "hooks must be a table"),
    ],
)
def test_hooks_that_cannot_be_used_end_with_exit_code_2(
    run: Run, environ: dict[str, str], text: str, told: str
) -> None:
    folder = Path(environ["GENIE_TUI_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.toml").write_text(text)
    with app(environ, "--demo") as terminal:
        assert terminal.wait_exit() == 2
        assert told in terminal.output.decode().replace("\r\n", "")
    assert os.listdir(folder) == ["config.toml"]
