"""``ask``: its own conversation, its requests, and the decisions of its options."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run, last_line
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

HELLO = "What can you do?"
ORDER = "Order a laptop for our new hire"
TRIP = "Plan a trip to Lisbon"
LARGEST_BYTES = 12 * 1024


@pytest.fixture(autouse=True)
def no_faults(server: DemoServer) -> None:
    server.faults.clear()


def requests_since(server: DemoServer, before: int) -> list[tuple[str, str]]:
    return [(record.operation, record.path) for record in list(server.log)[before:]]


def stored_conversations(environ: dict[str, str]) -> set[str]:
    """Ids of the conversations in the database that the command left."""
    path = Path(environ["GENIE_TUI_DATA_DIR"]) / "conversations.db"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as connection:
        return {str(row[0]) for row in connection.execute("SELECT id FROM conversations")}


def stored_drafts(environ: dict[str, str]) -> list[str]:
    path = Path(environ["GENIE_TUI_DATA_DIR"]) / "conversations.db"
    with closing(sqlite3.connect(path)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT text FROM drafts")]


# -- its own conversation ----------------------------------------------------------------------


def test_ask_ignores_waiting_turns_of_other_conversations(run: Run, server: DemoServer) -> None:
    parked = {last_line(run("ask", ORDER, "--json"))["conversation_id"] for _ in range(3)}
    connecting = run("ask", "Show open Acme opportunities in Salesforce", "--json")
    parked.add(last_line(connecting)["conversation_id"])
    before = len(server.log)
    done = run("ask", HELLO)
    assert (done.returncode, done.stderr) == (0, "")
    requests = requests_since(server, before)
    assert {name for name, _ in requests} <= {"create", "send", "list"}
    assert not [path for _, path in requests if any(cid in path for cid in parked)]


@pytest.mark.parametrize("command", [("conversations",), ("conversations", "--search", "laptop")])
def test_read_only_commands_do_not_reconnect(
    run: Run, server: DemoServer, command: tuple[str, ...]
) -> None:
    assert run("ask", ORDER).returncode == 4
    before = len(server.log)
    assert run(*command).returncode == 0
    assert {name for name, _ in requests_since(server, before)} <= {"list"}


def test_an_export_sends_nothing_that_is_queued(
    run: Run, server: DemoServer, environ: dict[str, str]
) -> None:
    """A message that a killed program left in the outbox is the app's to send."""
    cid = last_line(run("ask", HELLO, "--json"))["conversation_id"]
    with subprocess.Popen(
        [sys.executable, "-c", _QUEUE_AND_DIE, cid], stdin=subprocess.DEVNULL, env=environ
    ) as killed:
        killed.wait(60)
    path = Path(environ["GENIE_TUI_DATA_DIR"]) / "conversations.db"
    with closing(sqlite3.connect(path)) as connection:
        states = connection.execute("SELECT state FROM turns WHERE text LIKE 'queued and%'")
        assert states.fetchall() == [("queued",)]
    before = len(server.log.of("send"))
    assert run("export", cid).returncode == 0
    assert len(server.log.of("send")) == before


_QUEUE_AND_DIE = """
import asyncio, os, sys
from tui.bootstrap import profile_target
from tui.core.ids import ConversationId

async def main():
    async with profile_target(None, None).connect(print) as session:
        session._queues.enqueue = lambda turn: None
        await session.send(ConversationId(sys.argv[1]), "queued and never sent")
        os._exit(9)

asyncio.run(main())
"""


def test_an_unfinished_earlier_turn_is_mentioned(run: Run) -> None:
    cid = last_line(run("ask", ORDER, "--json"))["conversation_id"]
    done = run("ask", HELLO, "--conversation", cid, "--timeout", "4")
    assert done.returncode == 1
    assert 'An earlier message needs your approval of "Order laptop" before' in done.stderr


def test_the_last_conversation_is_the_one_with_the_newest_message(
    run: Run, server: DemoServer
) -> None:
    older = last_line(run("ask", HELLO, "--json"))["conversation_id"]
    newer = last_line(run("ask", HELLO, "--json"))["conversation_id"]
    assert last_line(run("ask", "hi", "-c", "--json"))["conversation_id"] == newer
    assert run("ask", "hi", "--conversation", older).returncode == 0
    assert last_line(run("ask", "hi", "-c", "--json"))["conversation_id"] == older


def test_without_conversations_there_is_no_last_one(environ: dict[str, str]) -> None:
    with DemoServer(DemoSettings(speed=0, seeded_conversations=0, title_s=0)) as empty:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "ask", "-c", HELLO],
            env=environ
            | {
                "GENIE_TUI_BASE_URL": empty.url,
                "GENIE_TUI_API_KEY": empty.api_key,
                "GENIE_TUI_GENIE": empty.genie,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "No conversation to continue" in done.stderr
        assert empty.log.of("create") == []


def test_an_unknown_conversation_is_not_stored(
    run: Run, server: DemoServer, environ: dict[str, str]
) -> None:
    before = len(server.log.of("send"))
    done = run("ask", HELLO, "--conversation", "cnv-nowhere")
    assert done.returncode == 1
    assert "404" in done.stderr
    assert stored_conversations(environ) == set()
    assert len(server.log.of("send")) == before


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "file", "empty file"])
def test_an_oversized_message_is_rejected_before_a_conversation_is_created(
    run: Run, server: DemoServer, environ: dict[str, str], tmp_path: Path, kind: str
) -> None:
    before = len(server.log)
    file = tmp_path / "large.bin"
    file.write_bytes(b"" if kind == "empty file" else bytes(20 * 1024 * 1024 + 1))
    text = "x" * (LARGEST_BYTES + 1) if kind == "text" else HELLO
    done = run("ask", text, *([] if kind == "text" else ["--file", str(file)]))
    assert done.returncode == 2
    assert {"text": "12 KB", "file": "20 MB", "empty file": "is empty"}[kind] in done.stderr
    assert requests_since(server, before) == []
    assert stored_conversations(environ) == set()


@pytest.mark.parametrize("where", ["create", "send"])
def test_a_rejected_message_leaves_neither_row_nor_draft(
    run: Run, server: DemoServer, environ: dict[str, str], where: str
) -> None:
    server.faults.add(f"status:422,on={where},times=1")
    done = run("ask", "refuse this", "--json")
    assert (done.returncode, last_line(done)["exit_code"]) == (1, 1)
    assert not [cid for cid in stored_conversations(environ) if cid.startswith("local:")]
    assert stored_drafts(environ) == []


# -- events ------------------------------------------------------------------------------------


@pytest.mark.parametrize("resume", ["", "status:404,on=resume", "status:503,on=resume,times=1"])
def test_each_event_is_printed_once(run: Run, server: DemoServer, resume: str) -> None:
    server.faults.add("cut:after=4,times=1")
    if resume:
        server.faults.add(resume)
    done = run("ask", "Write a runbook for a full disk", "--json")
    assert done.returncode == 0, done.stderr
    keys = [json.loads(line).get("key") for line in done.stdout.splitlines()[:-1]]
    assert len(keys) > 4
    assert len(keys) == len(set(keys))


def test_a_break_of_the_stream_is_two_events_and_its_end_is_reported(
    run: Run, server: DemoServer
) -> None:
    server.faults.add("outage:after=2,s=1,on=send,times=1")
    done = run("ask", HELLO, "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    [resumed] = [event for event in events if event["type"] == "stream_resumed"]
    assert [event["type"] for event in events].count("stream_lost") == 1
    assert resumed["lost_for_ms"] >= 1_000
    assert "Resumed after " in done.stderr
    assert "nothing lost." in done.stderr


def test_the_next_retry_shows_its_time(run: Run, server: DemoServer) -> None:
    server.faults.add("status:429,on=send,retry_after=2,times=1")
    done = run("ask", HELLO)
    assert done.returncode == 0
    assert "Trying again in" in done.stderr


# -- what is sent ------------------------------------------------------------------------------


def test_stdin_text_is_appended_to_the_message(run: Run, server: DemoServer) -> None:
    done = run("ask", "Repeat the piped text", text="one\ntwo\n")
    assert done.returncode == 0
    sent = server.log.of("send")[-1]
    assert sent.summary == "Repeat the piped text\n\none\ntwo"


@pytest.mark.parametrize("words", ["Summarize the file I attached", "-"])
def test_long_stdin_text_is_uploaded_as_a_file(run: Run, server: DemoServer, words: str) -> None:
    log = "line of a log\n" * 2000
    done = run("ask", words, text=log)
    assert done.returncode == 0, done.stderr
    assert server.log.of("upload")[-1].summary == f"input.txt {len(log)}"
    said = server.log.of("send")[-1].summary
    assert said == ("See the attached file." if words == "-" else words)


def test_several_files_are_uploaded_with_a_message_each(
    run: Run, server: DemoServer, tmp_path: Path
) -> None:
    files = [tmp_path / f"{name}.txt" for name in ("one", "two", "three")]
    for file in files:
        file.write_text(file.stem)
    before = len(server.log)
    options = [word for file in files for word in ("--file", str(file))]
    done = run("ask", "Summarize the file I attached", *options, "--json")
    assert done.returncode == 0, done.stderr
    names = [name for name, _ in requests_since(server, before) if name in ("create", "upload")]
    assert names == ["create", "upload", "upload", "upload"]
    assert [r.summary for r in server.log.of("send")][-1] == "Summarize the file I attached"
    assert "three.txt" in last_line(done)["reply"]


def test_an_open_stdin_pipe_is_mentioned(environ: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "ask", HELLO],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    assert "Waiting for the end of standard input" in process.stderr.readline()
    reply, _ = process.communicate("", timeout=60)
    assert process.returncode == 0
    assert "Ifrit" in reply


def test_an_endless_stdin_pipe_times_out(environ: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "ask", HELLO, "--timeout", "0.5"],
        env=environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.wait(60) == 1
    assert process.stderr
    assert "didn't end in time" in process.stderr.read()
    process.stderr.close()
    assert process.stdin
    process.stdin.close()


# -- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code", "posted"),
    [
        (("--reject", "Book ticket=Not in this quarter"), 0, ["rejected Not in this quarter"]),
        (("--reject", "book  TICKET=a = b", "--approve-all"), 0, ["rejected a = b"]),
        (("--reject", "Book ticket", "--approve-all"), 0, ["rejected"]),
        (("--approve", "BOOK TICKET", "--reject-all"), 0, ["approved", "rejected"]),
    ],
)
def test_a_rejection_sends_its_reason(
    run: Run, server: DemoServer, options: tuple[str, ...], code: int, posted: list[str]
) -> None:
    before = len(server.log.of("approval"))
    done = run("ask", TRIP, *options)
    assert done.returncode == code, done.stderr
    records = server.log.of("approval")[before:]
    assert [record.summary.split(maxsplit=1)[1] for record in records] == posted


def test_a_similar_skill_name_is_suggested(run: Run) -> None:
    done = run("ask", ORDER, "--approve", "Order laptops")
    assert done.returncode == 4
    assert "You wrote 'Order laptops'; the skill is named 'Order laptop'." in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--approve-all", "--reject-all"),
        ("--approve", "Order laptop", "--reject", "Order laptop=no"),
        ("-c", "--conversation", "cnv-1"),
    ],
)
def test_contradictory_options_are_a_usage_error(run: Run, options: tuple[str, ...]) -> None:
    assert run("ask", "hi", *options).returncode == 2


# -- the demo ----------------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", [ORDER, "Show open Acme opportunities in Salesforce"])
def test_the_demo_output_refers_to_nothing_temporary(run: Run, prompt: str) -> None:
    done = run("ask", "--demo", prompt)
    assert done.returncode in (4, 5)
    assert "cnv-" not in done.stderr
    assert "http" not in done.stderr
    assert "genie-tui --demo" in done.stderr or "--approve" in done.stderr


def test_a_search_in_the_demo_finds_what_its_list_shows(run: Run) -> None:
    listed = run("conversations", "--demo")
    assert "VPN drops every hour" in listed.stdout
    found = run("conversations", "--demo", "--search", "vpn")
    assert "VPN drops every hour" in found.stdout
