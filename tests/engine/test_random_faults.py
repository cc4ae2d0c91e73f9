"""Random faults in random order: each message arrives once, in order, and gets its reply.

Hypothesis chooses the messages, the faults and their times, and when the program quits and
restarts. Every run tries the same examples.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engine.engine_room import Room, open_room, serving
from tests.engine.user import User, decided, essence, sent
from tui.core.turn import Turn
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

HELLO = "What can you do?"
BROKEN = "Is anything broken right now?"
ORDER = "Order a laptop, please"
CONNECT = "Show open Acme opportunities in Salesforce"
TRIP = "Plan a trip to Lisbon"
TEXTS = [HELLO, BROKEN, ORDER, CONNECT, TRIP]
APPROVALS = {ORDER: 1, TRIP: 2}

_READS = ["resume", "events", "get", "messages"]
Story = list[tuple[list[str], list[str], int]]
_numbers = count(1)

times = st.integers(1, 3)
stream_faults = st.builds(
    "{}:after={},on={},times={}".format,
    st.sampled_from(
        ["cut", "tear", "close", "skip", "swap", "mute", "malformed", "interrupted", "outage"]
    ),
    st.integers(0, 8),
    st.sampled_from(["send", "resume"]),
    times,
).map(
    lambda spec: spec.replace("interrupted:", "interrupted:retry_ms=10,").replace(
        "outage:", "outage:s=0.05,"
    )
)
lasting_faults = st.one_of(
    st.sampled_from(["duplicate", "silent:after=2,times=1"]),
    st.integers(1, 12).map("slow:ms={}".format),
)
read_faults = st.builds(
    "{},on={},times={}".format,
    st.sampled_from(["status:503", "status:429,retry_after=0.01", "status:401"]),
    st.sampled_from(_READS),
    times,
)
broken_calls = st.builds(
    "{}:on={},times={}".format,
    st.sampled_from(["lose_answer", "drop_request"]),
    st.sampled_from([*_READS, "create", "send", "approval", "link"]),
    st.just(1),
)
faults = st.lists(st.one_of(stream_faults, lasting_faults, read_faults, broken_calls), max_size=3)
visits = st.lists(
    st.tuples(st.lists(st.sampled_from(TEXTS), max_size=2), faults, st.integers(1, 40)),
    min_size=1,
    max_size=3,
)
"""What is written, what goes wrong, and after how many updates one leaves, each time the program is
open."""


@pytest.fixture(scope="module", params=["documented", "observed"])
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    with serving(request.param, ping_s=0.05, park_s=0.15) as server:
        yield server


@pytest.fixture(scope="module")
def answers(server: DemoServer) -> dict[str, list[tuple[str, ...]]]:
    """Return the turn of each text when nothing goes wrong."""
    turns = asyncio.run(talk(server, [(TEXTS, [], 5)]))
    return {text: essence(turn) for text, turn in zip(TEXTS, turns, strict=True)}


async def stay(room: Room, updates: int) -> None:
    """Leave after so many updates, or when nothing more seems to happen."""
    with suppress(AssertionError):
        await room.until(lambda: len(room.updates) > updates, within_s=0.05)


async def talk(server: DemoServer, story: Story) -> list[Turn]:
    """Play a story in one conversation, and see everything through at the end."""
    written: list[str] = []
    number = next(_numbers)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "chance.db"
        server.faults.clear()
        async with open_room(server, database) as room:
            cid = (await room.ask(HELLO)).conversation_id
        for texts, specs, stays in [*story, ([], [], 1)]:
            for spec in specs:
                server.faults.add(spec)
            async with open_room(server, database) as room:
                for text in texts:
                    written.append(f"{text} ({number}.{len(written)})")
                    await room.say(written[-1], cid)
                await stay(room, stays)
        async with open_room(server, database) as room:
            await room.open(cid)
            user = User(room)
            for turn in (await room.session.history.turns(cid))[1:]:
                await user.see_through(turn.id)
            _, *turns = await room.session.history.turns(cid)
    arrived = [r.summary for r in server.log.of("send") if r.summary in set(written)]
    assert arrived == written
    asked = [APPROVALS.get(text, 0) for texts, _, _ in story for text in texts]
    assert decided(server, cid) == sum(asked)
    assert [turn.prompt and turn.prompt.text for turn in turns] == written
    return turns


@settings(
    max_examples=16,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(story=visits)
def test_random_faults_lose_and_duplicate_no_message(
    server: DemoServer,
    answers: dict[str, list[tuple[str, ...]]],
    story: Story,
) -> None:
    turns = asyncio.run(talk(server, story))
    texts = [text for texts, _, _ in story for text in texts]
    assert [essence(turn) for turn in turns] == [answers[text] for text in texts]
    assert all(sent(server, turn.prompt.text) == 1 for turn in turns if turn.prompt)
