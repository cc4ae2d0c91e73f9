from __future__ import annotations

import re
from itertools import pairwise
from uuid import UUID

import httpx
import pytest

BASE = {
    "type",
    "conversation_id",
    "genie_handle",
    "genie_run_id",
    "event_id",
    "seq_num",
    "created_at",
}


def test_a_stream_is_framed_as_event_id_data(visit):
    ada = visit()
    path = f"/conversations/{ada.begin()}/messages"
    answer = ada.post(path, {"message": "hello", "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "x-request-id" in answer.headers
    first, second, last, rest = answer.content.split(b"\n\n")
    assert re.fullmatch(
        rb'event: processing\.started\nid: [0-9a-f-]{36}\ndata: \{"type".*\}', first
    )
    assert second.startswith(b"event: agent.message\nid: ")
    assert last.startswith(b"event: processing.finished\nid: ")
    assert rest == b""


def test_events_have_the_base_shape_and_are_numbered_per_run(visit):
    ada = visit()
    conversation = ada.begin()
    for _ in range(2):
        turn = ada.ask("is anything broken?", conversation)
        assert [frame.data["seq_num"] for frame in turn] == list(range(1, len(turn) + 1))
        for frame in turn:
            assert set(frame.data) >= BASE
            assert (frame.data["type"], frame.data["event_id"]) == (frame.event, frame.id)
            assert UUID(frame.id).version == 7
            assert frame.data["genie_handle"] == ada.server.genie
        assert all(a.id < b.id for a, b in pairwise(turn))


def test_parallel_skills_each_send_a_start_event(visit, kinds):
    turn = visit().ask("Is anything broken right now?")
    assert kinds(turn) == [
        "processing.started",
        "agent.message",
        *["skill.running"] * 4,
        *["skill.completed"] * 4,
        "agent.message",
        "processing.finished",
    ]
    assert set(turn[2].data) == BASE | {"skill_name", "skill_id"}
    assert turn[2].data["skill_id"].startswith("recipe:")


def test_a_failed_skill_has_an_error_and_the_genie_explains(visit, kinds):
    turn = visit().ask("Export the October invoices")
    [failed] = [frame for frame in turn if frame.event == "skill.failed"]
    assert "403" in failed.data["error"]
    assert "failed" in turn[-2].data["message"]


def test_some_runtimes_send_stopped_for_completed(visit, kinds):
    turn = visit().ask("restart the printer")
    assert kinds(turn)[1:-2] == ["skill.running", *["skill.progress"] * 4, "skill.stopped"]


def test_a_long_skill_tells_its_progress(visit):
    turn = visit().ask("restart the printer")
    told = [frame.data for frame in turn if frame.event == "skill.progress"]
    assert [each["percent"] for each in told] == [0, 25, 50, 75]
    assert {each["skill_name"] for each in told} == {"Restart print spooler"}
    assert told[0]["message"] == "Hold new jobs"


def test_without_stream_the_response_is_202_and_the_run_can_be_followed(visit, kinds):
    ada = visit()
    conversation = ada.begin()
    answer = ada.post(f"/conversations/{conversation}/messages", {"message": "hello"})
    assert answer.status_code == 202
    assert set(answer.json()) == {"conversation_id", "genie_run_id"}
    turn = ada.rest_of(conversation, answer.json()["genie_run_id"])
    assert kinds(turn) == ["processing.started", "agent.message", "processing.finished"]


def test_a_reconnect_replays_events_after_the_last_event_id(visit):
    ada = visit()
    conversation = ada.begin()
    turn = ada.ask("is anything broken?", conversation)
    run = turn[0].data["genie_run_id"]
    assert ada.rest_of(conversation, run, after=turn[4].id) == turn[5:]
    assert ada.rest_of(conversation, run, after=turn[-1].id) == []
    assert ada.rest_of(conversation, run, after="unknown") == turn


def test_a_reconnect_continues_live(visit, until, kinds):
    ada = visit()
    conversation = ada.begin()
    with ada.stream(conversation, "order a laptop") as turn:
        asked = until(turn, "skill.confirmation_required")
    # The client is gone; the run is not.
    assert ada.state(conversation) == "awaiting_approval"
    with ada.resume(conversation, asked.data["genie_run_id"], asked.id) as rest:
        path = f"/conversations/{conversation}/skill_approval/{asked.data['call_id']}"
        ada.post(path, {"resolution": "approved"})
        assert kinds(list(rest)) == [
            "skill.running",
            "skill.completed",
            "agent.message",
            "processing.finished",
        ]


def test_an_expired_run_cannot_be_followed(visit):
    ada = visit()
    conversation = ada.begin()
    run = ada.ask("hello", conversation)[0].data["genie_run_id"]
    ada.server.clock.advance(25 * 3600)
    assert ada.http.get(f"/conversations/{conversation}/genie-runs/{run}").status_code == 404


def test_a_script_may_interrupt_its_stream_and_the_turn_continues(visit, kinds):
    ada = visit()
    conversation = ada.begin()
    seen, lost = ada.ask_until_lost("pull the cable", conversation)
    assert isinstance(lost, httpx.TransportError)
    assert kinds(seen) == ["processing.started", "agent.message"]
    rest = ada.rest_of(conversation, seen[0].data["genie_run_id"], seen[-1].id)
    assert rest[-1].event == "processing.finished"
    assert "recovered" in ada.history(conversation)[-1][1]


def test_a_long_reply_is_one_message_of_60_kb(visit):
    turn = visit().ask("tell me everything")
    assert 60_000 < len(turn[2].data["message"].encode()) < 64_000


def test_the_runbook_comes_after_progress_notes(visit, kinds):
    turn = visit().ask("Write a runbook for a full disk")
    assert kinds(turn).count("agent.message") == 3
    assert turn[-2].data["message"].startswith("# Runbook")


def test_a_stopped_genie_starts_and_finishes_without_a_reply(visit, kinds):
    ada = visit(genie="stopped_genie")
    conversation = ada.begin()
    assert kinds(ada.ask("hello", conversation)) == ["processing.started", "processing.finished"]
    assert ada.history(conversation) == [("user", "hello")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message": ""}, 400),
        ({"message": "  \n"}, 400),
        ({}, 400),
        ({"message": 3}, 400),
        ({"message": "hi", "stream": "yes"}, 400),
        ({"message": "ü" * 6144}, 202),
        ({"message": "ü" * 6145}, 422),
        ({"message": "hi", "file_id": "fil-none"}, 422),
        ({"message": "hi", "file_id": ""}, 202),
    ],
)
def test_message_validation_and_size_limits(visit, body, status):
    ada = visit()
    answer = ada.post(f"/conversations/{ada.begin()}/messages", body)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("content", [b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_object_is_400(visit, content):
    ada = visit()
    answer = ada.http.post(f"/conversations/{ada.begin()}/messages", content=content)
    assert answer.status_code == 400


def test_a_second_message_while_a_turn_waits_is_409(visit, until):
    ada = visit()
    conversation = ada.begin()
    with ada.stream(conversation, "order a laptop") as turn:
        until(turn, "skill.confirmation_required")
        answer = ada.post(f"/conversations/{conversation}/messages", {"message": "hurry"})
        assert answer.status_code == 409
        assert answer.json()["error_code"] == "conversation_busy"
    assert ("user", "hurry") not in ada.history(conversation)


def test_a_waiting_turn_sends_heartbeats(visit, until):
    ada = visit(ping_s=0.02)
    with ada.stream(ada.begin(), "order a laptop") as turn:
        until(turn, "skill.confirmation_required")
        ping = next(turn)
    assert (ping.event, ping.id) == ("system.ping", None)
    assert set(ping.data) == {"type", "timestamp"}
