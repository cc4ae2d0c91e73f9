"""Every fault in every phase of a turn: it ends as if nothing had happened.

The user's message and every decision reach the server exactly once, as its journal shows, and the
stored turn equals the one that was shown. The cases of one fault run concurrently, each with a
server of its own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.engine.engine_room import QUICK, open_room, serving
from tests.engine.user import User, decided, essence, sent
from tui.core.turn import Turn
from tui.demo.server import DemoServer
from tui.system.clock import SystemClock

pytestmark = pytest.mark.slow

ORDER = "Order a laptop, please"
TRIP = "Plan a trip to Lisbon"
CONNECT = "Show open Acme opportunities in Salesforce"
APPROVALS = {ORDER: 1, TRIP: 2, CONNECT: 0}


@dataclass(frozen=True)
class Phase:
    """A place in a scripted turn: after so many of its events."""

    text: str
    after: int


PHASES = {
    "before the first event": Phase(ORDER, 0),
    "after the start": Phase(ORDER, 1),
    "during a skill": Phase(ORDER, 3),
    "while an approval waits": Phase(ORDER, 5),
    "while the approved skill runs": Phase(ORDER, 6),
    "just before the end": Phase(ORDER, 8),
    "before a second approval": Phase(TRIP, 5),
    "while a second approval waits": Phase(TRIP, 6),
    "before a connection is asked for": Phase(CONNECT, 2),
    "while a connection waits": Phase(CONNECT, 3),
}
ONCE = ("before the first event", "before a second approval", "before a connection is asked for")
"""One phase of each kind of turn, for faults that do not strike at a place."""

CUT = "cut:after={n},on=send,times=1"
FAULTS = {
    "reset": ("cut:after={n},times=1",),
    "reset again and again": (CUT, "cut:after=1,on=resume,times=4"),
    "torn inside a line or a character": ("tear:after={n},times=1",),
    "closed without the end": ("close:after={n},times=1",),
    "closed again and again": ("close:after={n},on=send", "close:after=1,on=resume,times=4"),
    "half open": ("silent:after={n},times=1",),
    "half open again and again": ("silent:after={n},on=send", "silent:after=1,on=resume,times=2"),
    "nothing but keep-alives": ("mute:after={n},times=1",),
    "interrupted by the server": ("interrupted:after={n},retry_ms=20,times=1",),
    "interrupted again and again": ("interrupted:after={n},retry_ms=20,times=4",),
    "a broken frame": ("malformed:after={n}",),
    "every event twice": ("duplicate",),
    "every event twice, then a reset": ("duplicate", "cut:after={n},times=1"),
    "two events in the wrong order": ("swap:after={n}",),
    "an event that never comes": ("skip:after={n},times=1",),
    "events of another conversation": ("crosstalk:after={n}",),
    "events of another conversation again and again": (
        "crosstalk:after={n},on=send",
        "crosstalk:on=resume,times=3",
        "cut:after={n},on=send,times=1",
    ),
    "events of another run": ("crosstalk:after=1,own=1,on=send",),
    "ids that count from 1 in each run": ("counted_ids", "cut:after={n},times=1"),
    "values that few readers take": ("odd_values",),
    "slow": ("slow:ms=3",),
    "the server down for a while": ("outage:after={n},s=0.2,on=send,times=1",),
    "the server down for minutes": ("outage:after={n},s=1,on=send,times=1",),
    "no way to reconnect": (CUT, "status:404,on=resume"),
    "reconnects fail": (CUT, "status:503,on=resume,times=3"),
    "reconnects and events fail": (
        CUT,
        "status:503,on=resume,times=2",
        "status:503,on=events,times=2",
    ),
    "events only": (CUT, "status:410,on=resume", "status:503,on=get,times=2"),
    "the credential is refused": (CUT, "status:401,on=resume,times=1"),
    "the credential is refused until somebody signs in": (CUT, "status:401,on=resume,times=3"),
    "too many requests": (CUT, "status:429,retry_after=0.02,on=resume,times=2"),
    "answers are lost": (CUT, "lose_answer:on=events,times=1", "lose_answer:on=get,times=1"),
    "the new conversation's answer is lost": ("lose_answer:on=create,times=1",),
    "no conversation can be created": (
        "drop_request:on=create,times=1",
        "status:503,on=create,times=1",
    ),
    "the sent message's answer is lost": ("lose_answer:on=send,times=1",),
    "the message never arrives": ("drop_request:on=send,times=1",),
    "the message is refused as too early": ("status:429,retry_after=0.02,on=send,times=2",),
    "the message is refused for its credential": ("status:401,on=send,times=1",),
    "a gateway gives up on the message": ("status:504,on=send,times=1",),
    "the server fails over the message": ("status:500,on=send,times=1",),
    "the decision's answer is lost": ("lose_answer:on=approval,times=1",),
    "the decision never arrives": ("drop_request:on=approval,times=1",),
    "a gateway gives up on the decision": ("status:504,on=approval,times=2",),
    "the decision is refused as too early": ("status:429,retry_after=0.02,on=approval,times=2",),
    "the decision is refused for its credential": (CUT, "status:401,on=approval,times=1"),
    "the decision and the look at it fail": (
        "lose_answer:on=approval,times=1",
        "status:503,on=get,times=2",
    ),
    "links fail": (CUT, "status:503,on=link,times=2", "lose_answer:on=link,times=1"),
    "there are no links": ("status:404,on=link",),
    "the reply comes in a new run": ("new_run",),
    "the reply comes in a new run whose events are stored": ("new_run:stored=1",),
    "the reply comes in a new run and there are no links": ("new_run", "status:404,on=link"),
    "the reply comes in a new run after a reset": ("new_run", "cut:after={n},times=1"),
    "links are refused for their credential": ("status:401,on=link,times=1",),
    "the history fails": (CUT, "status:503,on=messages,times=2", "lose_answer:on=messages,times=1"),
}
SILENT = ("silent:after={n},on=send,times=1",)
RESTART = "the program ends and starts again"
ASLEEP = "the machine falls asleep and wakes up"
EVERY_FAULT = FAULTS | {RESTART: SILENT, ASLEEP: SILENT}
SHAPES = ("documented", "observed")
CASE_COUNT = 792
"""How many turns the matrix plays; the README states it."""

_numbers = count(1)


@dataclass(frozen=True)
class Case:
    """One fault at one place, in one dialect of the service."""

    fault: str
    where: str
    shape: str

    @property
    def phase(self) -> Phase:
        return PHASES[self.where]


def cases(fault: str) -> list[Case]:
    """Faults that strike at a place in every phase, the others once for each kind of turn."""
    placed = any("{n}" in spec for spec in EVERY_FAULT[fault])
    places = PHASES if placed else ONCE
    return [Case(fault, where, shape) for where in places for shape in SHAPES]


WATCH_S = 2.0
"""How long the engine sleeps between two looks at a stream."""


class Sleeper(SystemClock):
    """The clock of a machine that can sleep; it waits for less long than it says."""

    def __init__(self) -> None:
        self.watched = asyncio.Event()
        """Set once somebody looks after a stream."""
        self._slept_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self._slept_ms

    async def sleep(self, seconds: float) -> None:
        if seconds == WATCH_S:
            self.watched.set()
        await asyncio.sleep(seconds / 40)

    async def nap(self) -> None:
        """Sleep for an hour now and then, ever less often; runs until canceled.

        One sleep may fall between two streams and go unnoticed. On a busy machine a stream may
        need longer than the first pauses, and each sleep ends it.
        """
        pause_s = 0.5
        while True:
            self._slept_ms += 3_600_000
            await asyncio.sleep(pause_s)
            pause_s *= 2


Servers = Mapping[tuple[str, str], DemoServer]
Calm = Mapping[tuple[str, str], list[tuple[str, ...]]]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """One for every phase in every dialect."""
    with ExitStack() as stack:
        yield {
            (where, shape): stack.enter_context(serving(shape, ping_s=0.05, park_s=0.15))
            for where in PHASES
            for shape in SHAPES
        }


@pytest.fixture(scope="module")
def calm(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Calm:
    """Return the turn of each text when nothing goes wrong."""

    async def play_all() -> list[Turn]:
        return await asyncio.gather(
            *(
                play(servers[where, shape], PHASES[where], tmp_path_factory.mktemp("calm"))
                for where in ONCE
                for shape in SHAPES
            )
        )

    kinds = [(PHASES[where].text, shape) for where in ONCE for shape in SHAPES]
    return {kind: essence(turn) for kind, turn in zip(kinds, asyncio.run(play_all()), strict=True)}


async def play(server: DemoServer, phase: Phase, folder: Path, fault: str = "") -> Turn:
    """One turn as it was in the end, the same on the screen as in the store."""
    text, database = f"{phase.text} ({next(_numbers)})", folder / "matrix.db"
    async with open_room(server, database) as room:
        turn_id = await room.say(text)
        reached = partial(has_reached, phase) if fault == RESTART else None
        shown = await User(room).see_through(turn_id, reached)
    async with open_room(server, database) as room:
        if fault == RESTART:
            await room.open(shown.conversation_id)
            shown = await User(room).see_through(turn_id)
        [kept] = await room.session.history.turns(shown.conversation_id)
    assert essence(kept) == essence(shown)
    check_journal(server, shown, phase, text)
    return shown


async def play_asleep(server: DemoServer, phase: Phase, folder: Path) -> Turn:
    """One turn of a machine that sleeps for an hour when it has come to a phase.

    Nothing but the time that is gone can tell it that its stream is dead.
    """
    clock, text = Sleeper(), f"{phase.text} ({next(_numbers)})"
    timeouts = replace(QUICK, silence_s=60, quiet_s=600)
    async with open_room(server, folder / "m.db", timeouts=timeouts, clock=clock) as room:
        turn_id, user = await room.say(text), User(room)
        await user.see_through(turn_id, partial(has_reached, phase))
        await clock.watched.wait()
        naps = asyncio.create_task(clock.nap())
        turn = await user.see_through(turn_id)
        naps.cancel()
    check_journal(server, turn, phase, text)
    return turn


def check_journal(server: DemoServer, turn: Turn, phase: Phase, text: str) -> None:
    assert sent(server, text) == 1
    assert decided(server, turn.conversation_id) == APPROVALS[phase.text]


def has_reached(phase: Phase, turn: Turn) -> bool:
    """Return true if so many events are here; without events, if the message is on its way."""
    on_its_way = turn.prompt is not None and turn.prompt.state == "sending"
    return turn.contiguous_seq >= phase.after if phase.after else on_its_way


async def run(case: Case, server: DemoServer, folder: Path) -> Turn:
    server.faults.clear()
    for spec in EVERY_FAULT[case.fault]:
        server.faults.add(spec.format(n=case.phase.after))
    try:
        if case.fault == ASLEEP:
            return await play_asleep(server, case.phase, folder)
        return await play(server, case.phase, folder, case.fault)
    except Exception as error:
        error.add_note(f"{case}\n" + "\n".join(str(record) for record in list(server.log)[-15:]))
        raise


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda name: name.replace(" ", "_"))
async def test_a_turn_recovers_from_every_fault_in_every_phase(
    servers: Servers, calm: Calm, tmp_path_factory: pytest.TempPathFactory, fault: str
) -> None:
    played = cases(fault)
    results = await asyncio.gather(
        *(
            run(case, servers[case.where, case.shape], tmp_path_factory.mktemp("case"))
            for case in played
        ),
        return_exceptions=True,
    )
    if failures := [result for result in results if isinstance(result, Exception)]:
        raise ExceptionGroup(fault, failures)
    for case, turn in zip(played, results, strict=True):
        assert isinstance(turn, Turn)
        assert essence(turn) == calm[case.phase.text, case.shape], case
        assert turn.outcome == "finished", case


def test_the_number_of_fault_cases_matches_the_readme() -> None:
    assert sum(len(cases(fault)) for fault in EVERY_FAULT) == CASE_COUNT
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    stated = re.findall(r"fault matrix of (\d+)\s+cases", readme)
    assert {int(number) for number in stated} <= {CASE_COUNT}
