"""Recordings of a real Workflows server, played to the engine over loopback HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.engine.engine_room import Room, room_over
from tests.engine.user import essence
from tests.recording_player import Player, playing
from tests.recordings import NAMES, Recording, Run, rows_of, story_of, usage_of
from tui.api.workflows import WorkflowsClient
from tui.auth.request_auth import TokenAuth
from tui.backends.workflows.backend import WorkflowsBackend
from tui.core.events import LogLine, SkillFinished, SkillStarted
from tui.core.ids import ConversationId
from tui.core.turn import Turn
from tui.core.usage import sum_of

pytestmark = pytest.mark.slow

OUTCOMES = {
    "completed": "finished",
    "failed": "failed",
    "halted": "halted",
    "max_turns_reached": "limit",
}
OVER_500 = "11-burst-over-500-custom"
"""Its middle was left out of the recording."""
ALL_600 = "".join(f"w{number} " for number in range(600))


def playable() -> list[tuple[str, str]]:
    """Every recording and workflow with a run that was recorded to its end."""
    recordings = [Recording(name) for name in NAMES]
    return [(r.name, each) for r in recordings for each in r.workflows if r.runs(each)]


PLAYABLE = playable()


@asynccontextmanager
async def room_with(runner: Player, folder: Path) -> AsyncIterator[Room]:
    with playing(runner):
        client = WorkflowsClient(runner.url, TokenAuth(runner.url, SecretStr("token")))
        async with room_over(WorkflowsBackend(client, "agent-1"), folder / "a.db") as room:
            yield room


async def ask_all(room: Room, runner: Player) -> list[Turn]:
    """Every prompt of the recording, one after the other in one conversation."""
    turns: list[Turn] = []
    for run in runner.runs:
        conversation = turns[-1].conversation_id if turns else None
        turns.append(await room.ask(run.prompt, conversation))
    return turns


def tokens_of(turn: Turn) -> tuple[int, int] | None:
    return (turn.usage.input_tokens, turn.usage.output_tokens) if turn.usage else None


def expected(name: str, run: Run, *, bare: bool) -> list[tuple[str, ...]]:
    if name != OVER_500:
        return story_of(run)
    if not bare:
        return [("text", ALL_600)]
    [begun] = [row["detail"] for row in run.rows if row["event"] == "model_response"]
    return [("text", f"{begun} […] w598 w599 ")]


@pytest.mark.parametrize("bare", [False, True], ids=["", "bare"])
@pytest.mark.parametrize(("name", "workflow_id"), PLAYABLE)
async def test_every_recorded_run_is_shown_once_complete_and_in_order(
    name: str, workflow_id: str, bare: bool, tmp_path: Path
) -> None:
    answer = ALL_600 if name == OVER_500 else None
    runner = Player(Recording(name), workflow_id, bare=bare, stray=bare, answer=answer)
    async with room_with(runner, tmp_path) as room:
        turns = await ask_all(room, runner)
        conversation = turns[-1].conversation_id
        total = await room.session.history.total_usage(conversation)
        rows = await room.session.history.timeline(conversation)
        await room.session.history.sync(conversation)
        stored = await room.session.history.turns(conversation)
    for turn, run in zip(turns, runner.runs, strict=True):
        assert essence(turn) == expected(name, run, bare=bare)
        assert turn.outcome == OUTCOMES[run.status]
        errors = [row["detail"] for row in run.rows if row["event"] == "error"]
        assert turn.reason == " ".join(errors[-1:])[:300]
        if usage_of(run):
            assert tokens_of(turn) == usage_of(run)
    assert total == sum_of(turn.usage for turn in turns)
    assert [essence(turn) for turn in stored] == [essence(turn) for turn in turns]
    lines = Counter((row.name, row.detail) for row in rows if isinstance(row, LogLine))
    for run in runner.runs:
        for (event, detail), times in rows_of(run).items():
            line = "guardrail" if event == "output_guardrail_violation" else event
            assert lines[line, detail] >= times
    calls = sum(row["event"] == "tool_call" for run in runner.runs for row in run.rows)
    assert sum(isinstance(row, SkillStarted) for row in rows) == calls
    assert sum(isinstance(row, SkillFinished) for row in rows) == calls


CUT = [
    "02-one-tool-custom",
    "02-one-tool-gateway",
    "03-two-tools-custom",
    "06-model-cut-custom",
    "07-max-turns-claude",
    "09-reconnect-claude",
    "11-burst-claude",
    "11-burst-custom",
    "11-reconnect-inside-a-burst-custom",
]


def place_after(run: Run, cut: int) -> int:
    """The highest number below which nothing is missing after so many frames.

    A message that may be the last one come again is not settled before the next frame.
    """
    came = {sent.number for sent in run.frames[:cut]}
    last = run.frames[cut - 1].payload
    told = [f.payload["data"] for f in run.frames[:cut] if f.payload["type"] == "message"]
    undecided = last["type"] == "message" and told[:-1][-1:] == [last["data"]]
    return next(number for number in count(2) if number not in came) - 1 - undecided


@pytest.mark.parametrize("name", CUT)
async def test_a_recorded_stream_can_be_interrupted_anywhere(name: str, tmp_path: Path) -> None:
    recording = Recording(name)
    recording.close_gaps()
    workflow_id = next(iter(recording.workflows))
    run = recording.runs(workflow_id)[0]
    for cut in range(3, len(run.frames), 3):
        runner = Player(recording, workflow_id, cuts=(cut, 2, 1))
        (folder := tmp_path / str(cut)).mkdir()
        async with room_with(runner, folder) as room:
            turn = await room.ask(run.prompt)
        assert essence(turn) == story_of(run), cut
        assert turn.outcome == OUTCOMES[run.status], cut
        assert int(runner.resumed_from[0]) == place_after(run, cut), cut


async def test_a_restart_in_the_middle_of_a_message_loses_nothing(tmp_path: Path) -> None:
    recording = Recording("02-one-tool-custom")
    [run] = recording.runs("wf-1")
    runner = Player(recording, cuts=(9,))
    with playing(runner):
        client = WorkflowsClient(runner.url, TokenAuth(runner.url, SecretStr("token")))
        async with room_over(WorkflowsBackend(client, "agent-1"), tmp_path / "a.db") as room:
            turn_id = await room.say(run.prompt)
            await room.until(lambda: room.turns[turn_id].steps)
        client = WorkflowsClient(runner.url, TokenAuth(runner.url, SecretStr("token")))
        async with room_over(WorkflowsBackend(client, "agent-1"), tmp_path / "a.db") as room:
            turn = await room.over(turn_id)
    assert essence(turn) == story_of(run)


async def test_token_usage_is_that_of_the_run_and_missing_after_a_failure(tmp_path: Path) -> None:
    runner = Player(Recording("06-failure-after-good-run-custom"))
    async with room_with(runner, tmp_path) as room:
        [turn] = await ask_all(room, runner)
        total = await room.session.history.total_usage(turn.conversation_id)
    assert turn.outcome == "failed"
    assert (turn.usage, total) == (None, None)


async def test_token_usage_of_three_prompts_is_counted_three_times(tmp_path: Path) -> None:
    runner = Player(Recording("04-three-prompts-custom"))
    async with room_with(runner, tmp_path) as room:
        turns = await ask_all(room, runner)
        total = await room.session.history.total_usage(turns[0].conversation_id)
    assert [tokens_of(turn) for turn in turns] == [(120, 34), (250, 68), (120, 34)]
    assert total
    assert (total.input_tokens, total.output_tokens) == (490, 136)
    assert total.cost == pytest.approx(0.0492)


async def test_the_turn_limit_is_reported_although_the_workflow_is_completed(
    tmp_path: Path,
) -> None:
    runner = Player(Recording("07-max-turns-custom"), cuts=(21, 0))
    async with room_with(runner, tmp_path) as room:
        [turn] = await ask_all(room, runner)
    assert turn.outcome == "limit"


async def test_the_newest_run_is_loaded_on_another_machine(tmp_path: Path) -> None:
    runner = Player(Recording("04-three-prompts-custom"))
    with playing(runner):
        client = WorkflowsClient(runner.url, TokenAuth(runner.url, SecretStr("token")))
        async with room_over(WorkflowsBackend(client, "agent-1"), tmp_path / "a.db") as room:
            turns = await ask_all(room, runner)
        client = WorkflowsClient(runner.url, TokenAuth(runner.url, SecretStr("token")))
        async with room_over(WorkflowsBackend(client, "agent-1"), tmp_path / "b.db") as other:
            await other.session.history.sync(ConversationId("wf-1"))
            [turn] = await other.session.history.turns(ConversationId("wf-1"))
    assert turn.run_id == turns[-1].run_id
    assert turn.reply == "Done. You asked: third"
