"""The events of a workflow: numbered, kept for a while, and followed by whoever listens."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta

from tui.demo.clock import Clock
from tui.demo.records import JsonObject

KEPT_EVENTS = 500
KEPT_FOR = timedelta(minutes=5)


class Feed:
    """Kept are the last 500 events, until nothing has happened for five minutes.

    The numbers begin at 1 and again at 1 once everything has been forgotten. One is lost whenever
    a worker begins a run, as it was observed. Source: Workflows API, SSE stream.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[JsonObject] = deque(maxlen=KEPT_EVENTS)
        self._last_at: datetime | None = None
        self._last_id = 0
        self._wake = asyncio.Event()
        self.total = 0
        """Events ever published; a listener's place is one of these numbers."""
        self.cut_points: list[int] = []
        """Places at which the first listener to get there is cut."""

    def skip_number(self) -> None:
        self._last_id += 1

    def publish(self, kind: str, at: datetime, data: JsonObject) -> None:
        """Number an event, keep it, and let every listener look."""
        self._forget()
        self._last_id += 1
        self._last_at = at
        self.total += 1
        timestamp = at.isoformat(timespec="microseconds")
        self._kept.append({"id": self._last_id, "type": kind, "data": data, "timestamp": timestamp})
        self._stir()

    def cut_here(self) -> None:
        """Cut the first listener that has heard everything up to now."""
        self.cut_points.append(self.total)
        self._stir()

    def place_after(self, event_id: int) -> int:
        """The place of who has heard everything up to a number, as far as it is still kept."""
        self._forget()
        missed = sum(1 for event in self._kept if event["id"] > event_id)
        return self.total - missed

    def after(self, place: int) -> list[JsonObject]:
        """The events behind a place that are still kept."""
        missed = min(self.total - place, len(self._kept))
        return list(self._kept)[len(self._kept) - missed :]

    async def changed(self, place: int, within_s: float) -> bool:
        """Wait for something behind a place; False when nothing came in time."""
        if self.total > place or place in self.cut_points:
            return True
        try:
            await asyncio.wait_for(self._wake.wait(), within_s)
        except TimeoutError:
            return False
        return True

    def _stir(self) -> None:
        self._wake.set()
        self._wake = asyncio.Event()

    def _forget(self) -> None:
        if self._last_at and self._clock.now() - self._last_at > KEPT_FOR:
            self._kept.clear()
            self._last_id = 0
