"""Calls that need care: writes with a credential that may have run out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tui.core.errors import BackendError, ErrorKind

T = TypeVar("T")

SETTLED = frozenset({ErrorKind.BUSY, ErrorKind.NOT_FOUND, ErrorKind.INVALID})
"""How a service says that nothing waits for an answer any more (which one is not documented)."""

TRIES = 9
"""Of an answer to the agent. They take about a minute and a half; then the user says it again."""


async def retry_once_on_401(call: Callable[[], Awaitable[T]]) -> T:
    """The result of a write, made again after a first 401.

    A 401 proves that nothing was carried out, and lets the next call bring a renewed credential.
    Raises ``BackendError``. Source: Headless API troubleshooting, 401 auth_failed.
    """
    try:
        return await call()
    except BackendError as error:
        if error.kind is not ErrorKind.UNAUTHORIZED:
            raise
    return await call()
