"""Focus: panes open and close, windows resize, and typed text reaches the composer."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from textual import events

from tests.fakes import MemoryStore
from tests.ui.stage import Stage, conversation

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

SIZES = [(160, 45), (120, 40), (90, 30), (60, 20), (40, 10), (20, 6), (1, 1)]
ACTS = st.one_of(
    st.sampled_from(["ctrl+b", "ctrl+b", "ctrl+t", "ctrl+t", "escape", "f1"]),
    st.sampled_from(SIZES),
    st.sampled_from(["to the list", "to the timeline", "away", "back"]),
)


def stage() -> Stage:
    return Stage(store=MemoryStore([conversation("c1", "Laptop", 1), conversation("c2", "VPN", 2)]))


async def act(stage: Stage, what: str | tuple[int, int]) -> None:
    match what:
        case "to the list":
            stage.focus_on("conversations")
            await stage.pilot.pause()
        case "to the timeline":
            if stage.has_timeline():
                stage.focus_on("timeline")
                await stage.pilot.pause()
        case "away":
            stage.app.post_message(events.AppBlur())
        case "back":
            stage.app.post_message(events.AppFocus())
        case tuple():
            await stage.pilot.resize_terminal(*what)
        case key:
            await stage.press(key)


@settings(deadline=None, max_examples=20)
@given(
    acts=st.lists(ACTS, max_size=8),
    keys=st.lists(st.sampled_from(["ctrl+b", "ctrl+t"]), min_size=1, max_size=5),
    size=st.sampled_from(SIZES),
)
@example(acts=[], keys=["ctrl+b", "ctrl+b", "ctrl+b"], size=(120, 40))
@example(acts=[(20, 6), (120, 40)], keys=["ctrl+t"], size=(120, 40))
@example(acts=["to the list"], keys=["ctrl+b"], size=(120, 40))
def test_letters_reach_the_composer_after_any_panes_and_resizes(
    acts: list[str | tuple[int, int]], keys: list[str], size: tuple[int, int]
) -> None:
    async def run() -> None:
        app = stage()
        async with app.shown():
            for what in acts:
                await act(app, what)
            while not app.is_chat_in_front():
                await app.press("escape")
            app.focus_on("composer")
            before = app.composer_text()
            await act(app, size)
            for key in keys:
                await app.press(key)
            for letter in "xyz":
                app.app.post_message(events.Key(letter, letter))
            await app.until(lambda: app.composer_text() == f"{before}xyz", str(app.app.focused))

    asyncio.run(run())


@pytest.mark.parametrize("pane", ["ctrl+b", "ctrl+t"])
@pytest.mark.parametrize("width", [160, 120, 90, 60])
async def test_showing_a_pane_leaves_the_focus_with_the_composer(pane: str, width: int) -> None:
    app = stage()
    async with app.shown(width, 40):
        for _ in range(4):
            await app.press(pane)
            await app.pilot.pause()
            assert app.focus_name() == "composer"


async def test_hiding_the_pane_that_has_the_focus_gives_it_to_the_composer() -> None:
    app = stage()
    async with app.shown():
        app.focus_on("conversations")
        await app.until(lambda: app.focus_name() == "conversations")
        await app.press("ctrl+b")
        assert app.focus_name() == "composer"


async def test_a_pane_hidden_by_a_resize_behind_a_modal_loses_the_focus() -> None:
    app = stage()
    async with app.shown():
        app.focus_on("conversations")
        await app.until(lambda: app.focus_name() == "conversations")
        await app.press("f1")
        await app.until(lambda: not app.is_chat_in_front())
        await app.pilot.resize_terminal(60, 24)
        await app.press("escape")
        await app.until(lambda: app.is_chat_in_front())
        await app.press("x")
        await app.until(lambda: app.composer_text() == "x")
