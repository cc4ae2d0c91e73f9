"""Keeps requests within the service's rate limits, so that nobody meets a 429.

Source: Agent Studio API, rate limits; Developer API reference, a quota for each endpoint.
"""

from __future__ import annotations

import asyncio
from collections import deque

from tui.core.ports import Clock
from tui.core.studio.endpoint import Endpoint, Limit


class Pacer:
    """Lets a request to an endpoint go as soon as its limit allows, in the order they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}

    async def turn(self, endpoint: Endpoint) -> None:
        """Wait until the endpoint may be asked, and count it."""
        key = endpoint.method, endpoint.path
        window = self._windows.setdefault(key, _Window(endpoint.limit, self._clock))
        await window.turn()


class _Window:
    """The requests of the last ``limit.seconds``."""

    def __init__(self, limit: Limit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._sent: deque[float] = deque(maxlen=limit.count)
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        async with self._queue:
            if len(self._sent) == self._limit.count:
                wait_s = self._sent[0] + self._limit.seconds - self._clock.monotonic_s()
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
            self._sent.append(self._clock.monotonic_s())
