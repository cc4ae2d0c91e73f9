"""Engine and app under load: floods of events, lost connections, and a long day."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from tests.bench.answers import mixed, words
from tests.bench.figures import Figure, Scale
from tests.bench.headless import memory_mb, shown, until
from tests.engine.engine_room import open_room
from tests.fakes import ScriptedBackend, finished, piece, ran, reply, started
from tui.core.events import TextDelta, TurnEvent
from tui.core.ids import ConversationId, FileId, RunId
from tui.demo.server import DemoServer, DemoSettings
from tui.engine.updates import EventsSeen, RecoveryChanged, Update

_MODULE = "tests.bench.session"
_FLOOD_PER_S = 5_000
_LONGEST_LAG_MS = 30
_LONGEST_ECHO_MS = 50
_ROUND_TRIPS = 1.3
_MOST_MB = 75
_DAY_S = 2 * 60 * 60
_TURN_EVERY_S = 30
_FULL = 170
"""After so many turns the windows are full, with 500 rows the timeline's too."""
_MOST_GROWN_MB = 0.01


def measure(scale: Scale) -> Iterator[Figure]:
    """Lag of the event loop in a flood, time to recover, memory over two hours."""
    flood = _child("flood", str(scale.pick(3, 1)))
    yield Figure(
        what=f"{_FLOOD_PER_S:,} events/s, lag of the event loop, p99",
        unit="ms",
        values=[flood["p99"]],
        budget=None if scale.smoke else _LONGEST_LAG_MS,
    )
    yield Figure(what="the same, brought", unit="events/s", values=[flood["rate"]])
    yield Figure(what="the same, worst lag", unit="ms", values=[flood["worst"]])
    yield Figure(
        what="the same, key echo",
        unit="ms",
        values=[flood["echo"]],
        budget=None if scale.smoke else _LONGEST_ECHO_MS,
    )
    gaps, trips = asyncio.run(_recoveries(scale.pick(20, 3)))
    yield Figure(
        what="cut to first replayed event (floor: one round trip)",
        unit="ms",
        values=gaps,
        floor=trips,
        budget=_ROUND_TRIPS,
        of="ratio",
    )
    turns = scale.pick(_DAY_S // _TURN_EVERY_S, 20)
    day = _child("day", str(turns))
    yield Figure(
        what=f"memory after {turns} turns in the app",
        unit="MB",
        values=[day["end"]],
        budget=None if scale.smoke else _MOST_MB,
    )
    yield Figure(what="of that, grown since turn 10", unit="MB", values=[day["grown"]])
    if turns > _FULL:
        yield Figure(
            what=f"of that, grown since turn {_FULL}, a turn",
            unit="MB",
            values=[day["late"] / (turns - _FULL)],
            budget=_MOST_GROWN_MB,
        )


def _child(*arguments: str) -> dict[str, float]:
    """A run in a process of its own."""
    still = os.environ | {"TEXTUAL_ANIMATIONS": "none"}
    command = [sys.executable, "-m", _MODULE, *arguments]
    done = subprocess.run(command, env=still, check=True, stdout=subprocess.PIPE)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


# Recovery, over real HTTP


async def _recoveries(times: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the cut to the next event, and of a round trip for comparison."""
    gaps, trips = [], []
    settings = DemoSettings(speed=0, seeded_conversations=0, title_s=0)
    with DemoServer(settings) as server, tempfile.TemporaryDirectory() as folder:
        async with open_room(server, Path(folder) / "bench.db") as room:
            for _ in range(times):
                server.faults.add("cut:after=3,on=send,times=1")
                room.updates = heard = Stamped()
                await room.ask("Is anything broken right now?")
                began = time.perf_counter()
                await room.session.conversations.refresh()
                trips.append((time.perf_counter() - began) * 1000)
                gaps.append(heard.gap_s() * 1000)
    return gaps, trips


class Stamped(list[Update]):
    """Updates, and when they were published."""

    def __init__(self) -> None:
        super().__init__()
        self._times_s: list[float] = []

    def append(self, update: Update) -> None:
        super().append(update)
        self._times_s.append(time.perf_counter())

    def gap_s(self) -> float:
        """From the first word of a recovery to the next event."""
        pairs = list(zip(self, self._times_s, strict=True))
        cut_s = next(s for u, s in pairs if isinstance(u, RecoveryChanged) and u.recovery)
        return next(s for u, s in pairs if isinstance(u, EventsSeen) and s > cut_s) - cut_s


# In a process of its own: a flood


class Flood(ScriptedBackend):
    """Answers with thousands of events a second: pieces of text, and a skill now and then."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self.brought = 0

    async def send(
        self, conversation_id: ConversationId, text: str, file_id: FileId | None = None
    ) -> AsyncGenerator[TurnEvent]:
        began, offset, numbers = time.perf_counter(), 0, count(1)
        run = RunId("flood")
        yield replace(started(), run_id=run, seq=next(numbers))
        while (passed := time.perf_counter() - began) < self._seconds:
            due = int(passed * _FLOOD_PER_S) - self.brought
            for _ in range(due):
                self.brought += 1
                if self.brought % 50 == 0:
                    for event in ran("Look up"):
                        yield replace(event, run_id=run, seq=next(numbers))
                else:
                    delta = piece(offset, words(self.brought, 1) + " ")
                    offset += len(delta.text) if isinstance(delta, TextDelta) else 0
                    yield replace(delta, run_id=run)
            await asyncio.sleep(0.002)
        yield replace(finished(), run_id=run, seq=next(numbers))


async def _flood(seconds: float) -> dict[str, float]:
    backend = Flood(seconds)
    with tempfile.TemporaryDirectory() as folder:
        async with shown(Path(folder) / "bench.db", backend) as page:
            lags: list[float] = []
            watch = asyncio.create_task(_watch(lags))
            page.put_text("Flood me")
            await page.pilot.press("enter")
            await until(page.pilot, lambda: backend.brought > 0)
            echoes = []
            for key in "abcdefgh":
                began = time.perf_counter()
                page.focus_on("composer")
                await page.pilot.press(key)
                echoes.append((time.perf_counter() - began) * 1000)
            await until(page.pilot, lambda: not page.working_conversations())
            watch.cancel()
    lags.sort()
    return {
        "rate": backend.brought / seconds,
        "p99": lags[int(len(lags) * 0.99)] * 1000,
        "worst": lags[-1] * 1000,
        "echo": sorted(echoes)[len(echoes) // 2],
    }


async def _watch(lags: list[float]) -> None:
    """Note how late a nap of 5 ms ends."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(time.perf_counter() - began - 0.005)


# In a process of its own: a day


async def _day(turns: int) -> dict[str, float]:
    """Two hours of work, one turn after the other: what it leaves in memory."""
    backend = ScriptedBackend(*(reply(mixed(number)) for number in range(turns)))
    after_mb = {}
    with tempfile.TemporaryDirectory() as folder:
        async with shown(Path(folder) / "bench.db", backend) as page:
            for number in range(turns):
                page.put_text(f"Question {number}")
                await page.pilot.press("enter")
                await until(page.pilot, lambda n=number: len(backend.sent) > n)  # type: ignore[misc]
                await until(page.pilot, lambda: not page.working_conversations())
                if number + 1 in (10, _FULL):
                    after_mb[number + 1] = memory_mb()
            end_mb = memory_mb()
    early_mb, full_mb = (after_mb.get(turn, end_mb) for turn in (10, _FULL))
    return {"end": end_mb, "grown": end_mb - early_mb, "late": end_mb - full_mb}


if __name__ == "__main__":
    what, amount = sys.argv[1:]
    work = _flood(float(amount)) if what == "flood" else _day(int(amount))
    print(json.dumps(asyncio.run(work)))
