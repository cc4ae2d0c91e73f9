from __future__ import annotations

import re

import httpx
import pytest

from tui.demo import faults
from tui.demo.faults import OPERATIONS, STREAMS, FaultBox, parse

TURN = ["processing.started", "agent.message", "processing.finished"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("cut:after=3", {"kind": "cut", "after": 3, "on": STREAMS, "times": None}),
        ("close:after=2,on=resume,times=4", {"on": {"resume"}, "times": 4}),
        ("interrupted:after=2,retry_ms=800", {"after": 2, "retry_ms": 800}),
        ("status:429,retry_after=1", {"status": 429, "retry_after_s": 1.0}),
        ("status:503,on=list", {"status": 503, "on": {"list"}}),
        ("slow:ms=250", {"delay_s": 0.25, "on": set(OPERATIONS)}),
        ("refuse:s=3", {"outage_s": 3.0}),
        ("outage:after=1,s=0.5", {"after": 1, "outage_s": 0.5, "on": STREAMS}),
        ("duplicate", {"kind": "duplicate", "on": STREAMS}),
        ("lose_answer", {"on": {"send"}}),
        ("drop_request:on=any", {"on": set(OPERATIONS)}),
        ("new_run:stored=1,times=2", {"stored": True, "times": 2, "on": set()}),
        (" silent:after=2 ", {"kind": "silent", "after": 2}),
    ],
)
def test_fault_specifications_are_parsed(spec, expected):
    fault = parse(spec)
    assert {name: getattr(fault, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ("", "unknown fault ''"),
        ("explode", "unknown fault 'explode'"),
        ("cut:after", "'after'"),
        ("cut:after=x", "after must be a number, not 'x'"),
        ("cut:after=1.5", "after can't be 1.5"),
        ("cut:after=-1", "after can't be -1"),
        ("cut:after=nan", "after can't be nan"),
        ("cut:times=0", "times can't be 0"),
        ("cut:ms=3", "unknown option 'ms'"),
        ("cut:on=list", "on=list has no stream"),
        ("slow:on=lunch", "unknown operation 'lunch' in on=lunch; one of list, create"),
        ("status", "status from 400 to 599, not ''"),
        ("status:200", "not '200'"),
        ("status:teapot", "not 'teapot'"),
        ("new_run:on=send", "new_run: takes no on="),
    ],
)
def test_errors_in_fault_specifications_are_named_in_one_line(spec, named):
    with pytest.raises(ValueError, match=re.escape(named)) as refused:
        parse(spec)
    assert "\n" not in str(refused.value)


def test_the_documentation_of_the_grammar_names_all_operations():
    text = faults.__doc__ or ""
    assert all(operation in text for operation in OPERATIONS)
    assert "cut:after=3" in text


def test_a_fault_strikes_as_often_as_specified():
    box = FaultBox(("status:503,times=2,on=list",))
    hits = [len(box.strike("list", stream=False)) for _ in range(3)]
    assert hits == [1, 1, 0]
    assert box.strike("get", stream=False) == []


def test_faults_can_be_removed():
    box = FaultBox(("duplicate",))
    box.clear()
    assert box.strike("send", stream=True) == []


def test_cut_resets_the_stream_and_the_turn_can_be_recovered(visit, kinds):
    ada = visit(faults=("cut:after=2,times=1",))
    conversation = ada.begin()
    seen, lost = ada.ask_until_lost("hello", conversation)
    assert kinds(seen) == TURN[:2]
    assert isinstance(lost, httpx.TransportError)
    rest = ada.rest_of(conversation, seen[0].data["genie_run_id"], seen[-1].id)
    assert kinds(rest) == TURN[2:]


def test_tear_stops_inside_a_character(visit):
    ada = visit(faults=("tear:after=1,times=1",))
    conversation = ada.begin()
    path = f"/conversations/{conversation}/messages"
    body = {"message": "Grüße", "stream": True}
    received: list[bytes] = []
    with ada.http.stream("POST", path, json=body) as answer:
        chunks = answer.iter_raw()
        with pytest.raises(httpx.TransportError):
            received.extend(chunks)
    whole, half = b"".join(received).split(b"\n\n")
    assert whole.startswith(b"event: processing.started")
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        half.decode()


def test_outage_interrupts_everything_for_a_while(visit, kinds, eventually):
    ada = visit(faults=("outage:after=2,s=0.2,times=1",))
    conversation = ada.begin()
    seen, lost = ada.ask_until_lost("hello", conversation)
    assert kinds(seen) == TURN[:2]
    assert lost is not None
    with pytest.raises(httpx.TransportError):
        ada.state(conversation)

    def back() -> bool:
        try:
            return ada.state(conversation) == "idle"
        except httpx.TransportError:
            return False

    eventually(back)


def test_swap_sends_an_event_after_its_successor(visit, kinds):
    turn = visit(faults=("swap:after=1,times=1",)).ask("hello")
    assert kinds(turn) == [TURN[0], TURN[2], TURN[1]]
    assert [frame.data["seq_num"] for frame in turn] == [1, 3, 2]


def test_swap_keeps_the_last_event(visit, kinds):
    assert kinds(visit(faults=("swap:after=2",)).ask("hello")) == TURN


def test_mute_leaves_only_keep_alives(visit, kinds):
    turn = visit(faults=("mute:after=2", "slow:ms=1")).ask("hello")
    assert kinds(turn) == TURN[:2]


def test_skip_omits_one_event(visit, kinds):
    ada = visit(faults=("skip:after=1,times=1",))
    turn = ada.ask("hello")
    assert kinds(turn) == [TURN[0], TURN[2]]
    assert [frame.data["seq_num"] for frame in turn] == [1, 3]


def test_close_ends_the_stream_cleanly_without_the_end_of_the_turn(visit, kinds):
    ada = visit(faults=("close:after=1",))
    seen, lost = ada.ask_until_lost("hello", ada.begin())
    assert (kinds(seen), lost) == (TURN[:1], None)


def test_silent_sends_no_heartbeats(visit, kinds):
    ada = visit(faults=("silent:after=1",), ping_s=0.01)
    ada.http.timeout = httpx.Timeout(5, read=0.1)
    seen, lost = ada.ask_until_lost("order a laptop", ada.begin())
    assert kinds(seen) == TURN[:1]
    assert isinstance(lost, httpx.ReadTimeout)


def test_interrupted_has_a_retry_after(visit, kinds):
    ada = visit(faults=("interrupted:after=2,retry_ms=800,on=send",))
    turn = ada.ask("hello")
    assert kinds(turn) == [*TURN[:2], "system.stream_interrupted"]
    assert turn[-1].data["retry_after_ms"] == 800
    assert turn[-1].id is None


def test_malformed_sends_a_broken_frame_between_valid_ones(visit, kinds):
    turn = visit(faults=("malformed:after=1",)).ask("hello")
    assert kinds(turn) == ["processing.started", "agent.message", *TURN[1:]]
    assert "broken" in turn[1].data


def test_duplicate_sends_every_event_twice(visit, kinds):
    turn = visit(faults=("duplicate",)).ask("hello")
    assert kinds(turn) == [kind for kind in TURN for _ in range(2)]
    assert turn[0] == turn[1]


def test_faults_combine(visit, kinds):
    ada = visit(faults=("duplicate", "slow:ms=1", "close:after=3"))
    assert kinds(ada.ask("hello")) == [TURN[0], TURN[0], TURN[1]]


def test_status_responds_without_processing(visit):
    ada = visit()
    conversation = ada.begin()
    ada.server.faults.add("status:429,retry_after=1,times=1")
    refused = ada.post(f"/conversations/{conversation}/messages", {"message": "hello"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["error_code"] == "rate_limited"
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert ada.history(conversation) == []


def test_drop_request_processes_nothing(visit):
    ada = visit()
    conversation = ada.begin()
    ada.server.faults.add("drop_request:times=1")
    with pytest.raises(httpx.TransportError):
        ada.ask("hello", conversation)
    assert ada.history(conversation) == []
    [dropped] = ada.server.log.of("send")
    assert (dropped.status, dropped.summary) == (0, "")


@pytest.mark.parametrize("stream", [True, False])
def test_lose_answer_processes_and_sends_no_response(visit, stream, eventually):
    ada = visit(faults=("lose_answer:times=1",))
    conversation = ada.begin()
    with pytest.raises(httpx.TransportError):
        ada.post(f"/conversations/{conversation}/messages", {"message": "hi", "stream": stream})
    [lost] = ada.server.log.of("send")
    assert (lost.status, lost.summary) == (0, "hi")
    eventually(lambda: ada.state(conversation) == "idle")
    assert [source for source, _ in ada.history(conversation)] == ["user", "genie"]


def test_refuse_is_a_temporary_outage(visit, eventually):
    ada = visit(faults=("refuse:s=0.15",))

    def reachable() -> bool:
        try:
            return ada.http.get("/conversations").status_code == 200
        except httpx.TransportError:
            return False

    assert not reachable()
    eventually(reachable)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in STREAMS])
def test_every_operation_can_have_a_fault(visit, operation):
    ada = visit()
    conversation = ada.begin()
    one, attempt = f"/conversations/{conversation}", "/runtime_connection/rca-1"
    workflows = f"{ada.server.url}/api/workflows"
    method, path = {
        "list": ("GET", "/conversations"),
        "create": ("POST", "/conversations"),
        "get": ("GET", one),
        "delete": ("DELETE", one),
        "messages": ("GET", f"{one}/messages"),
        "events": ("GET", "/conversations/events"),
        "approval": ("POST", f"{one}/skill_approval/call_1"),
        "link": ("POST", f"{attempt}/link"),
        "reject": ("POST", f"{attempt}/reject"),
        "upload": ("POST", f"{one}/upload"),
        "feedback": ("POST", f"{one}/genie-runs/run-1/feedback"),
        "authorize": ("GET", f"{ada.server.identity_url}/oauth/authorize"),
        "token": ("POST", f"{ada.server.identity_url}/oauth/token"),
        "userinfo": ("GET", f"{ada.server.identity_url}/oauth/userinfo"),
        "discovery": ("GET", f"{ada.server.identity_url}/.well-known/openid-configuration"),
        "agents": ("GET", f"{ada.server.url}/api/agents"),
        "skills": ("GET", f"{ada.server.url}/api/skills"),
        "lists": ("GET", f"{ada.server.url}/api/guardrails"),
        "tasks": ("GET", f"{ada.server.url}/api/tasks"),
        "update": ("PUT", f"{workflows}/wf-1"),
        "halt": ("POST", f"{workflows}/wf-1/halt"),
        "export": ("GET", f"{workflows}/export"),
        "import": ("POST", f"{workflows}/import"),
        "developer": ("GET", f"{ada.server.url}/api/agentic/genies"),
    }[operation]
    ada.server.faults.add(f"status:503,on={operation},times=1")
    assert ada.http.request(method, path).status_code == 503
    assert ada.http.request(method, path).status_code != 503
    assert ada.server.log.of(operation)[-2].status == 503
