"""Huge content does not block the app: keys are answered meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.fakes import ScriptedBackend, finished, reply, said
from tests.ui.stage import Stage
from tests.ui.widget_app import at
from tui.core.events import SkillStarted, UnknownEvent

pytestmark = pytest.mark.slow

LONGEST_S = 1.0
"""Of processor time at a stretch, on a slow machine; how busy it is does not count."""
LONGEST_WITH_TABLE_S = 2.0
"""A table is parsed at once, however long it is."""

HUGE = {
    "table": "| a | b |\n|---|---|\n" + "| x | **y** |\n" * 5_000 + "\nThe end",
    "fence": "```python\n"
    + "value = function('of a name', 1234)  # and a word about it, too\n" * 17_000
    + "```\n\nThe end",
    "nesting": "\n".join("  " * n + "- x" for n in range(200)) + "\n\n" + ">" * 200 + " The end",
    "words": "a" * 10_000
    + "\n\n"
    + "Z"
    + "\u0301\u0489" * 5_000
    + "\n\n"
    + "👨‍👩‍👧‍👦" * 3_000
    + "\n\nThe end",
}


@asynccontextmanager
async def watched() -> AsyncGenerator[list[float]]:
    """Measure every round of the event loop in processor time: nothing is answered meanwhile.

    The watcher takes its turn in each round, so that no round escapes it.
    """
    stretches = [0.0]

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            stretches.append(time.thread_time() - before)

    watching = asyncio.create_task(watch())
    try:
        yield stretches
    finally:
        watching.cancel()


@pytest.mark.parametrize("name", HUGE)
async def test_a_huge_reply_does_not_block_the_app(name: str) -> None:
    stage = Stage(ScriptedBackend(reply(HUGE[name])))
    async with stage.shown(100, 30), watched() as stretches:
        await stage.say("go")
        await stage.until(stage.is_new_below_shown)  # it is shown from its first line
        await stage.pilot.click("#pill", offset=(20, 0))
        await stage.until(lambda: "The end" in stage.screen())
        await stage.pilot.resize_terminal(70, 24)
        await stage.press("x")
        assert stage.composer_text() == "x"
    assert max(stretches) < (LONGEST_WITH_TABLE_S if name == "table" else LONGEST_S)


def deep(levels: int) -> Any:
    value: Any = "the bottom"
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return value


async def test_a_deeply_nested_payload_is_shown() -> None:
    odd = at(UnknownEvent, 2, 1, kind="odd", raw={"odd": deep(500)})
    stage = Stage(
        ScriptedBackend([at(SkillStarted, 1, 0, skill="x"), odd, said("Well"), finished()])
    )
    async with stage.shown(160, 40), watched() as stretches:
        await stage.say("go")
        await stage.until(lambda: "Finished" in stage.screen())
        stage.focus_on("timeline")
        await stage.press("end", "up", "up", "enter")
        await stage.until(lambda: '"odd"' in stage.screen())
    assert max(stretches) < LONGEST_S
