"""Wait for the content that a screenshot needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.segment import Segment

from tests.textual_internals import screen_lines, screen_text

if TYPE_CHECKING:
    from textual.pilot import Pilot

_STILL_S = 0.35
"""So long nothing may change. Longer than any delay before something is drawn."""
_STEPS = 7
"""In which it passes: on a busy machine all of it may be over before one thing led to another."""


def text_of(pilot: Pilot[None]) -> str:
    """Return the text on the screen, modals included."""
    return screen_text(pilot.app)


async def seen(pilot: Pilot[None], words: str, within_s: float = 60.0) -> None:
    """Wait until the screen shows some words."""
    await seen_that(pilot, lambda text: words in text, within_s)


async def seen_that(
    pilot: Pilot[None], true: Callable[[str], bool], within_s: float = 60.0
) -> None:
    deadline = asyncio.get_running_loop().time() + within_s
    while not true(text_of(pilot)):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(text_of(pilot))
        await pilot.pause(0.02)


def drawn_on(pilot: Pilot[None]) -> list[list[Segment]]:
    """The lines of the screen with their colours."""
    return [list(strip) for strip in screen_lines(pilot.app)]


async def rested(pilot: Pilot[None]) -> None:
    """Wait until nothing on the screen changes any more."""
    before = None
    while before != (before := drawn_on(pilot)):
        for _ in range(_STEPS):
            await asyncio.sleep(_STILL_S / _STEPS)
        await pilot.pause(0)
