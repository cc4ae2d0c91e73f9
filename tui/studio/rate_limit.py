"""Client-side rate limiting, to stay below the limits of the service.

The file store counts across processes: a script that runs a command a hundred times is one client.
The file contains times alone; if it is unusable, each process counts for itself.

Source: Agent Studio API, rate limits; Developer API reference, a quota for each endpoint.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from tui.core.ports import Clock
from tui.studio.endpoint import Endpoint, RateLimit
from tui.system.private_files import make_folder, open_file


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


_LARGEST_BYTES = 1 << 20


class FileRateLimitStore:
    """Times of requests in a file, for all processes that use the same token."""

    def __init__(self, folder: Path, base_url: str, token: SecretStr) -> None:
        """Only a digest of the token gets into the file's name, and nothing into the file."""
        self._path = folder / f"{_digest(base_url, token)}.json"
        self._own = MemoryRateLimitStore()

    async def reserve(self, endpoint: str, limit: RateLimit, now_s: float) -> float:
        own = await self._own.reserve(endpoint, limit, now_s)
        try:
            shared = await asyncio.to_thread(self._reserve, endpoint, limit, now_s)
        except OSError:
            return own
        return max(own, shared)

    def _reserve(self, endpoint: str, limit: RateLimit, now_s: float) -> float:
        make_folder(self._path.parent)
        with os.fdopen(open_file(self._path), "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            times = _times_in(file.read(_LARGEST_BYTES))
            times[endpoint], slot = next_slot(times.get(endpoint, ()), limit, now_s)
            file.seek(0)
            file.truncate()
            json.dump(times, file)
        return slot


def _digest(base_url: str, token: SecretStr) -> str:
    digest = hashlib.sha256(base_url.encode("utf-8", "replace"))
    digest.update(token.get_secret_value().encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _times_in(text: str) -> dict[str, list[float]]:
    """Parse the file; a damaged one counts as empty."""
    try:
        times = json.loads(text or "{}")
        return {str(key): [float(at) for at in found] for key, found in times.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
