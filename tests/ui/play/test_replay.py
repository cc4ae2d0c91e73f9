"""A stored conversation on the screen, step by step and at its own pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tests.core.runs import finished, numbered, said, skill_ended, skill_started, started
from tests.textual_internals import screen_text
from tests.ui.widget_app import PATIENCE_S
from tui.core.ids import ConversationId, TurnId
from tui.core.records import Prompt, TurnRecord
from tui.core.replay import beats_of
from tui.ui.play.replay import ReplayApp, StoredConversation

RECORD = TurnRecord(
    id=TurnId("t"),
    conversation_id=ConversationId("c"),
    prompt=Prompt(text="Is anything broken?", state="sent", at_ms=500),
    events=tuple(
        numbered(
            started(),
            said("I will look."),
            skill_started("Search tickets", "1"),
            skill_ended("Search tickets", "1"),
            said("All fine."),
            finished(),
        )
    ),
)
STORED = StoredConversation(
    title="System status", agent_name="Ifrit", beats=tuple(beats_of([RECORD]))
)


@asynccontextmanager
async def replayed(width: int = 130, **options: object) -> AsyncGenerator[Pilot[None]]:
    app = ReplayApp(STORED, **options)  # type: ignore[arg-type]
    async with app.run_test(size=(width, 32)) as pilot:
        yield pilot


async def until(pilot: Pilot[None], shown: Callable[[str], bool]) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while not shown(screen_text(pilot.app)):
        assert time.monotonic() < deadline, screen_text(pilot.app)
        await pilot.pause()
        await asyncio.sleep(0.01)
    return screen_text(pilot.app)


async def test_the_conversation_and_its_timeline_are_shown_to_the_end() -> None:
    async with replayed(speed=30) as pilot:
        text = await until(pilot, lambda text: "End" in text and "Finished" in text)
        for words in ("System status", "read-only", "Is anything broken?", "All fine.", "Timeline"):
            assert words in text


async def test_step_by_step_each_key_shows_one_change() -> None:
    async with replayed(is_paused=True) as pilot:
        await until(pilot, lambda text: "Paused  0 of" in text)
        await pilot.press("right")
        await until(pilot, lambda text: "1 of" in text and "Is anything broken?" in text)
        await pilot.press("right", "right")
        text = await until(pilot, lambda text: "3 of" in text and "I will look." in text)
        assert "All fine." not in text
        await asyncio.sleep(0.3)
        assert "3 of" in screen_text(pilot.app)


async def test_space_and_the_keys_for_speed() -> None:
    async with replayed(is_paused=True) as pilot:
        await until(pilot, lambda text: "Paused" in text)
        await pilot.press("plus", "plus", "minus")
        await until(pilot, lambda text: "speed 2" in text)
        await pilot.press("space")
        await until(pilot, lambda text: "All fine." in text)


async def test_what_is_typed_changes_nothing_and_escape_closes() -> None:
    async with replayed(is_paused=True) as pilot:
        await until(pilot, lambda text: "Paused" in text)
        before = screen_text(pilot.app)
        await pilot.press("h", "i", "enter", "tab", "a", "r", "ctrl+g", "ctrl+n")
        assert screen_text(pilot.app) == before
        await pilot.press("escape")
        assert pilot.app.return_code == 0


async def test_a_narrow_window_has_the_timeline_as_a_drawer() -> None:
    async with replayed(width=80, speed=30) as pilot:
        await until(pilot, lambda text: "End" in text)
        assert "Timeline  " not in screen_text(pilot.app)
        await pilot.press("ctrl+t")
        await until(pilot, lambda text: "Timeline  " in text)


async def test_without_a_viewer_it_ends() -> None:
    async with replayed(speed=30, quits=True) as pilot:
        await until(pilot, lambda _: pilot.app.return_code is not None)
