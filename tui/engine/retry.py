"""Retry of writes whose credential may have expired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tui.core.errors import BackendError, ErrorKind

T = TypeVar("T")

ALREADY_RESOLVED = frozenset({ErrorKind.BUSY, ErrorKind.NOT_FOUND, ErrorKind.INVALID})
"""Statuses of a service that waits for no answer any longer (which one is not documented)."""

MAX_ATTEMPTS = 9
"""Attempts for an answer to the agent, about 90 seconds; then the user repeats it."""


async def retry_once_on_401(call: Callable[[], Awaitable[T]]) -> T:
    """Return the result of a write, repeated after a first 401.

    A 401 proves that nothing was carried out, and lets the next call bring a renewed credential.
    Raises ``BackendError``. Source: Headless API troubleshooting, 401 auth_failed.
    """
    try:
        return await call()
    except BackendError as error:
        if error.kind is not ErrorKind.UNAUTHORIZED:
            raise
    return await call()
