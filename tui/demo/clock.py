"""Clock of the demo server: real or simulated, and never the same instant twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

_TICK = timedelta(microseconds=1)


class DemoClock:
    """Server time. Every reading is later than the one before, so that events have an order."""

    def __init__(self, start: datetime | None = None) -> None:
        """``start`` (aware) freezes the clock there: it then moves only by `advance`."""
        self._start = start
        self._offset = timedelta()
        self._last = datetime.min.replace(tzinfo=UTC)

    @property
    def simulated(self) -> bool:
        return self._start is not None

    def now(self) -> datetime:
        """Return the current instant in UTC, at least a microsecond after the last reading."""
        self._last = max(self.peek(), self._last + _TICK)
        return self._last

    def peek(self) -> datetime:
        """Return the current instant in UTC; not a reading, so a frozen clock does not move."""
        return (self._start or datetime.now(UTC)).astimezone(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward, so that titles, links and the 24 h of events expire."""
        self._offset += timedelta(seconds=seconds)


class Pace:
    """Pauses of a script, divided by the speed; speed 0 means no pauses at all."""

    def __init__(self, clock: DemoClock, speed: float) -> None:
        self._clock = clock
        self._speed = speed

    async def __call__(self, seconds: float) -> None:
        if self._clock.simulated:
            self._clock.advance(seconds)
        await asyncio.sleep(self.scaled(seconds))

    def scaled(self, seconds: float) -> float:
        """Return the real length of a pause."""
        return seconds / self._speed if self._speed else 0


def rfc3339(at: datetime) -> str:
    """Return an instant as the API writes it: ``2026-05-26T12:00:00.123456Z``."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """Parse an instant; return it in UTC.

    Raises:
        ValueError: not a date and time with an offset.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return at.astimezone(UTC)
