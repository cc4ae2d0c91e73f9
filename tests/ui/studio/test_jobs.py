"""From a skill of the conversation to its recipe and jobs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import NOW_MS, ScriptedBackend, finished, ran, started
from tests.studio.scripted_studio import ScriptedStudio
from tests.ui.stage import Stage
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.events import SkillFinished, SkillStarted, TurnEvent
from tui.studio.models import Instant, Job, JobId, Recipe, RecipeId
from tui.ui.studio.jobs import JobsModal, job_row

pytestmark = pytest.mark.slow


def job(name: str, status: str, error: str = "") -> Job:
    at = Instant(NOW_MS)
    done = Instant(NOW_MS + 3_000)
    return Job(
        id=JobId(name), title=name, status=status, error=error, started_at=at, completed_at=done
    )


def a_studio() -> ScriptedStudio:
    recipe = Recipe(
        id=RecipeId("94794"),
        name="Export to PDF",
        running=True,
        job_succeeded_count=1,
        job_failed_count=1,
    )
    jobs = [job("j-1", "succeeded"), job("j-2", "failed", f"403 from the archive {HOSTILE}")]
    return ScriptedStudio(held_recipes={"94794": recipe}, held_jobs={"94794": jobs})


def a_failed_skill(skill_id: str = "recipe:94794") -> list[TurnEvent]:
    found = []
    for event in ran("Export", "failed"):
        if isinstance(event, SkillFinished):
            event = replace(event, error="It broke", skill_id=skill_id)
        elif isinstance(event, SkillStarted):
            event = replace(event, skill_id=skill_id)
        found.append(event)
    return [started(), *found, finished()]


def test_a_job_has_a_status_symbol_and_fits_the_width() -> None:
    for status, shape in (("succeeded", "✓"), ("failed", "✗"), ("pending", "◐"), ("odd", "?")):
        row = job_row(job("j-1", status), 70)
        assert row.plain.startswith(shape)
        assert row.cell_length == 70


async def test_a_skill_card_and_the_timeline_open_the_jobs() -> None:
    stage = Stage(ScriptedBackend(a_failed_skill()), studio=a_studio())
    async with stage.shown(160, 40):
        await stage.say("Export it")
        await stage.until(lambda: "Recipe and jobs" in stage.screen())
        lines = stage.screen().splitlines()
        y = next(y for y, text in enumerate(lines) if "Recipe and jobs" in text)
        await stage.pilot.click(offset=(lines[y].index("Recipe and jobs") + 2, y))
        await stage.until(lambda: "403 from the archive" in stage.screen())
        assert "Export to PDF  recipe 94794  running" in stage.screen()
        assert "1 succeeded, 1 failed; 2 jobs" in stage.screen()
        assert not set(stage.screen()) & set(UNSAFE)
        await stage.press("c")
        await stage.until(lambda: "job j-2: failed\n403 from" in stage.app.clipboard)
        await stage.press("f")
        await stage.until(lambda: "; 1 failed job" in stage.screen())
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())
        stage.focus_on("timeline")
        await stage.press("home", "down")
        await stage.until(lambda: "j Jobs" in stage.screen())
        await stage.press("j")
        await stage.until(lambda: isinstance(stage.app.screen, JobsModal))
        await stage.press("escape")
        await stage.press("enter")
        await stage.until(lambda: "Recipe and jobs" in stage.screen())
        await stage.until(lambda: not getattr(stage.app.screen, "is_deaf", True))
        await stage.press("j")
        await stage.until(lambda: isinstance(stage.app.screen, JobsModal))


async def test_without_a_token_or_a_recipe_the_jobs_key_is_not_offered() -> None:
    for studio, skill_id in ((None, "recipe:94794"), (a_studio(), "wf:1")):
        stage = Stage(ScriptedBackend(a_failed_skill(skill_id)), studio=studio)
        async with stage.shown(160, 40):
            await stage.say("Export it")
            await stage.until(lambda s=stage: "It broke" in s.screen())
            assert "Recipe and jobs" not in stage.screen()
            stage.focus_on("timeline")
            await stage.press("home", "down", "j")
            assert stage.is_chat_in_front()
            assert "j Jobs" not in stage.screen()
