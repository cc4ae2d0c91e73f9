"""Long conversations and long lists, in the whole app over a real store.

Nothing here may grow with what is stored: only with what is on screen.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Mapping
from pathlib import Path

from textual.pilot import Pilot

from tests.bench.figures import Figure, Scale
from tests.bench.headless import ACCOUNT, memory_mb, shown, until
from tests.bench.stored import store_conversations, store_messages
from tui.core.ids import ConversationId
from tui.ui.screens.chat import ChatScreen

_MODULE = "tests.bench.history"
_FILTER_S = 0.2


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
            )
    count = scale.pick(10_000, 1_000)
    runs = _in_turn("titles", count, scale)
    for name, budget in (("fill", None), ("filter", _FILTER_S), ("down", None)):
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
    async with shown(path) as (pilot, screen):
        before_mb = memory_mb()
        figures = {"open": await _timed(_open(pilot, screen, conversation, count))}
        transcript = screen.conversation.transcript
        assert transcript is not None
        pages = []
        for _ in range(8):
            pages.append(await _timed(_page_up(pilot, screen)))
        figures["page up"] = sorted(pages)[len(pages) // 2]
        figures["memory"] = memory_mb() - before_mb
    return figures


async def _open(
    pilot: Pilot[None], screen: ChatScreen, conversation: ConversationId, count: int
) -> None:
    newest = f"#{count // 2 - 1} "
    screen.go_to(conversation)
    await until(pilot, lambda: newest in _text(screen))


async def _page_up(pilot: Pilot[None], screen: ChatScreen) -> None:
    screen.action_scroll_transcript(-1)
    await pilot.pause()


async def _titles(path: Path, count: int) -> dict[str, float]:
    await store_conversations(path, ACCOUNT, count)
    async with shown(path) as (pilot, screen):
        sidebar = screen.sidebar
        sidebar.list.focus()
        figures = {"fill": await _timed(_reach_all(pilot, screen, count))}
        began = time.perf_counter()
        sidebar.list.type(f" {count // 2}")
        await until(pilot, lambda: 0 < len(sidebar.found) < count // 2)
        figures["filter"] = time.perf_counter() - began
        sidebar.list.type("")
        await until(pilot, lambda: len(sidebar.found) == count)
        figures["down"] = await _timed(pilot.press("down"))
    return figures


async def _reach_all(pilot: Pilot[None], screen: ChatScreen, count: int) -> None:
    assert screen.access is not None
    await screen.access.shelf.reach_all()
    screen.sidebar.show(screen.access.shelf.conversations, None)
    await until(pilot, lambda: len(screen.sidebar.found) == count)


def _text(screen: ChatScreen) -> str:
    return "\n".join(strip.text for strip in screen._compositor.render_strips())


async def _child(what: str, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        return await (_messages if what == "messages" else _titles)(path, count)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_child(sys.argv[1], int(sys.argv[2])))))
