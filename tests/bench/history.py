"""Long conversations and long lists, in the whole app with a real store.

No cost may grow with what is stored, only with what is on screen.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Mapping
from pathlib import Path

from tests.bench.figures import Figure, Scale
from tests.bench.headless import ACCOUNT, memory_mb, shown, until
from tests.bench.stored import store_conversations, store_messages
from tests.ui.chat_page import PilotedChat
from tui.core.ids import ConversationId

_MODULE = "tests.bench.history"
_FILTER_S = 0.1
_DOWN_S = 0.03
_PRESSES = 11
_LONG_TO_SHORT = 1.1


def measure(scale: Scale) -> Iterator[Figure]:
    """Opening and paging conversations of 100 to 10,000 messages; filtering 10,000 titles."""
    lengths = (100, 1_000, 10_000) if not scale.smoke else (100, 1_000)
    taken = {length: _in_turn("messages", length, scale) for length in lengths}
    shortest = taken[lengths[0]]
    for name, unit in (("open", "s"), ("page up", "s"), ("memory", "MB")):
        for length in lengths:
            yield Figure(
                what=f"conversation of {length:,} messages, {name}",
                unit=unit,
                values=[run[name] for run in taken[length]],
                floor=[run[name] for run in shortest] if length != lengths[0] else (),
                budget=_LONG_TO_SHORT if length != lengths[0] else None,
                of="ratio",
            )
    count = scale.pick(10_000, 1_000)
    runs = _in_turn("titles", count, scale)
    for name, budget in (("fill", None), ("filter", _FILTER_S), ("down", _DOWN_S)):
        what = f"sidebar with {count:,} conversations, {name}"
        yield Figure(what=what, unit="s", values=[run[name] for run in runs], budget=budget)


def _in_turn(what: str, count: int, scale: Scale) -> list[Mapping[str, float]]:
    """Runs in processes of their own, so that each begins with the same memory."""
    command = [sys.executable, "-m", _MODULE, what, str(count)]
    still = os.environ | {"TEXTUAL_ANIMATIONS": "none"}
    return [
        json.loads(subprocess.run(command, env=still, check=True, stdout=subprocess.PIPE).stdout)
        for _ in range(scale.pick(min(scale.runs, 3), 1))
    ]


# In the process of its own


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _messages(path: Path, count: int) -> dict[str, float]:
    conversation = await store_messages(path, ACCOUNT, count)
    async with shown(path) as page:
        before_mb = memory_mb()
        figures = {"open": await _timed(_open(page, conversation, count))}
        pages = []
        for _ in range(8):
            pages.append(await _timed(_page_up(page)))
        figures["page up"] = sorted(pages)[len(pages) // 2]
        figures["memory"] = memory_mb() - before_mb
    return figures


async def _open(page: PilotedChat, conversation: ConversationId, count: int) -> None:
    newest = f"#{count // 2 - 1} "
    page.go_to(conversation)
    await until(page.pilot, lambda: newest in page.screen())


async def _page_up(page: PilotedChat) -> None:
    page.page_up()
    await page.pilot.pause()


async def _titles(path: Path, count: int) -> dict[str, float]:
    await store_conversations(path, ACCOUNT, count)
    async with shown(path) as page:
        page.focus_on("conversations")
        figures = {"fill": await _timed(_reach_all(page, count))}
        began = time.perf_counter()
        page.filter_conversations(f" {count // 2}")
        await until(page.pilot, lambda: 0 < len(page.listed_conversations()) < count // 2)
        figures["filter"] = time.perf_counter() - began
        page.filter_conversations("")
        await until(page.pilot, lambda: len(page.listed_conversations()) == count)
        pressed = [await _timed(page.pilot.press("down")) for _ in range(_PRESSES)]
        figures["down"] = statistics.median(pressed)
    return figures


async def _reach_all(page: PilotedChat, count: int) -> None:
    await page.list_all_conversations()
    await until(page.pilot, lambda: len(page.listed_conversations()) == count)


async def _child(what: str, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        return await (_messages if what == "messages" else _titles)(path, count)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_child(sys.argv[1], int(sys.argv[2])))))
