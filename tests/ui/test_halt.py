"""Stopping the agent: offered where it is possible, and visible until it has happened."""

from __future__ import annotations

import asyncio

from tests.fakes import WORKSHOP, ScriptedBackend, Wait, finished, piece, said, started
from tests.ui.stage import Stage
from tui.ui.chat.banner_text import BannerText

KEY = "escape"


def offered(stage: Stage) -> bool:
    return stage.is_key_offered("stop_turn") and "Esc to stop" in stage.working_text()


def asked(stage: Stage) -> bool:
    """Return true if the conversation shows that the agent was asked to stop."""
    return "was asked to stop" in stage.working_text()


async def test_a_stopped_turn_shows_its_text_and_that_it_was_stopped() -> None:
    script = [started(), piece(0, "One, two, "), Wait.HALT, said("One, two, "), finished("halted")]
    stage = Stage(ScriptedBackend(script, can=WORKSHOP))
    async with stage.shown():
        assert not offered(stage)
        await stage.say("Count")
        await stage.until(lambda: "One, two," in stage.screen())
        await stage.until(lambda: offered(stage))
        await stage.until(lambda: "Esc" not in stage.footer_text())
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
        await stage.until(lambda: "Thinking" in stage.working_text())
        assert not offered(stage)
        gate.set()


async def test_esc_closes_what_is_open_before_it_stops_the_agent() -> None:
    script = [started(), piece(0, "One, "), Wait.HALT, finished("halted")]
    stage = Stage(ScriptedBackend(script, can=WORKSHOP))
    async with stage.shown(width=100):
        await stage.say("Count")
        await stage.until(lambda: offered(stage))
        await stage.press("ctrl+t")
        assert stage.is_timeline_shown()
        stage.show_notice(BannerText(tone="refusal", text="Too long."))
        stage.show_state()
        stage.focus_on("transcript")
        for is_closed in (
            lambda: not stage.is_timeline_shown(),
            lambda: not stage.is_banner_shown(),
        ):
            assert "Ctrl+S to stop" in stage.working_text()
            await stage.press("escape")
            await stage.until(is_closed)
        stage.focus_on("transcript")
        await stage.press("escape")
        assert stage.focus_name() == "composer"
        assert stage.backend.halted == []
        await stage.press("escape")
        await stage.until(lambda: "Stopped by you" in stage.screen())


async def test_esc_stops_waiting_where_the_agent_cannot_be_stopped() -> None:
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend([started(), gate]))
    stage.backend.resumes = [[said("Done."), finished()]]
    async with stage.shown(width=110):
        await stage.say("Count")
        await stage.until(lambda: "Esc to stop waiting" in stage.working_text())
        await stage.press("escape")
        await stage.until(lambda: "Ctrl+R follow again" in stage.working_text())
        assert "Not waiting  Ifrit keeps working on the server" in stage.working_text()
        assert not stage.is_key_offered("leave_turn")
        await stage.press("ctrl+r")
        await stage.until(lambda: "Done." in stage.screen())
        await stage.until(lambda: stage.working_text() == "")


async def test_a_second_esc_stops_waiting_only_some_time_after_the_stop_request() -> None:
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend([started(), piece(0, "One, "), gate, finished()], can=WORKSHOP))
    async with stage.shown(width=110):
        await stage.say("Count")
        await stage.until(lambda: offered(stage))
        await stage.press("escape")
        await stage.until(lambda: asked(stage))
        assert not stage.is_key_offered("leave_turn")
        await stage.pass_time(3)
        stage.show_state()
        assert "Esc to stop waiting" in stage.working_text()
        await stage.press("escape")
        await stage.until(lambda: "Not waiting" in stage.working_text())
