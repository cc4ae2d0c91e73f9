"""Genie events of each type, as documented and as observed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.api.sse import COMMENT, Frame, frame_of_json
from tui.backends.genie.events import READERS, read
from tui.core.codec import from_json, to_json
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ConnectionRequested,
    ConnectionResolved,
    Heartbeat,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    StreamInterrupted,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import RunId

RUN = RunId("run-9")


def event(kind: str, **fields: Any) -> TurnEvent:
    return read(frame_of_json({"type": kind, **fields}), run_id=RUN, seen_ms=7)


UNIQUE = "01a2249e-295a-7753-863c-4d745f557203"


def test_common_fields_of_every_event():
    data = {
        "type": "processing.started",
        "event_id": "e-1",
        "genie_run_id": "run-10",
        "seq_num": 1,
        "created_at": "1970-01-01T00:00:01.000001Z",
        "conversation_id": "cnv-1",
    }
    assert read(frame_of_json(data), run_id=RUN, seen_ms=7) == TurnStarted(
        key="run-10/e-1",
        run_id=RunId("run-10"),
        event_id="e-1",
        seq=1,
        at_ms=1000,
        seen_ms=7,
        raw=data,
    )


def test_an_event_without_a_run_id_belongs_to_the_followed_run():
    started = event("processing.started", seq_num=3)
    assert (started.run_id, started.key, started.event_id) == (RUN, "run-9#3", None)


def test_an_event_is_the_same_by_stream_and_by_replay():
    data = {"type": "agent.message", "message": "hi", "event_id": UNIQUE, "seq_num": 2}
    streamed = read(Frame("agent.message", data, "position-77"), run_id=RUN, seen_ms=1)
    stored = read(frame_of_json(data), run_id=None, seen_ms=2)
    assert (streamed.key, streamed.event_id) == (UNIQUE, "position-77")
    assert stored.key == UNIQUE


@pytest.mark.parametrize("name", ["1", "e-1"])
def test_event_ids_that_count_within_a_run_are_unique_with_its_run_id(name: str):
    def key(run: str, line_id: str | None = name, **data: Any) -> str:
        frame = Frame("agent.message", {"message": "hi", **data}, line_id)
        return read(frame, run_id=RunId(run), seen_ms=1).key

    assert key("run-1") != key("run-2")
    assert key("run-1", event_id=name) != key("run-2", event_id=name)
    assert key("run-1", seq_num=1) != key("run-2", seq_num=1)
    assert key("run-1", seq_num=1) == key("run-1", None, seq_num=1)


def test_an_event_without_id_and_number_is_deduplicated_by_its_content():
    one, same = event("agent.message", message="a"), event("agent.message", message="a")
    other = event("agent.message", message="b")
    assert one.key == same.key != other.key


@pytest.mark.parametrize(
    ("fields", "text", "message_id"),
    [
        ({"message": "**Hi.**"}, "**Hi.**", None),
        ({"message": "a\x1b[2Jb", "message_id": "m-1"}, "a\ufffd[2Jb", "m-1"),
        ({"message": {"content": "inside", "message_id": "m-2"}}, "inside", "m-2"),
        ({"message": {"text": "inside"}, "message_id": "m-3"}, "inside", "m-3"),
        ({"message": ""}, "", None),
    ],
)
def test_agent_message(fields: dict[str, Any], text: str, message_id: str | None):
    said = event("agent.message", **fields)
    assert isinstance(said, AgentMessage)
    assert (said.text, said.message_id, said.from_history) == (text, message_id, False)


def test_skill_running():
    started = event("skill.running", skill_name="Order\nlaptop", skill_id="recipe:4711")
    assert isinstance(started, SkillStarted)
    assert (started.skill, started.skill_id, started.call_id) == (
        "Order laptop",
        "recipe:4711",
        None,
    )


@pytest.mark.parametrize(
    ("kind", "fields", "outcome", "error", "result"),
    [
        ("completed", {}, "completed", None, None),
        ("completed", {"result": {"id": 7}}, "completed", None, '{"id": 7}'),
        ("stopped", {"call_id": "c"}, "stopped", None, None),
        ("failed", {"error": "Recipe error"}, "failed", "Recipe error", None),
        ("failed", {"error": {"message": "inner"}}, "failed", "inner", None),
        ("failed", {"error": {"code": 5}}, "failed", '{"code": 5}', None),
        ("failed", {}, "failed", None, None),
    ],
)
def test_skill_finished_or_failed(kind, fields, outcome, error, result):
    ended = event(f"skill.{kind}", skill_name="Order laptop", **fields)
    assert isinstance(ended, SkillFinished)
    assert (ended.outcome, ended.error, ended.result) == (outcome, error, result)
    assert ended.call_id == fields.get("call_id")


@pytest.mark.parametrize(
    ("fields", "share", "message"),
    [
        ({"percent": 40, "message": "Reading\nlines"}, 0.4, "Reading lines"),
        ({"fraction": 0.4}, 0.4, ""),
        ({"percent": "40"}, 0.4, ""),
        ({"percent": 4000}, 1.0, ""),
        ({"percent": -1, "fraction": 0.4}, 0.0, ""),
        ({"percent": float("nan"), "message": {"text": "Reading"}}, None, "Reading"),
        ({"percent": "soon", "message": None}, None, ""),
        ({"percent": [40], "fraction": {}}, None, ""),
    ],
)
def test_the_progress_of_a_skill(fields, share, message):
    progress = event("skill.progress", skill_name="Order laptop", call_id="c", step=3, **fields)
    assert isinstance(progress, SkillProgress)
    assert (progress.skill, progress.call_id) == ("Order laptop", "c")
    assert (progress.share, progress.message) == (share, message)
    assert progress.raw["step"] == 3


def test_progress_names_its_skill_or_its_call():
    by_call = event("skill.progress", call_id="c", percent=1)
    by_id = event("skill.progress", skill_id="recipe:4711", percent=1)
    assert isinstance(by_call, SkillProgress)
    assert isinstance(by_id, SkillProgress)
    assert (by_call.skill, by_id.skill) == ("", "recipe:4711")
    assert isinstance(event("skill.progress", percent=1), UnknownEvent)


def test_a_skill_without_a_name_is_shown_by_its_id():
    ended = event("skill.completed", skill_id="recipe:4711")
    assert isinstance(ended, SkillFinished)
    assert ended.skill == "recipe:4711"


def test_skill_confirmation_required():
    asked = event(
        "skill.confirmation_required",
        call_id="call_1",
        skill_name="Order laptop",
        skill_parameters={"model": "14\u202e", "n": [1, {"a\x07": None}]},
        skill_parameter_schema=[{"name": "model", "hint": "\x1b]0;x"}, "junk"],
    )
    assert isinstance(asked, ApprovalRequested)
    assert asked.call_id == "call_1"
    assert asked.parameters == {"model": "14\ufffd", "n": [1, {"a\ufffd": None}]}
    assert asked.schema == ({"name": "model", "hint": "\ufffd]0;x"},)


def test_runtime_connection_auth_required():
    asked = event(
        "runtime_connection.auth_required",
        runtime_connection_attempt_id="rca-77",
        auth_link={
            "url": "https://example.invalid/c/1",
            "connector_name": "Jira",
            "expires_at": "1970-01-01T00:05:00Z",
        },
    )
    assert isinstance(asked, ConnectionRequested)
    assert (asked.attempt_id, asked.connector, asked.url, asked.expires_ms) == (
        "rca-77",
        "Jira",
        "https://example.invalid/c/1",
        300_000,
    )


@pytest.mark.parametrize("link", [None, {}, "x", {"url": ""}, {"url": 7}, {"url": "x" * 20_000}])
def test_a_connection_without_a_usable_link_is_still_requested(link: object):
    asked = event(
        "runtime_connection.auth_required", runtime_connection_attempt_id="r", auth_link=link
    )
    assert isinstance(asked, ConnectionRequested)
    assert asked.url is None


def test_an_unsafe_connection_link_is_kept_unchanged():
    """For people to look at: the interface offers none of them."""
    link = {"url": "https://evil.example\\@login.workato.com/oauth"}
    asked = event(
        "runtime_connection.auth_required", runtime_connection_attempt_id="r", auth_link=link
    )
    assert isinstance(asked, ConnectionRequested)
    assert asked.url == link["url"]


def test_connection_authorized_rejected_or_expired():
    authorized = event("runtime_connection.auth_success")
    failed = event(
        "runtime_connection.auth_failed", runtime_connection_attempt_id="r", error="denied"
    )
    assert isinstance(authorized, ConnectionResolved)
    assert isinstance(failed, ConnectionResolved)
    assert (authorized.outcome, authorized.attempt_id) == ("authorized", None)
    assert (failed.outcome, failed.attempt_id, failed.reason) == ("failed", "r", "denied")


def test_system_events():
    cut = event("system.stream_interrupted", reason="pause_timeout", retry_after_ms=2000)
    assert isinstance(cut, StreamInterrupted)
    assert (cut.reason, cut.retry_after_ms) == ("pause_timeout", 2000)
    ping = event("system.ping", timestamp="2026-09-02T10:12:30Z")
    assert isinstance(ping, Heartbeat)
    assert ping.at_ms is None  # a replay resumes after stored events, not after heartbeats
    assert isinstance(read(Frame(COMMENT), run_id=RUN, seen_ms=7), Heartbeat)
    assert isinstance(event("processing.finished"), TurnFinished)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("business_approval.required", {"call_id": "c"}),
        ("something.new\x1b", {}),
        ("agent.message", {}),
        ("skill.running", {}),
        ("skill.confirmation_required", {"skill_name": "x"}),
        ("skill.confirmation_required", {"skill_name": "x", "call_id": {}}),
        ("runtime_connection.auth_required", {"auth_link": {}}),
    ],
)
def test_an_unknown_event_is_kept_unchanged(kind: str, fields: dict[str, Any]):
    unknown = event(kind, event_id="e-1", **fields)
    assert isinstance(unknown, UnknownEvent)
    assert unknown.raw == {"type": kind, "event_id": "e-1", **fields}
    assert unknown.kind == kind.replace("\x1b", "\ufffd")


def test_a_malformed_frame_is_shown_as_unknown_event():
    unknown = read(Frame("malformed", {"text": "{oops"}), run_id=RUN, seen_ms=7)
    assert isinstance(unknown, UnknownEvent)
    assert (unknown.kind, unknown.raw) == ("malformed", {"text": "{oops"})


FIELDS = st.sampled_from(
    ["message", "skill_name", "skill_id", "call_id", "error", "result", "event_id", "seq_num",
     "genie_run_id", "created_at", "auth_link", "runtime_connection_attempt_id", "reason",
     "skill_parameters", "skill_parameter_schema", "retry_after_ms", "message_id"]
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from([*READERS, "x"]), st.dictionaries(FIELDS, VALUES, max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_frame_becomes_an_event_that_can_be_stored(kind: str, fields: dict[str, Any]):
    made = event(kind, **fields)
    for wire_id in (made.key, made.run_id, made.event_id):
        assert wire_id is None or wire_id.encode()
    assert type(from_json(to_json(made))) is type(made)
