"""Rate limits across processes: a script that runs a command a hundred times is one client.

The file contains times alone. If it is unusable, each process counts for itself.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
from pathlib import Path

from pydantic import SecretStr

from tui.studio.endpoint import RateLimit
from tui.studio.rate_limit import MemoryRateLimitStore, next_slot
from tui.system.private_files import make_folder, open_file

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
