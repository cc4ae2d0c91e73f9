"""Reply after a connection: only in the history, in any run, shown once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.engine_room import QUICK, Room, open_room, serving
from tests.engine.user import User, authorise, essence, sent
from tests.fakes import NOW_MS, ManualClock, MemoryStore, ScriptedBackend, connects, said, started
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import AttemptId, ConversationId, MessageId, RunId, TurnId
from tui.core.records import ConnectionLink, Message
from tui.core.turn import Turn
from tui.demo.server import DemoServer
from tui.engine.context import Timeouts
from tui.engine.session import Session
from tui.engine.updates import TurnChanged, Update

CONNECT = "Show open Acme opportunities in Salesforce"
VARIANTS = {
    "the same run": (),
    "a new run": ("new_run",),
    "a new run without links": ("new_run", "status:404,on=link"),
    "a stored run": ("new_run:stored=1",),
    "a stored run without links": ("new_run:stored=1", "status:404,on=link"),
}


@pytest.fixture(params=VARIANTS, ids=lambda name: name.replace(" ", "_"))
def variant(request: pytest.FixtureRequest, server: DemoServer) -> None:
    for spec in VARIANTS[request.param]:
        server.faults.add(spec)


async def parked(room: Room) -> Turn:
    turn_id = await room.say(CONNECT)
    await room.until(lambda: room.turns[turn_id].open_connections)
    return room.turns[turn_id]


def check(turns: list[Turn]) -> None:
    """One turn that is over, with the question, its answer and the reply once."""
    [turn] = turns
    first, connection, reply = essence(turn)
    assert (first[0], reply[0]) == ("text", "text")
    assert connection == ("connection", "Salesforce", "authorized")
    assert "Acme" in reply[1]
    assert turn.over


@pytest.mark.usefixtures("variant")
async def test_the_reply_after_a_connection_is_shown_once_and_queued_messages_are_sent(
    room: Room, server: DemoServer
) -> None:
    turn = await parked(room)
    cid, later = turn.conversation_id, await room.say("What can you do?", turn.conversation_id)
    shown = await User(room).see_through(turn.id)
    assert (await room.over(later)).reply
    assert sent(server, "What can you do?") == 1
    await room.session.history.sync(cid)
    kept = await room.session.history.turns(cid)
    assert [turn.id for turn in kept] == [turn.id, later]
    check(kept[:1])
    assert essence(kept[0]) == essence(shown)


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("again", ["the same store", "another machine"])
async def test_the_reply_of_an_unwatched_turn_is_part_of_it(
    server: DemoServer, tmp_path: Path, again: str
) -> None:
    async with open_room(server, tmp_path / "one.db") as room:
        turn = await parked(room)
    assert turn.open_connections[0].url
    await authorise(turn.open_connections[0].url)
    path = tmp_path / ("one.db" if again == "the same store" else "two.db")
    async with open_room(server, path) as room:
        await _answered(room, turn.conversation_id)
        await room.session.history.sync(turn.conversation_id)
        for kept in await room.session.history.turns(turn.conversation_id):
            await room.open(turn.conversation_id)
            await room.over(kept.id)
        await room.session.history.sync(turn.conversation_id)
        check(await room.session.history.turns(turn.conversation_id))


async def _answered(room: Room, conversation_id: ConversationId) -> None:
    """Wait until the server has done its part, which it doesn't report."""
    backend, said, idle = room.backend, 0, False
    async with asyncio.timeout(60):
        while said < 3 or not idle:
            said = len((await backend.history(conversation_id)).items)
            idle = (await backend.status(conversation_id)).activity == "idle"


LINK_LIFE_S = 60
RUN, OTHER = RunId("run-1"), RunId("run-2")


class Hall:
    """A session over one parked turn, whose service has no links."""

    def __init__(self) -> None:
        link = connects("Jira", "a-1", "https://jira.example/link")
        asked = replace(link, seen_ms=NOW_MS, expires_ms=NOW_MS + LINK_LIFE_S * 1000)
        self.clock = ManualClock()
        self.backend = ScriptedBackend([started(), said("One moment."), asked])
        self.backend.resumes = [[]] * 1000  # the stream of a parked turn brings nothing more
        no_link = BackendError(ErrorKind.NOT_FOUND, "There is no such endpoint.")
        self.backend.failures["connection_link"] = [no_link] * 1000
        self.store = MemoryStore()
        self.turns: dict[TurnId, Turn] = {}
        timeouts = Timeouts(frame_s=0, title_s=(), silence_s=1e9, quiet_s=1e9)
        self.session = Session(
            self.backend, self.store, self._hear, clock=self.clock, timeouts=timeouts
        )

    def _hear(self, update: Update) -> None:
        if isinstance(update, TurnChanged):
            self.turns[update.turn.id] = update.turn

    async def until(self, true: Callable[[], bool], within_s: float = 120) -> None:
        """Let time pass, second by second of our clock, until something is true."""
        for _ in range(round(within_s)):
            for _ in range(60):
                await asyncio.sleep(0)
            if true():
                return
            self.clock.advance(1)
        raise AssertionError([essence(turn) for turn in self.turns.values()])


def message(
    text: str, run_id: RunId | None, after_s: int, source: str = "agent", name: str | None = None
) -> Message:
    return Message(
        id=MessageId(name or f"m{after_s}"),
        source="user" if source == "user" else "agent",
        text=text,
        run_id=run_id,
        at_ms=NOW_MS + after_s * 1000,
    )


HERE = ConversationId("c")
ASKED = message("hi", RUN, -1, "user", name="prompt")
OURS = {
    "the same run": [message("Here.", RUN, 9)],
    "no run": [message("Here.", None, 9)],
    "another run": [message("Here.", OTHER, 9)],
    "another run in the same second": [message("Here.", OTHER, 0)],
    "two runs": [message("Here.", OTHER, 9), message("There.", RunId("run-3"), 12)],
    "behind another client's turn": [
        message("me too", RunId("run-9"), 3, "user"),
        message("You too.", RunId("run-9"), 4),
        message("Here.", OTHER, 9),
    ],
    "without times": [
        Message(id=MessageId("m"), source="agent", text="Here.", run_id=OTHER),
    ],
}


@pytest.mark.parametrize("said_then", OURS.values(), ids=[name.replace(" ", "_") for name in OURS])
async def test_a_history_message_of_no_other_turn_is_the_reply(said_then: list[Message]) -> None:
    hall = Hall()
    async with hall.session as session:
        turn = await session.send(HERE, "hi")
        await hall.until(lambda: bool(hall.turns[turn.id].open_connections))
        hall.backend.messages[HERE] = [ASKED, *said_then][::-1]
        await hall.until(lambda: hall.turns[turn.id].over)
    expected = [m.text for m in said_then if m.source == "agent" and m.text != "You too."]
    assert hall.turns[turn.id].reply.split("\n\n") == ["One moment.", *expected]
    assert hall.turns[turn.id].steps[1].outcome == "authorized"


THEIRS = {
    "another client's turn": [
        message("me too", OTHER, 3, "user"),
        message("You too.", OTHER, 4),
    ],
    "another client's turn without runs": [
        message("me too", None, 3, "user"),
        message("You too.", None, 4),
    ],
    "an earlier turn": [message("Long ago.", OTHER, -500)],
}


@pytest.mark.parametrize("said_then", THEIRS.values(), ids=[n.replace(" ", "_") for n in THEIRS])
async def test_a_history_message_of_another_turn_is_not_the_reply(said_then: list[Message]) -> None:
    hall = Hall()
    async with hall.session as session:
        turn = await session.send(HERE, "hi")
        await hall.until(lambda: bool(hall.turns[turn.id].open_connections))
        both = sorted([ASKED, *said_then], key=lambda m: m.at_ms or 0, reverse=True)
        hall.backend.messages[HERE] = both
        looks = hall.backend.calls.count("history")
        await hall.until(lambda: hall.backend.calls.count("history") > looks + 3)
        assert hall.turns[turn.id].open_connections
        assert hall.turns[turn.id].reply == "One moment."


async def test_the_reply_is_found_on_a_later_page_of_the_history() -> None:
    hall = Hall()
    hall.backend.page_size = 2
    async with hall.session as session:
        turn = await session.send(HERE, "hi")
        await hall.until(lambda: bool(hall.turns[turn.id].open_connections))
        parts = [message(f"Part {n}.", OTHER, 10 + n) for n in range(5)]
        hall.backend.messages[HERE] = [ASKED, *parts][::-1]
        await hall.until(lambda: hall.turns[turn.id].over)
    assert hall.turns[turn.id].reply.split("\n\n")[1:] == [part.text for part in parts]


async def test_an_expired_link_that_cannot_be_renewed_does_not_block_queued_messages() -> None:
    hall = Hall()
    async with hall.session as session:
        turn = await session.send(HERE, "hi")
        await hall.until(lambda: bool(hall.turns[turn.id].open_connections))
        later = await session.send(HERE, "and now?")
        await hall.until(lambda: hall.clock.monotonic_s() > LINK_LIFE_S)
        assert hall.turns[turn.id].open_connections
        await hall.until(lambda: hall.turns[later.id].over, within_s=600)
    assert hall.turns[turn.id].outcome == "failed"
    assert hall.turns[turn.id].reason == "The sign-in link expired."
    assert [text for _, text, _ in hall.backend.sent] == ["hi", "and now?"]


async def test_a_slow_reply_is_awaited_although_the_conversation_status_is_idle() -> None:
    hall = Hall()
    async with hall.session as session:
        turn = await session.send(HERE, "hi")
        await hall.until(lambda: bool(hall.turns[turn.id].open_connections))
        hall.backend.failures["connection_link"].clear()
        hall.backend.links[AttemptId("a-1")] = ConnectionLink(authorized=True)
        began_s = hall.clock.monotonic_s()
        await hall.until(lambda: hall.clock.monotonic_s() > began_s + 20)
        assert not hall.turns[turn.id].over
        hall.backend.messages[HERE] = [message("Here.", OTHER, 40), ASKED]
        await hall.until(lambda: hall.turns[turn.id].over)
    assert hall.turns[turn.id].reply == "One moment.\n\nHere."


@pytest.mark.parametrize("shape", ["documented", "observed"])
async def test_the_reply_after_a_rejection_comes_from_the_history_before_the_stream_counts_as_dead(
    shape: str, tmp_path: Path
) -> None:
    timeouts = replace(QUICK, silence_s=600, quiet_s=600)  # longer than the test may take
    with serving(shape, ping_s=0.2, park_s=600) as server:
        await _reject(server, tmp_path / "test.db", timeouts)


async def _reject(server: DemoServer, path: Path, timeouts: Timeouts) -> None:
    async with open_room(server, path, timeouts=timeouts) as room:
        turn = await parked(room)
        [connection] = turn.open_connections
        await room.session.reject_connection(turn, connection.attempt_id, "not today")
        turn = await room.over(turn.id)
    assert "not today" in turn.reply
