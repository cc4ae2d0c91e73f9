"""``genie-tui ask`` with recordings of a real Workflows server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Run, last_line
from tests.recording_player import Player, playing
from tests.recordings import Recording, story_of, usage_of

pytestmark = pytest.mark.slow

EXIT_CODES = {"completed": 0, "max_turns_reached": 1, "failed": 1, "halted": 1}


def settings_for(player: Player) -> dict[str, str]:
    return {
        "GENIE_TUI_BACKEND": "workflows",
        "GENIE_TUI_BASE_URL": player.url,
        "GENIE_TUI_GENIE": "agent-1",
        "GENIE_TUI_TOKEN": "token",
    }


def skills_in(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The calls, in the order of their starts, with their ends."""
    ends = {e["call_id"]: e["outcome"] for e in lines if e["type"] == "skill_finished"}
    starts = [e for e in lines if e["type"] == "skill_started"]
    return [(start["skill"], ends[start["call_id"]]) for start in starts]


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("01-plain-gateway", True),
        ("02-builtin-and-mcp-tool-claude", False),
        ("02-one-tool-failing-custom", True),
        ("03-two-tools-custom", False),
        ("05-halt-claude", True),
        ("06-model-failure-gateway", False),
        ("07-max-turns-custom", False),
        ("11-burst-claude", False),
        ("11-reconnect-inside-a-burst-custom", True),
    ],
)
def test_a_recorded_run_is_printed_once_and_completely(name: str, bare: bool, run: Run) -> None:
    recording = Recording(name)
    workflow_id = next(iter(recording.workflows))
    [recorded] = recording.runs(workflow_id)
    with playing(Player(recording, workflow_id, bare=bare)) as player:
        done = run("ask", recorded.prompt, "--json", **settings_for(player))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    result, story = lines[-1], story_of(recorded)
    assert done.returncode == EXIT_CODES[recorded.status]
    assert result["reply"] == "\n\n".join(piece[1] for piece in story if piece[0] == "text")
    assert skills_in(lines) == [piece[1:] for piece in story if piece[0] == "skill"]
    keys = [line["key"] for line in lines[:-1]]
    assert len(set(keys)) == len(keys)
    if counted := usage_of(recorded):
        usage = result["usage"]
        assert (usage["input_tokens"], usage["output_tokens"]) == counted


def test_token_usage_totals_are_sums_over_the_prompts(run: Run) -> None:
    recording = Recording("04-three-prompts-custom")
    with playing(Player(recording)) as player:
        known = settings_for(player)
        results = []
        for recorded in player.runs:
            more = ["--conversation", results[-1]["conversation_id"]] if results else []
            done = run("ask", recorded.prompt, "--json", *more, **known)
            results.append(last_line(done))
    assert [r["usage"]["input_tokens"] for r in results] == [120, 250, 120]
    assert [r["total_usage"]["input_tokens"] for r in results] == [120, 370, 490]


def test_an_empty_reply_does_not_ask_about_a_genie(run: Run) -> None:
    with playing(Player(Recording("06-empty-answer-custom"))) as player:
        done = run("ask", "answer: empty", **settings_for(player))
    assert done.returncode == 1
    assert "No reply" in done.stderr
    assert "genie is started" not in done.stderr


def test_a_failed_run_has_a_reason_and_no_token_usage(run: Run) -> None:
    with playing(Player(Recording("06-failure-after-good-run-custom"))) as player:
        done = run("ask", "model: refuse", **settings_for(player))
    assert done.returncode == 1
    assert "the model refused this" in done.stderr
    assert "tokens" not in done.stderr
