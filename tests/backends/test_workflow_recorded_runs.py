"""Recorded runs of a real server: reordered within the window, split anywhere, repeated."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.user import essence
from tests.recordings import NAMES, Recording, Run, story_of
from tui.api.coerce import epoch_ms
from tui.api.sse import Frame, frame_of_json, read_frames
from tui.backends.workflows.cursor import cursor_of, run_named
from tui.backends.workflows.events import RunReader
from tui.backends.workflows.frame_order import WINDOW
from tui.core.events import LogLine, TurnEvent, TurnFinished
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.steps import SkillStep
from tui.core.turn import Turn, fold

EMPTY = Turn(id=TurnId("t"), conversation_id=ConversationId("wf-1"))


def whole_runs() -> list[tuple[str, Run]]:
    """Every run that was recorded whole, its frames numbered without gaps."""
    found = []
    for name in NAMES:
        if name == "11-burst-over-500-custom":  # its middle was left out
            continue
        recording = Recording(name)
        recording.close_gaps()
        found += [(name, run) for each in recording.workflows for run in recording.runs(each)]
    return found


RUNS = whole_runs()


def frames_of(run: Run) -> list[Frame]:
    async def read() -> list[Frame]:
        async def chunks() -> AsyncIterator[bytes]:
            for sent in run.frames:
                yield sent.text.encode()

        return [frame async for frame in read_frames(chunks())]

    return asyncio.run(read())


FRAMES = [(name, run, frames_of(run)) for name, run in RUNS]


def name_of(frames: Sequence[Frame]) -> RunId:
    first = next(f for f in frames if f.data["data"].get("event") == "prompt_received")
    return run_named("wf-1", epoch_ms(first.data["timestamp"]) or 0)


def told(frames: Sequence[Frame]) -> list[tuple[str, ...]]:
    """Return the events of frames that come all at once."""
    return essence(follow([frames], name_of(frames)))


def follow(streams: Sequence[Sequence[Frame]], run_id: RunId) -> Turn:
    """The turn that a stream and its reconnects come to."""
    turn, by = EMPTY, RunReader(run_id, lambda: 1)
    for number, frames in enumerate(streams):
        if number:
            by = RunReader(run_id, lambda: 1, cursor_of(turn.last_event_id), turn)
        for frame in frames:
            turn = fold(turn, by.read(frame))
    return fold(turn, [*by.finish(), TurnFinished(key="end")])


def shuffled(frames: Sequence[Frame], data: st.DataObject) -> list[Frame]:
    """The frames as the server may send them: pieces up to eight numbers late."""
    arrived: list[Frame] = []
    waiting: list[Frame] = []
    for frame in frames:
        if frame.kind != "message_delta":
            arrived += [*waiting, frame]
            waiting = []
            continue
        waiting.append(frame)
        oldest = min(int(each.id or 0) for each in waiting)
        if int(frame.id or 0) - oldest >= WINDOW:
            due = next(each for each in waiting if int(each.id or 0) == oldest)
        else:
            due = data.draw(st.sampled_from([None, *waiting]))
        if due:
            waiting.remove(due)
            arrived.append(due)
    return [*arrived, *waiting]


@pytest.mark.parametrize("name", sorted({name for name, _ in RUNS}))
def test_a_recorded_run_becomes_its_events(name: str) -> None:
    for each, run, frames in FRAMES:
        if each == name:
            assert told(frames) == story_of(run)


@settings(max_examples=75, deadline=None)
@given(st.sampled_from(FRAMES), st.data())
def test_reordered_split_and_duplicate_frames_make_the_same_events(
    script: tuple[str, Run, list[Frame]], data: st.DataObject
) -> None:
    _, run, frames = script
    stored = shuffled(frames, data)
    run_id, streams, sent = name_of(frames), list[list[Frame]](), stored
    turn = EMPTY
    for _ in range(data.draw(st.integers(0, 3))):
        cut = data.draw(st.integers(0, len(sent)))
        streams.append(sent[:cut])
        turn = _part(streams, run_id)
        place = cursor_of(turn.last_event_id)
        sent = [frame for frame in stored if int(frame.id or 0) > place.number]
    repeated = data.draw(st.lists(st.sampled_from(sent))) if sent else []
    streams.append([*sent, *repeated])
    assert essence(follow(streams, run_id)) == story_of(run)


def _part(streams: Sequence[Sequence[Frame]], run_id: RunId) -> Turn:
    """The turn after streams that broke off."""
    turn, by = EMPTY, RunReader(run_id, lambda: 1)
    for number, frames in enumerate(streams):
        if number:
            by = RunReader(run_id, lambda: 1, cursor_of(turn.last_event_id), turn)
        for frame in frames:
            turn = fold(turn, by.read(frame))
    return turn


# -- what the facts say of recordings that are not here --------------------------------------------


class Script:
    """Frames of a run, made one by one."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.row("prompt_received", "do it")

    def add(self, kind: str, data: dict[str, Any]) -> None:
        number = len(self.frames) + 2
        timestamp = f"2026-11-28T22:04:{number // 10:02}.{number % 10}00000+00:00"
        payload = {"id": number, "type": kind, "data": data, "timestamp": timestamp}
        self.frames.append(Frame(kind, frame_of_json(payload).data, str(number)))

    def row(self, event: str, detail: str, **more: str) -> None:
        self.add("log", {"event": event, "detail": detail, **more})

    def say(self, text: str, *, told: bool = True) -> None:
        """A whole message; ``told``: with its row, as all have but the repeated last one."""
        self.add("message", {"role": "assistant", "content": text})
        if told:
            self.row("model_response", text[:200])
            self.add("usage", {"total_input_tokens": 10, "total_output_tokens": 2})

    def ends(self, status: str = "completed") -> None:
        if status == "completed":
            self.row("completed", "Final status: completed (tool_calls: 0)")
        self.add("status", {"status": status, "current_turn": 0})


def test_two_messages_with_equal_text_are_no_duplicates() -> None:
    script = Script()
    for _ in range(2):
        script.say("Let me check.")
        script.row("tool_call", "bash (built-in)")
        script.row("tool_result", "Built-in tool completed")
    script.say("Let me check.")
    script.say("Let me check.")
    script.row("session_idle", "Stop reason: end_turn")
    script.say("Let me check.", told=False)
    script.ends()
    call = ("skill", "bash", "completed")
    text = ("text", "Let me check.")
    assert told(script.frames) == [text, call, text, call, text, text]


def test_after_a_session_error_the_last_text_is_shown_once() -> None:
    script = Script()
    script.say("First a note.")
    script.row("error", "Session error: overloaded")
    script.say("First a note.", told=False)
    script.ends()
    by = RunReader(name_of(script.frames), lambda: 1)
    turn = fold(EMPTY, [event for frame in script.frames for event in by.read(frame)])
    assert essence(turn) == [("text", "First a note.")]
    assert by.problem == "Session error: overloaded"
    assert by.end
    assert by.end.outcome == "finished"


def test_parallel_built_in_tools_end_in_their_order() -> None:
    script = Script()
    for tool in ("bash (built-in)", "lookup (mcp:orders)", "web (built-in)"):
        script.row("tool_call", tool)
    for kind in ("Built-in", "Built-in", "MCP"):
        script.row("tool_result", f"{kind} tool completed")
    script.ends()
    assert told(script.frames) == [
        ("skill", "bash", "completed"),
        ("skill", "lookup", "completed"),
        ("skill", "web", "completed"),
    ]


@pytest.mark.parametrize(
    ("end", "output", "status"),
    [
        ("lookup completed", '{"result": "ok"}', "completed"),
        ("lookup completed", '{"error": "gone"}', "failed"),
        ("lookup completed", '{"error": "cut off in the mid', "failed"),
        ("lookup completed", '{"error": null, "result": 1}', "completed"),
        ("lookup completed", '{"result": "an error: none"}', "completed"),
        ("lookup completed", "", "completed"),
        ("lookup FAILED", "", "failed"),
        ("lookup", "Error: 403", "failed"),
    ],
)
def test_a_tool_result_is_in_its_row_or_its_output(end: str, output: str, status: str) -> None:
    script = Script()
    script.row("tool_call", "lookup")
    script.row("tool_result", end, tool_output=output)
    script.ends()
    assert told(script.frames) == [("skill", "lookup", status)]


KINDS = ["bash (built-in)", "web (built-in)", "lookup (mcp:orders)", "find", "order"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8), st.data())
def test_every_skill_call_is_one_card_with_start_and_end(
    tools: list[str], data: st.DataObject
) -> None:
    script, running = Script(), list[int]()
    waiting = list(enumerate(tools))
    ends: dict[int, str] = {}
    while waiting or running:
        if waiting and (not running or data.draw(st.booleans())):
            number, tool = waiting.pop(0)
            script.row("tool_call", tool)
            running.append(number)
            continue
        number = data.draw(st.sampled_from(running))
        ended = _end_of(tools[number])
        oldest = next(n for n in running if _end_of(tools[n]) == ended)
        failed = " (" not in tools[number] and data.draw(st.booleans())
        output = json.dumps({"error" if failed else "result": "x"})
        script.row("tool_result", ended, tool_output=output)
        running.remove(oldest)
        ends[oldest] = "failed" if failed else "completed"
    script.ends()
    names = [tool.partition(" (")[0] for tool in tools]
    assert told(script.frames) == [("skill", name, ends[n]) for n, name in enumerate(names)]


def _end_of(tool: str) -> str:
    if tool.endswith("(built-in)"):
        return "Built-in tool completed"
    return "MCP tool completed" if "(mcp:" in tool else f"{tool} completed"


def test_a_stored_memory_is_no_skill_call() -> None:
    [(_, run, frames)] = [each for each in FRAMES if each[0] == "02-memory-tool-custom"]
    events = read(frames)
    [line] = [e for e in events if isinstance(e, LogLine) and e.name == "memory_stored"]
    assert line.detail == "key=drink scope=agent"
    assert [step[0] for step in story_of(run)] == ["text", "skill", "text"]


def test_an_output_guardrail_is_one_line() -> None:
    [(_, _, frames)] = [each for each in FRAMES if each[0] == "10-output-guardrail-custom"]
    lines = [e for e in read(frames) if isinstance(e, LogLine) and "too long" in e.detail]
    assert [line.name for line in lines] == ["guardrail"]


def read(frames: Sequence[Frame]) -> list[TurnEvent]:
    by = RunReader(name_of(frames), lambda: 1)
    return [event for frame in frames for event in by.read(frame)]


def test_recorded_progress_belongs_to_the_call_that_wrote_the_list() -> None:
    """It comes right before the start of that call, which the server reports as failed."""
    [frames] = [frames for name, _, frames in FRAMES if name == "03-progress-custom"]
    turn = follow([frames], name_of(frames))
    [call] = [step for step in turn.steps if isinstance(step, SkillStep)]
    assert (call.skill, call.status) == ("manage_todo_list", "failed")
    assert (call.share, call.stage) == (0.33, "Write the answer")


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(1, 18))
def test_recorded_progress_survives_a_reconnect(cut: int) -> None:
    [frames] = [frames for name, _, frames in FRAMES if name == "03-progress-custom"]
    turn = follow([frames[:cut], frames[cut:]], name_of(frames))
    [call] = [step for step in turn.steps if isinstance(step, SkillStep)]
    assert (call.share, call.stage) == (0.33, "Write the answer")
