"""Work that others watch over."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def run_with_watchers(
    work: Coroutine[Any, Any, T], *watches: Coroutine[Any, Any, object]
) -> T:
    """The result of the work, beside which the watches run until it is done.

    A watch may end early; one that fails ends the work, with its failure.
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
