"""Every fault in every phase of a turn of the Workflows API: it ends as if nothing had happened.

The prompt reaches the server exactly once, as its journal shows, and the stored turn equals the one
that was shown. As in the matrix of the genie, the cases of one fault run concurrently, each with a
server of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.engine.engine_room import agent_of, open_room, serving
from tests.engine.user import User, essence, sent
from tui.core.turn import Turn
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

ORDER = "Order a laptop, please"
PHASES = {
    "before the first event": 0,
    "after the prompt was logged": 1,
    "during the first message": 8,
    "while a tool runs": 20,
    "during the last message": 45,
    "just before the end": 75,
}
"""So many events of the stream have come."""
SHAPES = ("documented", "observed")
GONE = {"an event that never comes", "a broken frame", "no way to reconnect"}
"""What these take away is not given out again."""
CUT = "cut:after={n},on=stream,times=1"
FAULTS = {
    "reset": ("cut:after={n},times=1",),
    "reset again and again": (CUT, "cut:after=3,on=resume,times=4"),
    "torn inside a line or a character": ("tear:after={n},times=1",),
    "closed without the end": ("close:after={n},times=1",),
    "closed again and again": ("close:after={n},on=stream", "close:after=1,on=resume,times=4"),
    "half open": ("silent:after={n},times=1",),
    "nothing but keep-alives": ("mute:after={n},times=1",),
    "a broken frame": ("malformed:after={n}",),
    "every event twice": ("duplicate",),
    "every event twice, then a reset": ("duplicate", "cut:after={n},times=1"),
    "an event that never comes": ("skip:after={n},times=1",),
    "two events in the wrong order": ("swap:after={n}",),
    "the server down for a while": ("outage:after={n},s=0.2,on=stream,times=1",),
    "no way to reconnect": (CUT, "status:404,on=resume"),
    "reconnects fail": (CUT, "status:503,on=resume,times=3"),
    "reconnects and looks fail": (
        CUT,
        "status:503,on=resume,times=2",
        "status:503,on=get,times=3",
    ),
    "the credential is refused": (CUT, "status:401,on=resume,times=1"),
    "too many requests": (CUT, "status:429,retry_after=0.02,on=resume,times=2"),
    "answers are lost": (CUT, "lose_answer:on=get,times=2"),
    "no stream at all": ("status:503,on=stream",),
    "the new workflow's answer is lost": ("lose_answer:on=create,times=1",),
    "the prompt's answer is lost": ("lose_answer:on=send,times=1",),
    "the prompt never arrives": ("drop_request:on=send,times=1",),
    "the prompt is refused as too early": ("status:429,retry_after=0.02,on=send,times=2",),
    "the prompt is refused for its credential": ("status:401,on=send,times=1",),
    "a gateway gives up on the prompt": ("status:504,on=send,times=1",),
    "the server fails over the prompt": ("status:500,on=send,times=1",),
}
RESTART = "the program ends and starts again"
EVERY_FAULT = FAULTS | {RESTART: ("silent:after={n},on=stream,times=1",)}
CASE_COUNT = 246
"""How many turns this matrix plays; the README states it."""

Servers = Mapping[tuple[str, str], DemoServer]
_numbers = count(1)


def cases(fault: str) -> list[tuple[str, str]]:
    """Phase and dialect: all phases for a fault that strikes at a place, else the first."""
    placed = any("{n}" in spec for spec in EVERY_FAULT[fault])
    places = list(PHASES) if placed else list(PHASES)[:1]
    return [(where, shape) for where in places for shape in SHAPES]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield {
            (where, shape): stack.enter_context(serving(shape, ping_s=0.05, park_s=0.15))
            for where in PHASES
            for shape in SHAPES
        }


@pytest.fixture(scope="module")
def calm(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[str, ...]]]:
    """Return the turn of the prompt when nothing goes wrong, by dialect."""
    found = {}
    for shape in SHAPES:
        server = servers["before the first event", shape]
        turn = asyncio.run(play(server, 0, tmp_path_factory.mktemp("calm")))
        found[shape] = essence(turn)
    return found


async def play(server: DemoServer, after: int, folder: Path, fault: str = "") -> Turn:
    """One turn as it was in the end, the same on the screen as in the store."""
    text, database = f"{ORDER} ({next(_numbers)})", folder / "matrix.db"
    async with open_room(server, database, backend_of=agent_of) as room:
        turn_id = await room.say(text)
        reached = partial(has_begun, after) if fault == RESTART else None
        shown = await User(room).see_through(turn_id, reached)
    async with open_room(server, database, backend_of=agent_of) as room:
        if fault == RESTART:
            await room.open(shown.conversation_id)
            shown = await User(room).see_through(turn_id)
        await room.session.history.sync(shown.conversation_id)
        [kept] = await room.session.history.turns(shown.conversation_id)
    assert essence(kept) == essence(shown)
    assert sent(server, text) == 1
    return shown


def has_begun(after: int, turn: Turn) -> bool:
    """Return true if the agent has the prompt, or if it is on its way in a phase before that."""
    on_its_way = turn.prompt is not None and turn.prompt.state == "sending"
    return turn.run_id is not None if after else on_its_way


async def run(case: tuple[str, str], fault: str, server: DemoServer, folder: Path) -> Turn:
    where, _ = case
    server.faults.clear()
    for spec in EVERY_FAULT[fault]:
        server.faults.add(spec.format(n=PHASES[where]))
    try:
        return await play(server, PHASES[where], folder, fault)
    except Exception as error:
        error.add_note(f"{case}\n" + "\n".join(str(record) for record in list(server.log)[-15:]))
        raise


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda name: name.replace(" ", "_"))
async def test_a_workflow_turn_recovers_from_every_fault_in_every_phase(
    servers: Servers,
    calm: dict[str, list[tuple[str, ...]]],
    tmp_path_factory: pytest.TempPathFactory,
    fault: str,
) -> None:
    played = cases(fault)
    results = await asyncio.gather(
        *(run(case, fault, servers[case], tmp_path_factory.mktemp("case")) for case in played),
        return_exceptions=True,
    )
    if failures := [result for result in results if isinstance(result, Exception)]:
        raise ExceptionGroup(fault, failures)
    for case, turn in zip(played, results, strict=True):
        assert isinstance(turn, Turn)
        if fault in GONE:
            assert_as_calm(essence(turn), calm[case[1]], case)
        else:
            assert essence(turn) == calm[case[1]], case
        assert turn.outcome == "finished", case


def assert_as_calm(
    found: list[tuple[str, ...]], calm: list[tuple[str, ...]], case: tuple[str, str]
) -> None:
    """A documented workflow keeps all that was said; a recorded one keeps the final answer alone.

    What was said before a tool is in the stream there, and goes with it.
    """
    if case[1] == "documented":
        assert found == calm, case
        return
    assert kept(found) == kept(calm), case
    notes = [text for kind, text, *_ in calm[:-1] if kind == "text"]
    said = [text for kind, text, *_ in found[:-1] if kind == "text"]
    assert all(any(part in note for note in notes) for text in said for part in text.split(" […] "))


def kept(steps: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [step for step in steps[:-1] if step[0] != "text"] + steps[-1:]


def test_the_number_of_workflow_fault_cases_matches_the_readme() -> None:
    assert sum(len(cases(fault)) for fault in EVERY_FAULT) == CASE_COUNT
