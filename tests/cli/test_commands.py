"""Commands in a shell: output, errors, exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run, last_line
from tui.core.masking import MASK
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

HELLO = "What can you do?"
ORDER = "Order a laptop for our new hire"
TICKET = "Book ticket"
SKILL = "Order laptop"


def test_a_reply_goes_to_stdout_and_nothing_else(run: Run) -> None:
    done = run("ask", HELLO)
    assert done.returncode == 0
    assert "Ifrit" in done.stdout
    assert done.stderr == ""


def test_the_embedded_demo_answers_without_any_settings(run: Run) -> None:
    done = run("ask", "--demo", "-", text="hi", GENIE_TUI_BASE_URL="nonsense")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_json_output_has_one_object_per_line_and_the_result_last(run: Run) -> None:
    done = run("ask", HELLO, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["type"] == "turn_started"
    assert events[0]["raw"]["type"] == "processing.started"
    assert events[-1]["type"] == "result"
    assert events[-1]["exit_code"] == 0
    assert "Ifrit" in events[-1]["reply"]


def test_json_output_masks_secret_parameters(run: Run) -> None:
    done = run("ask", ORDER, "--json", "--approve-all")
    [asked] = [line for line in done.stdout.splitlines() if "approval_requested" in line]
    question = json.loads(asked)
    for parameters in (question["parameters"], question["raw"]["skill_parameters"]):
        assert parameters["cost_centre_pin"] == MASK
        assert parameters["justification"]
    assert "4200-7731" not in done.stdout + done.stderr


def test_a_conversation_is_continued(run: Run, server: DemoServer) -> None:
    cid = last_line(run("ask", HELLO, "--json"))["conversation_id"]
    assert last_line(run("ask", "hi", "--json", "--conversation", cid))["conversation_id"] == cid
    path = f"/api/v1/genies/{server.genie}/chat/conversations/{cid}/messages"
    assert [r.summary for r in server.log.of("send") if r.path == path] == [HELLO, "hi"]


def test_a_file_is_uploaded_with_a_message(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "wishes.csv"
    file.write_text("wish,granted\nlaptop,yes\n")
    done = run("ask", "Summarize the file I attached", "--file", str(file))
    assert done.returncode == 0
    assert "wishes.csv" in done.stdout


@pytest.mark.parametrize(
    ("options", "code", "posted"),
    [
        ((), 4, []),
        (("--approve", "Another skill"), 4, []),
        (("--approve", SKILL), 0, ["approved"]),
        (("--approve-all",), 0, ["approved"]),
        (("--reject-all",), 0, ["rejected"]),
    ],
)
def test_approvals_are_given_by_options_only(
    run: Run, server: DemoServer, options: tuple[str, ...], code: int, posted: list[str]
) -> None:
    before = len(server.log.of("approval"))
    done = run("ask", ORDER, *options)
    assert done.returncode == code
    decisions = [record.summary for record in server.log.of("approval")[before:]]
    assert [text.split()[-1] for text in decisions] == posted or decisions == posted
    if code == 4:
        assert SKILL in done.stderr
        assert "--approve" in done.stderr


@pytest.mark.parametrize(
    ("options", "code", "posted"),
    [
        (("--approve", TICKET), 4, ["approved"]),
        (("--approve", TICKET, "--approve", "Book hotel"), 0, ["approved", "approved"]),
        (("--approve", TICKET, "--reject-all"), 0, ["approved", "rejected"]),
    ],
)
def test_approvals_in_a_row_are_decided_one_by_one(
    run: Run, server: DemoServer, options: tuple[str, ...], code: int, posted: list[str]
) -> None:
    before = len(server.log.of("approval"))
    done = run("ask", "Plan a trip to Lisbon", "--json", *options)
    decisions = [record.summary.split()[-1] for record in server.log.of("approval")[before:]]
    assert (done.returncode, decisions) == (code, posted)
    kinds = [json.loads(line)["type"] for line in done.stdout.splitlines()]
    assert kinds.count("approval_requested") == 2
    assert last_line(done)["exit_code"] == code


def test_a_needed_connection_is_shown_with_its_link(run: Run, server: DemoServer) -> None:
    done = run("ask", "Show open Acme opportunities in Salesforce", "--json")
    assert done.returncode == 5
    assert f"{server.url}/connect/" in done.stderr
    assert last_line(done)["exit_code"] == 5


def test_a_wrong_api_key_is_reported_with_hint_and_request_id(run: Run, server: DemoServer) -> None:
    done = run("ask", HELLO, GENIE_TUI_API_KEY="f" * 64)
    assert done.returncode == 3
    assert server.log.of("create")[-1].request_id in done.stderr
    assert "data center" in done.stderr
    assert "f" * 64 not in done.stderr


def test_connection_refused_is_a_clear_error(run: Run) -> None:
    done = run("ask", "hi", "--timeout", "10", GENIE_TUI_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_message_that_was_not_sent_is_not_queued_for_later(run: Run, server: DemoServer) -> None:
    server.faults.add("status:429,retry_after=0,on=send,times=3")
    assert run("ask", "too early").returncode == 1
    server.faults.clear()
    assert run("ask", HELLO).returncode == 0
    assert "too early" not in [record.summary for record in server.log]


@pytest.mark.parametrize(("asked", "words"), [(170, "3 min"), (3600, "60 min"), (86_400, "24 h")])
def test_a_retry_after_beyond_the_timeout_ends_with_the_retry_time(
    run: Run, server: DemoServer, asked: int, words: str
) -> None:
    server.faults.add(f"status:429,retry_after={asked},on=send")
    began_s, before = time.monotonic(), len(server.log.of("send"))
    done = run("ask", "too early", "--timeout", "30")
    server.faults.clear()
    assert time.monotonic() - began_s < 30
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"No reply within 30 s. Try again in {words}." in done.stderr
    assert len(server.log.of("send")) == before + 1


def test_a_retry_after_is_shown_and_kept(run: Run, server: DemoServer) -> None:
    server.faults.add("status:503,retry_after=2,on=create,times=1")
    began_s = time.monotonic()
    done = run("ask", HELLO, "--timeout", "30")
    assert time.monotonic() - began_s >= 2
    assert done.returncode == 0
    assert "Trying again in 2 s." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "named"),
    [
        (["ask"], {}, "TEXT"),
        (["ask", " "], {}, "empty"),
        (["ask", "hi", "--timeout", "soon"], {}, "--timeout"),
        (["ask", "hi", "--file", "missing.txt"], {}, "missing.txt"),
        (["ask", "hi", "--approve-all", "--reject-all"], {}, "--reject-all"),
        (["ask", "hi"], {"GENIE_TUI_BASE_URL": "http://example.com"}, "GENIE_TUI_BASE_URL"),
        (["ask", "hi"], {"GENIE_TUI_DATA_CENTER": "mars"}, "GENIE_TUI_DATA_CENTER"),
        (["ask", "hi", "--profile", "nobody"], {}, "nobody"),
        (["demo-server", "--fault", "explode"], {}, "explode"),
        ([], {}, "terminal"),
        (["dance"], {}, "dance"),
    ],
)
def test_invalid_input_is_a_clear_error_and_exit_code_2(
    run: Run, arguments: list[str], settings: dict[str, str], named: str
) -> None:
    done = run(*arguments, **settings)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_conversations_are_listed_newest_first(run: Run) -> None:
    cid = last_line(run("ask", HELLO, "--json"))["conversation_id"]
    assert run("conversations").stdout.startswith(cid)
    rows = json.loads(run("conversations", "--json", "--limit", "3").stdout)
    assert len(rows) == 3
    assert rows[0]["id"] == cid


@pytest.mark.parametrize("options", [(), ("--json",), ("--search", "what")])
def test_a_truncated_list_says_so(run: Run, options: tuple[str, ...]) -> None:
    for _ in range(2):
        assert run("ask", HELLO).returncode == 0
    cut = run("conversations", "--limit", "1", *options)
    assert " 1. Use --limit to see more." in cut.stderr
    assert run("conversations", "--limit", "500", *options).stderr == ""


def test_archived_and_tagged_conversations_are_listed_apart(run: Run) -> None:
    assert run("ask", HELLO).returncode == 0
    for options in (("--archived",), ("--tag", "#net")):
        done = run("conversations", *options)
        assert (done.returncode, done.stdout) == (0, "")
        assert "No matching conversations." in done.stderr
    assert json.loads(run("conversations", "--json", "--limit", "1").stdout)[0]["tags"] == []
    refused = run("conversations", "--search", "x", "--archived")
    assert refused.returncode == 2
    assert "search for #TAG" in refused.stderr


def test_a_search_finds_messages(run: Run) -> None:
    cid = last_line(run("ask", HELLO, "--json"))["conversation_id"]
    done = run("conversations", "--search", "ifr")
    assert done.stdout.startswith(cid)
    assert "Ifrit" in done.stdout
    assert "\x1b" not in done.stdout
    (first, *_) = json.loads(run("conversations", "--search", "IFR", "--json").stdout)
    assert first["id"] == cid
    assert {first["snippet"][start:end] for start, end in first["marks"]} == {"Ifrit"}
    nothing = run("conversations", "--search", 'no"such*')
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "No matches" in nothing.stderr


def test_a_broken_pipe_ends_the_output_quietly(environ: dict[str, str]) -> None:
    command = f"{sys.executable} -m tui ask 'Write a runbook for a full disk' --json | head -1"
    done = subprocess.run(
        ["bash", "-c", command], env=environ, capture_output=True, text=True, check=False
    )
    assert json.loads(done.stdout)["type"] == "turn_started"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["ask", HELLO, "--json"], ["demo-server", "--json"]])
def test_ctrl_c_ends_a_command_without_a_traceback(
    environ: dict[str, str], server: DemoServer, command: list[str]
) -> None:
    server.faults.add("silent:after=1")
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", *command],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, problems = process.communicate(timeout=60)
    finally:
        server.faults.clear()
        process.kill()
    assert "Traceback" not in problems
    assert process.returncode == (130 if command[0] == "ask" else 0)
