"""Stopping the agent: offered where it is possible, and visible until it has happened."""

from __future__ import annotations

import asyncio

from tests.fakes import WORKSHOP, ScriptedBackend, Wait, finished, piece, said, started
from tests.ui.stage import Stage
from tui.ui.transcript.status_rows import WorkingRow

KEY = "ctrl+s"


def offered(stage: Stage) -> bool:
    return stage.is_key_offered("halt")


def asked(stage: Stage) -> bool:
    """Return true if the conversation shows that the agent was asked to stop."""
    return any(row.entry.halting for row in stage.find_all(WorkingRow))


async def test_a_stopped_turn_shows_its_text_and_that_it_was_stopped() -> None:
    script = [started(), piece(0, "One, two, "), Wait.HALT, said("One, two, "), finished("halted")]
    stage = Stage(ScriptedBackend(script, can=WORKSHOP))
    async with stage.shown():
        assert not offered(stage)
        await stage.say("Count")
        await stage.until(lambda: "One, two," in stage.screen())
        await stage.until(lambda: offered(stage))
        await stage.press(KEY)
        await stage.until(lambda: "Stopped by you" in stage.screen())
        assert "One, two," in stage.screen()
        assert not offered(stage)
    assert len(stage.backend.halted) == 1


async def test_an_agent_that_keeps_working_is_shown_with_stop_requested() -> None:
    gate = asyncio.Event()
    script = [started(), piece(0, "One, "), gate, said("One, two."), finished()]
    stage = Stage(ScriptedBackend(script, can=WORKSHOP))
    async with stage.shown():
        await stage.say("Count")
        await stage.until(lambda: offered(stage))
        await stage.press(KEY)
        await stage.until(lambda: asked(stage))
        assert not offered(stage)
        gate.set()
        await stage.until(lambda: "One, two." in stage.screen())
        assert not asked(stage)


async def test_without_stop_support_the_key_is_not_offered() -> None:
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend([started(), gate, finished()]))
    async with stage.shown():
        await stage.say("Count")
        await stage.until(lambda: "Working" in stage.screen())
        assert not offered(stage)
        gate.set()
