"""Every fault in every phase of a turn: it ends as if nothing had happened.

The user's message and every decision reach the server exactly once, as its journal shows, and the
turn that was shown is the turn that the store gives back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.chat.room import open_room, serving
from tests.chat.user import User, decided, essence, sent
from tui.core.turn import Turn
from tui.demo.server import DemoServer

ORDER = "Order a laptop, please"
CONNECT = "What is open for Acme in Salesforce?"
EVENTS_OF_ORDER = 9
EVENTS_OF_CONNECT = 3


@dataclass(frozen=True)
class Phase:
    """A place in a scripted turn: after so many of its events."""

    text: str
    after: int
    approvals: int


PHASES = {
    "before the first event": Phase(ORDER, 0, 1),
    "after the start": Phase(ORDER, 1, 1),
    "during a skill": Phase(ORDER, 3, 1),
    "while an approval waits": Phase(ORDER, 5, 1),
    "while the approved skill runs": Phase(ORDER, 6, 1),
    "just before the end": Phase(ORDER, EVENTS_OF_ORDER - 1, 1),
    "before a connection is asked for": Phase(CONNECT, 2, 0),
    "while a connection waits": Phase(CONNECT, EVENTS_OF_CONNECT, 0),
}

CUT = "cut:after={n},on=send,times=1"
FAULTS = {
    "reset": ("cut:after={n},times=1",),
    "reset again and again": (CUT, "cut:after=1,on=resume,times=4"),
    "torn inside a character": ("tear:after={n},times=1",),
    "closed without the end": ("close:after={n},times=1",),
    "closed again and again": ("close:after={n},on=send", "close:after=1,on=resume,times=4"),
    "half open": ("silent:after={n},times=1",),
    "interrupted by the server": ("interrupted:after={n},retry_ms=20,times=1",),
    "a broken frame": ("malformed:after={n}",),
    "every event twice": ("duplicate",),
    "an event that never comes": ("skip:after={n},times=1",),
    "slow": ("slow:ms=3",),
    "the server away for a while": ("outage:after={n},s=0.2,on=send,times=1",),
    "no way to reconnect": (CUT, "status:404,on=resume"),
    "reconnects fail": (CUT, "status:503,on=resume,times=3"),
    "reconnects and events fail": (
        CUT,
        "status:503,on=resume,times=2",
        "status:503,on=events,times=2",
    ),
    "events only": (CUT, "status:410,on=resume", "status:503,on=get,times=2"),
    "the credential is refused": (CUT, "status:401,on=resume,times=1"),
    "too many requests": (CUT, "status:429,retry_after=0.02,on=resume,times=2"),
    "answers are lost": (CUT, "lose_answer:on=events,times=1", "lose_answer:on=get,times=1"),
    "the sent message's answer is lost": ("lose_answer:on=send,times=1",),
    "the message never arrives": ("drop_request:on=send,times=1",),
    "the message is refused as too early": ("status:429,retry_after=0.02,on=send,times=2",),
    "the message is refused for its credential": ("status:401,on=send,times=1",),
    "a gateway gives up on the message": ("status:504,on=send,times=1",),
    "the decision's answer is lost": ("lose_answer:on=approval,times=1",),
    "the decision never arrives": ("drop_request:on=approval,times=1",),
    "a gateway gives up on the decision": ("status:504,on=approval,times=2",),
    "the decision is refused for its credential": (CUT, "status:401,on=approval,times=1"),
    "the decision and the look at it fail": (
        "lose_answer:on=approval,times=1",
        "status:503,on=get,times=2",
    ),
    "links fail": (CUT, "status:503,on=link,times=2", "lose_answer:on=link,times=1"),
    "there are no links": ("status:404,on=link",),
    "links are refused for their credential": ("status:401,on=link,times=1",),
    "the history fails": (CUT, "status:503,on=messages,times=2", "lose_answer:on=messages,times=1"),
}
RESTART = "the program ends and starts again"


def cases() -> Iterator[tuple[str, str]]:
    """Faults that strike at a place in every phase, the others once for each kind of turn."""
    once = ("before the first event", "before a connection is asked for")
    for fault, specs in FAULTS.items():
        placed = any("{n}" in spec for spec in specs)
        yield from ((fault, where) for where in PHASES if placed or where in once)
    yield from ((RESTART, where) for where in PHASES)


CASES = tuple(cases())
SHAPES = ("documented", "observed")
CASE_COUNT = len(CASES) * len(SHAPES)
"""How many turns the matrix plays; the README states it."""

_numbers = count(1)


@pytest.fixture(scope="module", params=SHAPES)
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    with serving(request.param, ping_s=0.05, park_s=0.15) as server:
        yield server


async def play(
    server: DemoServer, phase: Phase, folder: Path, *, restart: bool = False
) -> tuple[Turn, Turn]:
    """One turn as it was shown in the end, and as the store has it."""
    text, database = f"{phase.text} ({next(_numbers)})", folder / "matrix.db"
    async with open_room(server, database) as room:
        turn_id = await room.say(text)
        reached = partial(has_reached, phase) if restart else None
        shown = await User(room).see_through(turn_id, reached)
    async with open_room(server, database) as room:
        if restart:
            await room.open(shown.conversation_id)
            shown = await User(room).see_through(turn_id)
        [kept] = await room.session.turns(shown.conversation_id)
    assert sent(server, text) == 1
    assert decided(server, shown.conversation_id) == phase.approvals
    return shown, kept


def has_reached(phase: Phase, turn: Turn) -> bool:
    """Whether so many events are here, or the message is on its way where there are none."""
    on_its_way = turn.prompt is not None and turn.prompt.state == "sending"
    return turn.through >= phase.after if phase.after else on_its_way


@pytest.fixture(scope="module")
def undisturbed(server: DemoServer) -> dict[str, list[tuple[str, ...]]]:
    """What each text leads to when nothing goes wrong; filled as it is asked for."""
    return {}


@pytest.mark.parametrize(("fault", "where"), CASES, ids=lambda name: name.replace(" ", "_"))
async def test_a_turn_ends_as_if_nothing_had_happened(
    server: DemoServer,
    undisturbed: dict[str, list[tuple[str, ...]]],
    tmp_path: Path,
    fault: str,
    where: str,
) -> None:
    phase = PHASES[where]
    server.faults.clear()
    if phase.text not in undisturbed:
        (tmp_path / "calm").mkdir()
        calm, _ = await play(server, phase, tmp_path / "calm")
        undisturbed[phase.text] = essence(calm)
    for spec in FAULTS.get(fault, (f"silent:after={phase.after},on=send,times=1",)):
        server.faults.add(spec.format(n=phase.after))
    turn, kept = await play(server, phase, tmp_path, restart=fault == RESTART)
    assert essence(turn) == undisturbed[phase.text]
    assert turn.outcome == "finished"
    assert kept.steps == turn.steps
