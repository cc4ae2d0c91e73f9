"""Client-side rate limiting, to stay below the limits of the service.

Source: Agent Studio API, rate limits; Developer API reference, a quota for each endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from tui.core.ports import Clock
from tui.studio.endpoint import Endpoint, RateLimit


class RateLimitStore(Protocol):
    """Store of the times of requests, by endpoint."""

    async def reserve(self, endpoint: str, limit: RateLimit, now_s: float) -> float:
        """Reserve the next time at which a request may be sent, and return it in seconds."""
        ...


class MemoryRateLimitStore:
    """Rate limits of one process."""

    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}

    async def reserve(self, endpoint: str, limit: RateLimit, now_s: float) -> float:
        kept, slot = next_slot(self._times.get(endpoint, ()), limit, now_s)
        self._times[endpoint] = kept
        return slot


def next_slot(times: Iterable[float], limit: RateLimit, now_s: float) -> tuple[list[float], float]:
    """Return the times that still count with the next one added, and the next one.

    Reserved times follow each other, and now, by at most the window. A later one was written before
    the clock was set back, and does not count.
    """
    kept, last_s = list[float](), now_s
    for at in sorted(times):
        if at > last_s + limit.seconds:
            break
        last_s = max(last_s, at)
        if at > now_s - limit.seconds:
            kept.append(at)
    slot = now_s if len(kept) < limit.count else max(now_s, kept[-limit.count] + limit.seconds)
    return [*kept, slot], slot


class RateLimiter:
    """Delays requests to an endpoint until its limit allows them, in order of arrival."""

    def __init__(self, clock: Clock, store: RateLimitStore | None = None) -> None:
        self._clock = clock
        self._store = store or MemoryRateLimitStore()
        self.on_wait: Callable[[float], None] | None = None
        """Called with the seconds of each wait, before it."""

    async def wait(self, endpoint: Endpoint) -> None:
        """Wait until the endpoint may be called."""
        key = f"{endpoint.method} {endpoint.path}"
        now_s = self._clock.now_ms() / 1000
        slot = await self._store.reserve(key, endpoint.rate_limit, now_s)
        if slot > now_s:
            if self.on_wait:
                self.on_wait(slot - now_s)
            await self._clock.sleep(slot - now_s)
