"""A stream of single events as a stream of batches, at most one per frame.

Thousands of events a second then cost as many store commits and redraws as there are frames.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.core.events import TurnEvent
from tui.core.ports import Clock


async def batches(
    events: AsyncGenerator[TurnEvent], *, frame_s: float, clock: Clock
) -> AsyncGenerator[tuple[TurnEvent, ...]]:
    """Yield what has come since the last batch; the first event is not held back.

    Ends, or raises what ``events`` raised, after everything that came before was yielded.
    """
    waiting: list[TurnEvent] = []
    arrived = asyncio.Event()

    async def read() -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    waiting.append(event)
                    arrived.set()
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
