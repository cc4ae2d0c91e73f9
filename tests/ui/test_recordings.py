"""The app with recordings of a real Workflows server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from tests.recording_player import Player, playing
from tests.recordings import Recording, story_of
from tests.ui.stage import Stage
from tui.api.workflows import WorkflowsClient
from tui.auth.request_auth import TokenAuth
from tui.backends.workflows.backend import WorkflowsBackend
from tui.core.records import Conversation, Page
from tui.ui.timeline.timeline_header import TimelineHeader
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.skill_card import SkillCard
from tui.ui.transcript.status_rows import OutcomeRow, SilenceRow, UsageRow

pytestmark = pytest.mark.slow


class NotingBackend(WorkflowsBackend):
    """Notes that the list was read, which a stage waits for."""

    calls: tuple[str, ...] = ()

    async def conversations(self, cursor: str | None = None) -> Page[Conversation]:
        page = await super().conversations(cursor)
        self.calls = (*self.calls, "conversations")
        return page


@asynccontextmanager
async def shown(player: Player) -> AsyncIterator[Stage]:
    """The app with a client of the player."""
    with playing(player):
        client = WorkflowsClient(player.url, TokenAuth(player.url, SecretStr("token")))
        backend = NotingBackend(client, "agent-1")
        stage = Stage(backend)  # type: ignore[arg-type]
        try:
            async with stage.shown(160, 40):
                yield stage
        finally:
            await backend.aclose()


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "name", ["02-one-tool-claude", "03-two-tools-custom", "11-reconnect-inside-a-burst-custom"]
)
async def test_a_recorded_run_is_drawn_once_and_completely(name: str) -> None:
    recording = Recording(name)
    workflow_id = next(iter(recording.workflows))
    [run] = recording.runs(workflow_id)
    story = story_of(run)
    async with shown(Player(recording, workflow_id)) as stage:
        await stage.say(run.prompt)
        await stage.until(lambda: not stage.working_conversations())
        last = story[-1][1].split()[-1]
        await stage.until(lambda: last in stage.screen())
        replies = [reply.copy_text().strip() for reply in stage.find_all(Reply)]
        cards = [stage.text(card) for card in stage.find_all(SkillCard)]
        cards = [line for card in cards for line in card.splitlines() if " s" in line[-2:]]
    assert replies == [piece[1].strip() for piece in story if piece[0] == "text"]
    skills = [piece[1] for piece in story if piece[0] == "skill"]
    assert len(cards) == len(skills)
    assert all(
        name in card and "completed" not in card for name, card in zip(skills, cards, strict=True)
    )


async def test_a_failed_skill_is_drawn_as_failed() -> None:
    async with shown(Player(Recording("02-one-tool-failing-custom"))) as stage:
        await stage.say("tools: failing")
        await stage.until(lambda: "no such order" in flat(stage.screen()))
        assert "✗" in stage.text(stage.find(SkillCard))


async def test_the_recorded_progress_is_drawn_in_the_card_of_its_tool() -> None:
    async with shown(Player(Recording("03-progress-custom"))) as stage:
        await stage.say("tools: todo")
        await stage.until(lambda: not stage.working_conversations())
        await stage.until(lambda: stage.find_all(SkillCard) != [])
        assert "33%  ━━━╌╌╌╌╌╌╌╌╌  Write the answer" in stage.text(stage.find(SkillCard))


async def test_token_usage_of_three_prompts_adds_up_in_the_timeline_header() -> None:
    async with shown(player := Player(Recording("04-three-prompts-custom"))) as stage:
        for run in player.runs:
            await stage.say(run.prompt)
            await stage.until(lambda said=f"asked: {run.prompt}": said in stage.screen())
            await stage.until(lambda: not stage.working_conversations())
        head = stage.find(TimelineHeader)
        await stage.until(lambda: "↑490 ↓136" in stage.text(head))
        rows = [stage.text(row) for row in stage.find_all(UsageRow)]
    assert ["120 input tokens" in rows[0], "250 input tokens" in rows[1]] == [True, True]


async def test_an_empty_reply_does_not_ask_about_a_genie() -> None:
    async with shown(Player(Recording("06-empty-answer-custom"))) as stage:
        await stage.say("answer: empty")
        await stage.until(lambda: stage.find_all(SilenceRow))
        assert "No reply." in stage.screen()
        assert "genie" not in stage.text(stage.find(SilenceRow))


async def test_a_failed_run_shows_its_reason() -> None:
    async with shown(Player(Recording("06-model-failure-gateway"))) as stage:
        await stage.say("model: refuse")
        await stage.until(lambda: stage.find_all(OutcomeRow))
        assert "the model refused this" in flat(stage.text(stage.find(OutcomeRow)))
        assert not stage.find_all(UsageRow)
