"""A stream of single events as a stream of batches, at most one per frame.

Thousands of events a second then cost as many store commits and redraws as there are frames.
The stream is read no further while a full batch waits, so that the server is slowed down instead
of the app.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.core.events import TurnEvent
from tui.core.limits import characters_of
from tui.core.ports import Clock

_FULL_BATCH = 256
_FULL_CHARACTERS = 1_000_000


async def batches(
    events: AsyncGenerator[TurnEvent], *, frame_s: float, clock: Clock
) -> AsyncGenerator[tuple[TurnEvent, ...]]:
    """Yield what has come since the last batch; the first event is not held back.

    Ends, or raises what ``events`` raised, after everything that came before was yielded.
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
