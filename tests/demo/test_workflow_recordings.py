"""Streams of the demo's Workflows API, compared with a recorded server.

Each recorded prompt is sent to the demo, and its frames are compared with the recorded ones: order,
kinds, keys, types, and all words except the reply's. So the demo cannot drift away from the
recordings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.demo.workflow_guest import (
    ENDS,
    FIXTURES,
    Guest,
    count,
    recorded,
    recording,
    until_the_end,
    visited,
)
from tui.demo.workflows.catalog import GHUL, IFRIT, JANN, MARID

STREAMS = FIXTURES / "recorded"
SET_UP = {
    "mcp_loaded",
    "memories_loaded",
    "context_budget",
    "provider_gateway",
    "custom_tools_loaded",
    "model_call",
    "request_context",
    "claude_env_created",
    "claude_agent_created",
    "claude_session_created",
}
"""Rows that most recordings leave out."""
WHOLE = {"01-plain-claude", "01-plain-custom", "01-plain-gateway", "02-one-tool-custom"}
"""Recordings that have those rows."""
PATHS = {"custom": IFRIT, "claude": MARID, "gateway": JANN}


PACED = recorded(speed=20, token_rate=0)

SETTINGS: dict[str, dict[str, Any]] = {
    "05-halt-gateway": {"max_turns": 5},
    "07-max-turns-claude": {"max_turns": 1},
    "07-max-turns-custom": {"max_turns": 2},
    "08-json-format-custom": {"output_format": "json"},
    "10-output-guardrail-custom": {"guardrail_ids": ["gr-output-03"]},
}
OVERRIDES = {2: {"ORDERS_KEY": "ORDERS_KEY_TEST"}, 3: {"ORDERS_KEY": "NO_SUCH_TOKEN"}}
HALTS = {"05-halt-claude": ("usage", 3), "05-stop-task-claude": ("usage", 2)}
"""After how many frames of a kind the run was halted."""
NOT_RUNS = ("09-", "10-busy", "10-refused", "10-guardrails")
"""Recordings of other things than whole runs."""


@dataclass(frozen=True)
class Recorded:
    """A prompt and the frames of its run."""

    file: str
    workflow: int
    prompt: str
    frames: tuple[dict[str, Any], ...]

    @property
    def agent(self) -> str:
        path = self.file.rpartition("-")[2]
        return GHUL if "unreachable" in self.file else PATHS.get(path, IFRIT)

    @property
    def settings(self) -> dict[str, Any]:
        usual = {"output_format": "markdown", "max_turns": 10}
        overrides = OVERRIDES.get(self.workflow, {}) if self.file.startswith("13-") else {}
        return usual | SETTINGS.get(self.file, {}) | {"credential_overrides": overrides}


def frames_of(exchange: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Offsets and payloads, without comments."""
    texts = [(ms, text) for ms, text in exchange["response"]["sse"] if not text.startswith(":")]
    return [(ms, json.loads(text.partition("data: ")[2])) for ms, text in texts]


def recorded_runs() -> Iterator[Recorded]:
    for path in sorted(STREAMS.glob("*.json")):
        if path.stem.startswith(NOT_RUNS):
            continue
        stream = None
        for exchange in recording(path):
            asked, answer = exchange["request"], exchange["response"]
            if "sse" in answer and "headers" not in asked:
                stream = exchange
            elif asked["path"].endswith("/prompt") and answer["status"] == 201 and stream:
                frames = tuple(payload for _, payload in frames_of(stream))
                number = int(re.findall(r"wf-(\d+)", asked["path"])[0])
                if frames and frames[-1]["data"].get("status") in ENDS:
                    yield Recorded(path.stem, number, asked["body"]["prompt"], frames)
                stream = None


RUNS = list(recorded_runs())


def test_every_path_and_every_outcome_is_recorded() -> None:
    assert {run.agent for run in RUNS} == {IFRIT, MARID, JANN, GHUL}
    assert {run.frames[-1]["data"]["status"] for run in RUNS} == ENDS
    assert len(RUNS) > 30


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with visited(PACED) as guest:
        yield guest


# -- streams -------------------------------------------------------------------------------------


def kinds(frames: Iterable[dict[str, Any]], *, whole: bool) -> list[Any]:
    """Reduce frames to what can be compared: adjacent text pieces count as one, without words."""
    found: list[Any] = []
    for frame in frames:
        assert list(frame) == ["id", "type", "data", "timestamp"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", frame["timestamp"])
        kind, data = frame["type"], frame["data"]
        if kind == "log" and not whole and data["event"] in SET_UP:
            continue
        if kind == "message_delta" and found and found[-1][0] == kind:
            continue
        found.append((kind, *masked(kind, data)))
    return found


def masked(kind: str, data: dict[str, Any]) -> tuple[Any, ...]:
    if kind in ("message", "message_delta", "usage"):
        return tuple((name, type(value).__name__) for name, value in data.items())
    said = {"model_response", "prompt_received"}
    return tuple(
        (name, neutral(value))
        for name, value in data.items()
        if not (name == "detail" and data.get("event") in said)
    )


def neutral(value: Any) -> Any:
    """Without counts, models and the numbers of sessions."""
    if not isinstance(value, str):
        return value
    value = re.sub(r"fake-1|claude-1|brass-4(-deep)?", "MODEL", value)
    value = re.sub(r"(env|agent|sess)_\d+", r"\1_N", value)
    return re.sub(r"estimated_(\w+)=\d+", r"estimated_\1=N", value)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.file}-{run.workflow}-{run.prompt}")
def test_frames_of_a_run_match_the_recording(run: Recorded, guest: Guest) -> None:
    workflow = guest.create(run.agent, **run.settings)
    if run.file.startswith("06-failure-after"):
        guest.run(workflow, "hello")
    frames = guest.run(workflow, run.prompt, HALTS.get(run.file))
    whole = run.file in WHOLE
    assert kinds(frames, whole=whole) == kinds(run.frames, whole=whole)


@pytest.mark.parametrize("agent", PATHS.values(), ids=PATHS)
def test_sequence_numbers_start_at_two_and_skip_one_per_run(agent: str, guest: Guest) -> None:
    workflow = guest.create(agent)
    first, second = guest.run(workflow, "hello"), guest.run(workflow, "echo again")
    for frames, start in ((first, 2), (second, first[-1]["id"] + 2)):
        assert sorted(frame["id"] for frame in frames) == list(range(start, start + len(frames)))


@pytest.mark.parametrize("agent", [MARID, JANN])
def test_only_text_deltas_are_out_of_order(agent: str, guest: Guest) -> None:
    ids = [frame["id"] for frame in guest.run(guest.create(agent), "burst 40")]
    assert ids == sorted(ids)


def test_bursts_are_out_of_order_as_far_as_recorded(guest: Guest) -> None:
    late = 0
    for _ in range(19):
        frames = guest.run(guest.create(IFRIT), "burst 25")
        pieces = [frame for frame in frames if frame["type"] == "message_delta"]
        ids = [frame["id"] for frame in pieces]
        late += ids != sorted(ids)
        ordered = sorted(pieces, key=lambda frame: frame["id"])
        text = "".join(frame["data"]["delta"] for frame in ordered)
        assert text == "".join(f"w{n} " for n in range(25))
        assert all(abs(number - place) <= 8 for place, number in enumerate(ids, min(ids)))
        others = [frame["id"] for frame in frames if frame["type"] != "message_delta"]
        assert others == sorted(others)
        assert others[-1] > max(ids)
        times = [frame["timestamp"] for frame in frames]
        assert times == sorted(times)
    assert 5 < late < 19


def test_paced_text_is_in_order() -> None:
    with visited(recorded(speed=20, token_rate=60)) as guest:
        ids = [frame["id"] for frame in guest.run(guest.create(IFRIT), "echo one two three")]
    assert ids == sorted(ids)


def replayed(guest: Guest, workflow: str, last: str | None) -> tuple[list[int], list[int]]:
    """Numbers before and after the first comment; the stream is left at the second comment."""
    headers = {} if last is None else {"Last-Event-ID": last}
    parts: list[list[int]] = [[], []]
    part = 0
    with guest.http.stream("GET", f"/api/workflows/{workflow}/stream", headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                parts[part].append(int(line.removeprefix("id: ")))
            if line.startswith(":"):
                part += 1
                if part == 2:
                    return parts[0], parts[1]
    raise AssertionError(parts)


def test_the_first_comment_ends_the_replay() -> None:
    with visited(recorded(speed=0, ping_s=0.05)) as guest:
        workflow = guest.create(MARID)
        ids = [frame["id"] for frame in guest.run(workflow, "burst 6")]
        ids += [frame["id"] for frame in guest.run(workflow, "burst 6")]
        for last in ("0", "5", str(ids[-4]), str(ids[-1])):
            assert replayed(guest, workflow, last) == ([n for n in ids if n > int(last)], [])
        for last in (None, "99999", "abc", "-1"):
            assert replayed(guest, workflow, last) == ([], [])


def test_a_replay_inside_a_burst_lacks_late_frames() -> None:
    with visited(recorded(speed=0, ping_s=0.05)) as guest:
        ids: list[int] = []
        while ids == sorted(ids):
            workflow = guest.create(IFRIT)
            ids = [frame["id"] for frame in guest.run(workflow, "burst 60")]
        place = next(n for n in range(1, len(ids)) if ids[n] < ids[n - 1])
        before, _ = replayed(guest, workflow, str(ids[place - 1]))
        assert before == [number for number in ids if number > ids[place - 1]]
        assert ids[place] not in before


def test_at_most_500_frames_are_retained() -> None:
    with visited(recorded(speed=0, ping_s=0.05)) as guest:
        workflow = guest.create(IFRIT)
        frames = guest.run(workflow, "burst 600")
        before, _ = replayed(guest, workflow, "0")
    assert len(frames) > 600
    assert before == [frame["id"] for frame in frames][-500:]


# -- halts, and prompts close together -----------------------------------------------------------


@pytest.mark.parametrize("agent", [IFRIT, JANN])
def test_other_paths_accept_a_halt_and_continue(agent: str, guest: Guest) -> None:
    workflow = guest.create(agent, output_format="markdown")
    frames = guest.run(workflow, "tools: two", ("log", SET_UP_ROWS[agent] + 2))
    assert frames[-1]["data"]["status"] == "completed"
    again = guest.http.post(f"/api/workflows/{workflow}/halt")
    assert (again.status_code, again.json()) == (400, {"detail": "No running task to halt"})


SET_UP_ROWS = {IFRIT: 7, JANN: 8}


def test_a_halt_that_comes_too_late_stops_the_next_run(guest: Guest) -> None:
    workflow = guest.create(MARID)
    late = ("usage", 2)
    assert guest.run(workflow, "tools: one", late)[-1]["data"]["status"] == "completed"
    assert guest.run(workflow, "tools: one")[-1]["data"]["status"] == "halted"
    assert guest.run(workflow, "tools: one")[-1]["data"]["status"] == "completed"


def test_two_concurrent_prompts_run_one_after_the_other() -> None:
    with visited(recorded(speed=0.2)) as guest:  # the first waits half a second for its worker
        workflow = guest.create(JANN)
        path = f"/api/workflows/{workflow}"
        with guest.http.stream("GET", f"{path}/stream") as answer:
            lines = answer.iter_lines()
            for text in ("echo one", "echo two"):
                accepted = guest.http.post(f"{path}/prompt", json={"prompt": text})
                assert accepted.status_code == 201
            first, second = list(until_the_end(lines)), list(until_the_end(lines))
        guest.until_saved(workflow)
        body = guest.http.get(path).json()
    asked = [m["content"] for m in body["messages"] if m["role"] == "user"]
    assert asked == ["echo one", "echo two"]
    assert count(first + second, "log") == len(body["logs"])
    assert second[0]["id"] == first[-1]["id"] + 1


def test_a_second_prompt_during_a_run_is_rejected(guest: Guest) -> None:
    workflow = guest.create(IFRIT)
    path = f"/api/workflows/{workflow}"
    with guest.http.stream("GET", f"{path}/stream") as answer:
        lines = answer.iter_lines()
        guest.http.post(f"{path}/prompt", json={"prompt": "slow 20"})
        next(line for line in lines if "running" in line)
        refused = guest.http.post(f"{path}/prompt", json={"prompt": "second"})
        list(until_the_end(lines))
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "A task is already running for this workflow",
    )


def test_token_usage_is_that_of_the_last_completed_run(guest: Guest) -> None:
    workflow = guest.create(IFRIT)
    path = f"/api/workflows/{workflow}"
    used = []
    for prompt in ("echo one", "tools: one", "echo one", "model: refuse"):
        accepted = []
        with guest.http.stream("GET", f"{path}/stream") as answer:
            lines = answer.iter_lines()
            accepted.append(guest.http.post(f"{path}/prompt", json={"prompt": prompt}).json())
            list(until_the_end(lines))
        guest.until_saved(workflow)
        assert accepted[0]["usage"] == (used[-1] if used else None)
        used.append(guest.http.get(path).json()["usage"])
    plain, tool, again, failed = used
    assert plain == again == failed
    assert tool["total_input_tokens"] > plain["total_input_tokens"]
    rows = guest.http.get(f"/api/tasks/workflow/{workflow}").json()
    tasks = [guest.http.get(f"/api/tasks/{row['id']}").json() for row in reversed(rows)]
    assert [task["usage"] for task in tasks] == [plain, tool, plain, None]


def test_token_usage_frames_add_up_inside_a_run_and_restart(guest: Guest) -> None:
    workflow = guest.create(MARID)
    for _ in range(2):
        frames = guest.run(workflow, "tools: one")
        used = [frame["data"] for frame in frames if frame["type"] == "usage"]
        assert [u["total_cache_write_tokens"] for u in used] == [1, 2]
        kept = guest.http.get(f"/api/workflows/{workflow}").json()["usage"]
        assert used[-1].items() <= kept.items()


def test_the_turn_limit_is_reported_only_in_the_stream(guest: Guest) -> None:
    workflow = guest.create(IFRIT, max_turns=2)
    assert guest.run(workflow, "tools: endless")[-1]["data"]["status"] == "max_turns_reached"
    body = guest.http.get(f"/api/workflows/{workflow}").json()
    assert (body["last_task_status"], body["current_turn"]) == ("completed", 0)


def test_a_session_error_is_reported_as_completed(guest: Guest) -> None:
    workflow = guest.create(MARID)
    frames = guest.run(workflow, "model: error")
    rows = [frame["data"]["event"] for frame in frames if frame["type"] == "log"]
    assert rows[-2:] == ["error", "completed"]
    assert count(frames, "message") == 2
    usage = guest.http.get(f"/api/workflows/{workflow}").json()["usage"]
    assert set(usage.values()) == {0}


def test_a_task_keeps_its_agent_and_model(guest: Guest) -> None:
    workflow = guest.create(IFRIT)
    path = f"/api/workflows/{workflow}"
    guest.run(workflow, "echo one")
    assert guest.http.put(path, json={"agent_id": MARID, "model": "brass-9"}).status_code == 200
    guest.run(workflow, "echo two")
    rows = guest.http.get(f"/api/tasks/workflow/{workflow}").json()
    assert [(row["agent_name"], row["model"]) for row in rows] == [
        ("Marid", "brass-9"),
        ("Ifrit", "brass-4"),
    ]
