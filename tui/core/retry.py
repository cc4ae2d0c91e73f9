"""Retry policy of the whole program.

A wait is the larger of the service's requested delay and our own growing backoff. A requested
delay is never shortened; zero, negative and meaningless delays count as missing. ``tui.api.retry``
parses the requests.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tui.core.errors import BackendError

if TYPE_CHECKING:
    from tui.core.ports import Clock

LONGEST_DELAY_S = 366 * 86_400.0
"""A year; longer delays are cut to this, since timers do not accept every number."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_MOST_DIGITS = 20
T = TypeVar("T")


def requested_s(value: object, unit_s: float = 1.0) -> float | None:
    """Return a requested delay in seconds; None if it is missing or meaningless."""
    if isinstance(value, str):
        value = _number(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if value == math.inf or not value > 0:
        return None
    return min(value, LONGEST_DELAY_S / unit_s) * unit_s


def _number(text: str) -> float | None:
    """Parse an unsigned decimal number of any length."""
    if not _NUMBER.fullmatch(text):
        return None
    whole = text.partition(".")[0].lstrip("0")
    return float(text) if len(whole) <= _MOST_DIGITS else 10.0**_MOST_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Delays that grow with each attempt up to a maximum, less up to a quarter at random."""

    first_s: float = 0.5
    longest_s: float = 30.0
    factor: float = 2.0

    def wait_s(self, attempt: int, jitter: float, asked_s: float | None = None) -> float:
        """Return the seconds to wait after failed attempt ``attempt`` (from 1)."""
        grown = self.first_s * self.factor ** min(max(attempt - 1, 0), 64)
        return max(min(grown, self.longest_s) * (1 - 0.25 * jitter), asked_s or 0.0)


BACKOFF = Backoff()


async def repeat(
    call: Callable[[], Awaitable[T]],
    clock: Clock,
    *,
    tries: int,
    longest_wait_s: float,
    backoff: Backoff = BACKOFF,
    on_wait: Callable[[float], None] = lambda seconds: None,
) -> T:
    """Return the result of a read, retried after transient failures.

    ``on_wait`` is called with the seconds before each wait. Raises the last ``BackendError``, and
    immediately if the service asks for a longer wait than ``longest_wait_s``.
    """
    attempt = 0
    while True:
        try:
            return await call()
        except BackendError as error:
            attempt += 1
            wait_s = backoff.wait_s(attempt, clock.jitter(), error.retry_after_s)
            if not error.transient or attempt >= tries or wait_s > longest_wait_s:
                raise
        on_wait(wait_s)
        await clock.sleep(wait_s)


def try_again_text(seconds: float) -> str:
    """Return when to retry, as a sentence."""
    return f"Try again in {wait_text(seconds)}."


def wait_text(seconds: float) -> str:
    """Return a waiting time in words, rounded up: ``45 s``, ``58 min``, ``23 h 5 min``."""
    whole = max(1, math.ceil(seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = -(-whole // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{-(-minutes // 1440)} days"
