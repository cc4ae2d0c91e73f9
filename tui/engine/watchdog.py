"""Detect stalled streams.

A half-open connection brings neither an event nor an error, and the timers of a machine that slept
do not count that time: its wall clock then runs ahead of its monotonic one. Source: Headless API,
SSE events (a keep-alive about every 30 s).
"""

from __future__ import annotations

from tui.core.errors import BackendError, ErrorKind
from tui.core.ports import Clock
from tui.engine.context import Timeouts


class StreamWatchdog:
    """Watchdog of one stream; call :meth:`reset` on every event."""

    def __init__(self, clock: Clock, timeouts: Timeouts) -> None:
        self._clock = clock
        self._limit_s = timeouts.silence_s
        self.reset()

    def reset(self) -> None:
        self._last_s = self._clock.monotonic_s()
        self._lead_s = self._lead()

    async def expired(self) -> BackendError:
        """Wait until the stream counts as dead; return the reason."""
        while True:
            await self._clock.sleep(min(2.0, self._limit_s / 4))
            if self._lead() - self._lead_s >= self._limit_s:
                return _timed_out("This machine was asleep.")
            if self._clock.monotonic_s() - self._last_s >= self._limit_s:
                return _timed_out(f"No data for {self._limit_s:g} s.")

    def _lead(self) -> float:
        """Return the seconds by which the wall clock is ahead of the monotonic one."""
        return self._clock.now_ms() / 1000 - self._clock.monotonic_s()


def _timed_out(text: str) -> BackendError:
    return BackendError(ErrorKind.TIMED_OUT, text, sent=True)
