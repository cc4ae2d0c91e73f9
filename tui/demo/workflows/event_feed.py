"""Events of a workflow: numbered, kept for a while, and followed by listeners."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from tui.demo.clock import DemoClock
from tui.demo.records import JsonObject

KEPT_EVENTS = 500
KEPT_FOR = timedelta(minutes=5)

FARTHEST_STEP = 8
"""Largest distance of an event from its position, if events overtake each other."""
_OVERTAKES = 0.07
"""Share of the positions in a burst at which events overtake each other."""


class EventFeed:
    """Keeps the last 500 events, until nothing has happened for five minutes.

    The numbers start at 1, and start again once all events have been dropped. Source: Workflows
    API, SSE stream; recordings 09-* and 11-*.
    """

    def __init__(self, clock: DemoClock) -> None:
        self._clock = clock
        self._kept: deque[JsonObject] = deque(maxlen=KEPT_EVENTS)
        self._last_at: datetime | None = None
        self._last_id = 0
        self._wake = asyncio.Event()
        self.total = 0
        """Number of events ever published; a listener's position is one of these numbers."""
        self.cut_points: dict[int, float] = {}
        """Positions at which the first listener to get there is cut, and seconds of outage."""

    def skip_number(self) -> None:
        """Skip a number, as the server does whenever a run starts."""
        self._forget()
        self._last_id += 1

    def publish(self, kind: str, at: datetime, data: JsonObject) -> None:
        """Number an event, store it, and wake all listeners."""
        self._forget()
        self._last_id += 1
        self._keep(self._last_id, kind, at, data)
        self._stir()

    def publish_burst(
        self, kind: str, times: Sequence[datetime], rows: Sequence[JsonObject], random: Random
    ) -> None:
        """Publish events without a pause between them: some overtake others.

        Numbers follow the order of the rows, times the order in which the events arrive.
        """
        self._forget()
        first = self._last_id + 1
        for at, place in zip(times, overtaking(len(rows), random), strict=True):
            self._keep(first + place, kind, at, rows[place])
        self._last_id += len(rows)
        self._stir()

    def cut_here(self, outage_s: float) -> None:
        """Cut the first listener that has received everything up to now, then refuse requests."""
        self.cut_points[self.total] = outage_s
        self._stir()

    def kept_after(self, event_id: int) -> list[tuple[int, JsonObject]]:
        """Return the kept events with a higher number, in order of arrival.

        Each comes with the position of a listener that has received it.
        """
        self._forget()
        first = self.total - len(self._kept) + 1
        placed = enumerate(self._kept, start=first)
        return [(place, event) for place, event in placed if event["id"] > event_id]

    def after(self, place: int) -> list[JsonObject]:
        """Return the kept events after a position."""
        missed = min(self.total - place, len(self._kept))
        return list(self._kept)[len(self._kept) - missed :]

    async def changed(self, place: int, within_s: float) -> bool:
        """Wait for an event after a position; return False if none came in time."""
        if self.total > place or place in self.cut_points:
            return True
        try:
            await asyncio.wait_for(self._wake.wait(), within_s)
        except TimeoutError:
            return False
        return True

    def _keep(self, number: int, kind: str, at: datetime, data: JsonObject) -> None:
        self._last_at = at
        self.total += 1
        timestamp = at.isoformat(timespec="microseconds")
        self._kept.append({"id": number, "type": kind, "data": data, "timestamp": timestamp})

    def _stir(self) -> None:
        self._wake.set()
        self._wake = asyncio.Event()

    def _forget(self) -> None:
        if self._last_at and self._clock.now() - self._last_at > KEPT_FOR:
            self._kept.clear()
            self._last_id = 0


def overtaking(count: int, random: Random) -> Iterator[int]:
    """Yield the numbers below ``count``, none farther than ``FARTHEST_STEP`` from its position."""
    place = 0
    while place < count:
        size = random.randint(2, FARTHEST_STEP + 1) if random.random() < _OVERTAKES else 1
        block = list(range(place, min(place + size, count)))
        random.shuffle(block)
        yield from block
        place += size
