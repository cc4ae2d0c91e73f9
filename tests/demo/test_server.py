from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest

from tui.demo.server import DemoServer, DemoSettings, PortInUseError


def test_a_port_in_use_is_a_clear_error():
    with DemoServer() as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(PortInUseError, match=f"Can't listen on 127.0.0.1:{port}") as refused:
            DemoServer(DemoSettings(port=port)).start()
    assert isinstance(refused.value, OSError)


def test_the_server_stops_immediately_with_open_streams(visit, until):
    ada = visit()
    with contextlib.suppress(httpx.TransportError), ada.stream(ada.begin(), "laptop") as turn:
        until(turn, "skill.confirmation_required")
        started = time.monotonic()
        ada.server.stop()
        assert time.monotonic() - started < 20  # a parked stream ends after 45
        list(turn)
    assert "demo-server" not in {thread.name for thread in threading.enumerate()}


def test_stopping_the_server_twice_or_before_the_start_is_harmless():
    server = DemoServer()
    server.stop()
    server.start()
    server.stop()
    server.stop()


def test_the_server_listens_on_loopback_only():
    with DemoServer() as server:
        assert server.url.startswith("http://127.0.0.1:")
        port = int(server.url.rpartition(":")[2])
        with socket.socket() as other, pytest.raises(OSError, match="refused"):
            other.connect(("127.0.0.2", port))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_another_host_header_is_rejected(visit, host):
    answer = visit().http.get("/conversations", headers={"Host": host})
    assert answer.status_code == 421
    assert "x-request-id" in answer.headers


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1", "[::1]:80", "[::1]"])
def test_loopback_host_headers_are_accepted(visit, host):
    answer = visit().http.get("/conversations", headers={"Host": host})
    assert answer.status_code == 200


def test_the_log_has_each_request_once(visit):
    ada = visit()
    conversation = ada.begin()
    ada.ask("hello", conversation)
    answer = ada.http.get("/conversations")
    log = list(ada.server.log)
    assert [(record.operation, record.status) for record in log] == [
        ("create", 200),
        ("send", 200),
        ("list", 200),
    ]
    assert log[1].summary == "hello"
    assert log[2].request_id == answer.headers["x-request-id"]
    assert log[2].path.endswith("/chat/conversations")


def test_seed_and_start_time_make_every_byte_reproducible(visit):
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def play() -> list[object]:
        ada = visit(seed=11, start=start, seeded_conversations=5)
        conversation = ada.begin()
        turn = ada.ask("is anything broken?", conversation)
        return [ada.server.api_key, turn, ada.get("/conversations")]

    assert play() == play()


def test_simulated_time_advances_with_the_script(visit):
    ada = visit(start=datetime(2026, 11, 20, 9, tzinfo=UTC))
    turn = ada.ask("is anything broken?")
    times = [datetime.fromisoformat(frame.data["created_at"]) for frame in turn]
    assert times[0].isoformat() < "2026-11-20T09:00:01"
    assert 4 < (times[-1] - times[0]).total_seconds() < 8


def test_without_a_seed_credentials_differ():
    assert DemoServer().api_key != DemoServer().api_key


def test_a_first_visitor_finds_five_conversations(visit):
    ada = visit(seeded_conversations=5)
    rows = ada.get("/conversations")["list"]
    assert rows[0]["topic"] == "VPN drops every hour"
    assert len(rows) == 5
    recent, *_, old = (row["conversation_id"] for row in rows)
    assert ada.get("/conversations/events", conversation_id=recent)["events"]
    assert ada.get("/conversations/events", conversation_id=old)["events"] == []
    assert ada.get(f"/conversations/{old}")["topic"] == rows[-1]["topic"]
    assert len(ada.history(old)) == 2


def test_ten_thousand_conversations_and_messages_are_served(visit):
    ada = visit(seeded_conversations=10_000, seeded_messages=10_000)
    rows = ada.get("/conversations", limit=1000)
    assert rows["total_count"] == 10_001
    [thread] = [row for row in rows["list"] if row["topic"] == "A thread of 10000 messages"]
    path = f"/conversations/{thread['conversation_id']}/messages"
    assert ada.get(path, limit=10)["total_count"] == 10_000


def test_an_invalid_fault_is_reported_before_the_start():
    with pytest.raises(ValueError, match="unknown fault 'boom'"):
        DemoServer(DemoSettings(faults=("boom",)))


def test_the_standalone_server_runs_silently_until_interrupted():
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from tui.demo.server import DemoSettings, run_forever;"
        "run_forever(DemoSettings(), lambda server: print(server.url, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as alone:
        url = alone.stdout.readline().strip()
        assert httpx.get(f"{url}/", headers={"Host": "evil"}, verify=False).status_code == 421
        assert httpx.get(f"{url}/nothing", verify=False).status_code == 404
        alone.send_signal(signal.SIGINT)
        assert alone.wait(60) == 0
        assert (alone.stdout.read(), alone.stderr.read()) == ("", "")


def test_suggestions_import_nothing_heavy():
    code = (
        "import sys, tui.demo.suggestions as s; assert s.SUGGESTIONS;"
        "sys.exit(any(m in sys.modules for m in ('starlette', 'uvicorn', 'asyncio')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
