"""Run tasks concurrently: with watchers, and in batches of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from tui.core.events import TurnEvent
from tui.core.limits import characters_of
from tui.core.ports import Clock

T = TypeVar("T")


async def run_with_watchers(
    work: Coroutine[Any, Any, T], *watches: Coroutine[Any, Any, object]
) -> T:
    """Return the result of the work; watchers run alongside until it is done.

    A watcher may end early; one that fails ends the work with its failure.
    """
    doing = asyncio.ensure_future(work)
    waits: set[asyncio.Future[Any]] = {doing, *map(asyncio.ensure_future, watches)}
    try:
        left = waits
        while not doing.done():
            ended, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
            if doing not in ended:
                for watch in ended:
                    watch.result()
        return doing.result()
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


_FULL_BATCH = 256
_FULL_CHARACTERS = 1_000_000


async def batch_events(
    events: AsyncGenerator[TurnEvent], *, frame_s: float, clock: Clock
) -> AsyncGenerator[tuple[TurnEvent, ...]]:
    """Yield the events since the last batch; the first event is not held back.

    Ends, or raises what ``events`` raised, after yielding everything that came before.
    """
    waiting: list[TurnEvent] = []
    arrived, taken = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        characters = 0
        try:
            async with aclosing(events):
                async for event in events:
                    waiting.append(event)
                    arrived.set()
                    characters = characters_of(event) + (characters if len(waiting) > 1 else 0)
                    while len(waiting) >= _FULL_BATCH or (
                        waiting and characters > _FULL_CHARACTERS
                    ):
                        taken.clear()
                        await taken.wait()
        finally:
            arrived.set()

    reader = asyncio.create_task(read())
    try:
        while True:
            await arrived.wait()
            arrived.clear()
            if waiting:
                batch = tuple(waiting)
                waiting.clear()
                taken.set()
                yield batch
            if reader.done() and not waiting:
                await reader
                return
            if waiting or not reader.done():
                await clock.sleep(frame_s)
            if reader.done():
                arrived.set()
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
