"""Frames of the Workflows API parsed into events, from any position in a run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.user import essence
from tui.api.sse import Frame, frame_of_json, read_frames
from tui.api.workflow_models import Workflow
from tui.backends.workflows.cursor import StreamCursor, cursor_of, run_named
from tui.backends.workflows.events import RunReader
from tui.backends.workflows.state import end_of, messages_of, rest_of, run_of, stretch_of
from tui.core.events import (
    AgentMessage,
    Heartbeat,
    LogLine,
    SkillFinished,
    SkillProgress,
    TextDelta,
    TurnEvent,
    UnknownEvent,
    UsageReported,
)
from tui.core.ids import ConversationId, TurnId
from tui.core.turn import Turn, fold

FIXTURES = Path(__file__).parent.parent / "fixtures" / "workflows"
KINDS = ["documented", "observed"]
RUN = run_named("wf-1", 1_788_343_200_100)


def frames_of(kind: str) -> list[Frame]:
    async def read() -> list[Frame]:
        async def chunks() -> AsyncIterator[bytes]:
            yield (FIXTURES / kind / "run.sse").read_bytes()

        return [frame async for frame in read_frames(chunks())]

    return asyncio.run(read())


def workflow_of(kind: str) -> Workflow:
    return Workflow.model_validate_json((FIXTURES / kind / "workflow.json").read_bytes())


EMPTY = Turn(id=TurnId("t"), conversation_id=ConversationId("wf-1"))
FRAMES = {kind: frames_of(kind) for kind in KINDS}


def reader(place: StreamCursor | None = None, so_far: Turn | None = None) -> RunReader:
    return RunReader(RUN, lambda: 1, place, so_far)


def read(frames: Iterable[Frame], by: RunReader) -> list[TurnEvent]:
    return [event for frame in frames for event in by.read(frame)]


def whole(kind: str, events: Iterable[TurnEvent], by: RunReader) -> Turn:
    """The turn that these events and what the workflow itself tells add up to."""
    workflow = workflow_of(kind)
    stretch, _ = stretch_of(workflow, RUN)
    assert stretch
    events = [*events, *by.finish()]
    rest = rest_of(stretch, by, lambda: 1)
    return fold(EMPTY, [*events, *rest, end_of(workflow, stretch, by, lambda: 1)])


def frame(number: int, kind: str, data: Any, second: float) -> Frame:
    timestamp = f"2026-09-02T10:00:{second:06.3f}+00:00"
    payload = {"id": number, "type": kind, "data": data, "timestamp": timestamp}
    made = frame_of_json(payload)
    return Frame(made.kind, made.data, str(number))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_parsed_into_messages_and_skills_in_order(kind: str) -> None:
    by = reader()
    turn = whole(kind, read(FRAMES[kind], by), by)
    assert essence(turn) == [
        ("text", "Let me look."),
        ("skill", "status_page", "failed"),
        ("text", "**Mail** is slow."),
    ]
    assert turn.outcome == "finished"
    assert [step.key for step in turn.steps if step.key.startswith("text:")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_workflow_state_alone_gives_the_same_events(kind: str) -> None:
    by = reader()
    assert essence(whole(kind, [], by)) == essence(whole(kind, read(FRAMES[kind], by), by))


def test_a_text_delta_is_placed_after_the_one_before() -> None:
    events = read(FRAMES["documented"], reader())
    pieces = [(e.message_id, e.offset, e.text) for e in events if isinstance(e, TextDelta)]
    assert pieces == [
        (f"{RUN}/0", 0, "Let me "),
        (f"{RUN}/0", 7, "look."),
        (f"{RUN}/1", 0, "**Mail** "),
        (f"{RUN}/1", 9, "is slow."),
    ]
    said = [e for e in events if isinstance(e, AgentMessage)]
    assert [e.message_id for e in said] == [f"{RUN}/0", f"{RUN}/1"]


def test_other_frames_are_timeline_rows_or_unknown_events() -> None:
    events = read(FRAMES["documented"], reader())
    lines = {e.name: e.detail for e in events if isinstance(e, LogLine)}
    assert lines["guardrail"] == "too blunt"
    assert lines["message from tool"] == "Error: 403"
    assert [e.kind for e in events if isinstance(e, UnknownEvent)] == ["telemetry"]


@pytest.mark.parametrize("kind", KINDS)
def test_progress_is_that_of_the_list_of_tasks(kind: str) -> None:
    """Documented as 75, observed as 0.75."""
    told = [e for e in read(FRAMES[kind], reader()) if isinstance(e, SkillProgress)]
    assert {(e.share, e.message) for e in told} == {(0.75, "Look")}


@pytest.mark.parametrize(
    ("percent", "share"),
    [
        (75, 0.75),
        (0.75, 0.75),
        (1.0, 1.0),
        (1, 0.01),
        (37.5, 0.375),
        (250, 1.0),
        (-3.0, 0.0),
        (float("nan"), None),
        ("75", 0.75),
        ("many", None),
        (None, None),
    ],
)
def test_odd_numbers_of_progress(percent: object, share: float | None) -> None:
    data = {"percent_complete": percent, "todos": "none", "current_step": 3}
    [told] = read([frame(1, "progress", data, 1)], reader())
    assert isinstance(told, SkillProgress)
    assert (told.share, told.message) == (share, "")


def test_token_usage_has_two_spellings() -> None:
    documented = frame(1, "usage", {"total_in": 5, "total_out": 2, "cost": 0.5}, 1)
    observed = frame(
        2,
        "usage",
        {"total_input_tokens": 5, "total_output_tokens": 2, "total_cost": 0.5},
        2,
    )
    counts = [
        (e.input_tokens, e.output_tokens, e.cost)
        for e in read([documented, observed], reader())
        if isinstance(e, UsageReported)
    ]
    assert counts == [(5, 2, 0.5)] * 2


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_run_can_be_resumed_from_anywhere_repeatedly(kind: str, data: st.DataObject) -> None:
    frames = FRAMES[kind]
    calm_by = reader()
    calm = whole(kind, read(frames, calm_by), calm_by)
    seen: list[TurnEvent] = []
    by, start = reader(), 0
    for cut in sorted(data.draw(st.sets(st.integers(1, len(frames) - 1), max_size=4))):
        seen += read(frames[start:cut], by)
        ids = [e.event_id for e in seen if e.event_id]
        place = cursor_of(ids[-1] if ids else None)
        retained = [f for f in frames if int(f.id or 0) > place.number]
        by, start = reader(place, fold(EMPTY, seen)), 0
        frames = [FRAMES[kind][0], *retained]
    seen += read(frames[start:], by)
    seen += read(frames, by)  # a server that says everything twice
    assert essence(whole(kind, seen, by)) == essence(calm)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_lost_frames_do_not_change_the_final_turn(kind: str, data: st.DataObject) -> None:
    calm_by = reader()
    calm = whole(kind, read(FRAMES[kind], calm_by), calm_by)
    kept = data.draw(st.lists(st.sampled_from(range(len(FRAMES[kind]))), unique=True))
    by = reader()
    seen = read([FRAMES[kind][n] for n in sorted(kept)], by)
    assert essence(whole(kind, seen, by)) == essence(calm)


def test_restarted_sequence_numbers_are_new_events() -> None:
    by = reader()
    first = read([frame(40, "log", {"event": "thinking", "detail": "a"}, 1)], by)
    again = read([frame(1, "log", {"event": "thinking", "detail": "b"}, 50)], by)
    assert [e.detail for e in (*first, *again) if isinstance(e, LogLine)] == ["a", "b"]
    assert first[0].key != again[0].key


def test_a_replay_omits_the_previous_run() -> None:
    by = reader(StreamCursor())
    old = Frame("log", {"timestamp": "2026-09-02T09:59:59Z", "data": {"event": "x"}}, "3")
    new = Frame("log", {"timestamp": "2026-09-02T10:00:03Z", "data": {"event": "y"}}, "9")
    assert [e.name for e in read([old, new], by) if isinstance(e, LogLine)] == ["y"]


def test_a_gap_is_marked_until_the_whole_message_arrives() -> None:
    by = reader(StreamCursor(number=10, at_ms=1, message=0, offset=12))
    assert read([frame(700, "message_delta", {"delta": "the end"}, 3)], by) == []
    [piece, said] = read(
        [frame(701, "message", {"role": "assistant", "content": "All of it."}, 4)], by
    )
    assert isinstance(piece, TextDelta)
    assert (piece.offset, piece.text) == (12, " […] the end")
    assert isinstance(said, AgentMessage)
    assert (said.message_id, said.text) == (f"{RUN}/0", "All of it.")


@pytest.mark.parametrize("data", [None, [], "x", {"delta": None}, {"violations": 3}, {}])
@pytest.mark.parametrize("kind", ["message_delta", "message", "log", "usage", "status", "progress"])
def test_an_invalid_payload_is_no_failure(kind: str, data: Any) -> None:
    for event in read([frame(1, kind, data, 1)], reader()):
        assert event.raw["type"] == kind


def test_a_comment_is_a_heartbeat_without_a_resume_position() -> None:
    [event] = reader().read(Frame("comment"))
    assert isinstance(event, Heartbeat)
    assert event.event_id is None


def test_control_characters_are_sanitized() -> None:
    sly = {"event": "tool_result", "detail": "a\x1b[31mb", "tool_output": "ok\x07"}
    [event] = read([frame(1, "log", sly, 1)], reader())
    assert isinstance(event, SkillFinished)
    assert "\x1b" not in event.skill
    assert "\x07" not in (event.result or "")


@given(st.builds(StreamCursor, number=st.integers(0, 10**9), at_ms=st.integers(0, 10**14)))
def test_a_resume_position_survives_a_round_trip(place: StreamCursor) -> None:
    assert cursor_of(str(place)) == place


@pytest.mark.parametrize("text", [None, "", "37", "a.b.c.d", "1.2.3.4.5", "1.2.3.-4"])
def test_an_invalid_resume_position_is_the_start(text: str | None) -> None:
    assert cursor_of(text) == StreamCursor()


@pytest.mark.parametrize("kind", KINDS)
def test_the_history_is_the_latest_run_newest_first(kind: str) -> None:
    messages = messages_of(workflow_of(kind))
    assert [(m.source, m.text) for m in messages] == [
        ("agent", "**Mail** is slow."),
        ("agent", "Let me look."),
        ("user", "Is anything broken?"),
    ]
    assert {m.run_id for m in messages} == {RUN}
    assert run_of(workflow_of(kind)) == RUN


def test_a_prompt_that_is_only_logged_is_in_the_history() -> None:
    body = json.loads((FIXTURES / "observed" / "workflow.json").read_bytes())
    workflow = Workflow.model_validate(body | {"messages": []})
    assert [m.text for m in messages_of(workflow)] == ["Is anything broken?"]
