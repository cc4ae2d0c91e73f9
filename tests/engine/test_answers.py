"""Windows of one profile that answer the same question: it is posted once, even after a crash."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.engine.engine_room import Room, open_room, serving
from tui.core.events import Decision
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

QUESTIONS = {
    "approval": "Order a laptop for our new hire",
    "reject": "Show open Acme opportunities in Salesforce",
}
ELSEWHERE = "Answered in another window."
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with serving("documented", ping_s=0.2, park_s=60) as server:
        yield server


class Window:
    """A process that answers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def step(self, name: str) -> dict[str, Any]:
        """The next step it tells of, which must be this one."""
        assert self.process.stdout
        assert self.process.stderr
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        assert line, (await self.process.stderr.read()).decode()
        told: dict[str, Any] = json.loads(line)
        assert told["step"] == name
        return told

    def go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"\n")

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


class Windows:
    """A conversation with an open question, and windows that show it."""

    def __init__(self, server: DemoServer, path: Path, stack: AsyncExitStack) -> None:
        self.server, self.path, self.stack = server, path, stack
        self.cid = ""

    async def ask(self, text: str) -> None:
        async with open_room(self.server, self.path) as room:
            turn_id = await room.say(text)
            await room.until(lambda: is_asked(room, turn_id))
            self.cid = room.turns[turn_id].conversation_id

    async def open(self, answer: Decision, hold: str = "") -> Window:
        server = self.server
        who = (server.url, server.genie, server.api_key, server.idp_user_id)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.engine.answerer",
            *who,
            str(self.path),
            self.cid,
            answer,
            hold,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.stack.push_async_callback(end, process)
        window = Window(process)
        await window.step("ready")
        return window


async def end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


def is_asked(room: Room, turn_id: Any) -> bool:
    turn = room.turns.get(turn_id)
    return bool(turn and (turn.open_approvals or turn.open_connections))


@pytest.fixture
async def windows(server: DemoServer, tmp_path: Path) -> AsyncIterator[Windows]:
    async with AsyncExitStack() as stack:
        yield Windows(server, tmp_path / "test.db", stack)


CROWDS: dict[str, tuple[str, list[Decision]]] = {
    "two say the same": ("approval", ["approved", "approved"]),
    "two contradict each other": ("approval", ["approved", "rejected"]),
    "five say the same": ("approval", ["approved"] * 5),
    "five contradict each other": (
        "approval",
        ["approved", "rejected", "approved", "rejected", "approved"],
    ),
    "five reject a connection": ("reject", ["rejected"] * 5),
}


@pytest.mark.parametrize("crowd", CROWDS)
async def test_only_one_of_many_windows_posts_the_answer(
    windows: Windows, server: DemoServer, crowd: str
) -> None:
    operation, answers = CROWDS[crowd]
    await windows.ask(QUESTIONS[operation])
    opened = await asyncio.gather(*map(windows.open, answers))
    for window in opened:
        window.go()
    told = [(await window.step("answered"))["told"] for window in opened]
    ends = [(await window.step("over"))["outcome"] for window in opened]
    assert sorted(told) == sorted(["", *[ELSEWHERE] * (len(answers) - 1)])
    assert set(ends) == {answers[told.index("")]}
    assert len(server.log.of(operation)) == 1


@pytest.mark.parametrize(
    ("operation", "mine"),
    [("approval", "approved"), ("approval", "rejected"), ("reject", "rejected")],
)
@pytest.mark.parametrize("killed", ["before", "after"])
async def test_after_a_killed_window_its_answer_is_searched_before_another_is_posted(
    windows: Windows, server: DemoServer, operation: str, mine: Decision, killed: str
) -> None:
    theirs: Decision = "rejected"
    await windows.ask(QUESTIONS[operation])
    doomed, other = await asyncio.gather(windows.open(theirs, killed), windows.open(mine))
    doomed.go()
    await doomed.step("held")
    await doomed.kill()
    posted = len(server.log.of(operation))
    assert posted == (killed == "after")
    other.go()
    told = (await other.step("answered"))["told"]
    end = (await other.step("over"))["outcome"]
    assert len(server.log.of(operation)) == 1
    if killed == "before":
        assert (told, end) == ("", mine)
    else:
        assert (told, end) == ("" if mine == theirs else ELSEWHERE, theirs)


async def test_while_a_window_is_answering_the_other_shows_it(
    windows: Windows, server: DemoServer
) -> None:
    await windows.ask(QUESTIONS["approval"])
    slow, other = await asyncio.gather(windows.open("rejected", "before"), windows.open("approved"))
    slow.go()
    await slow.step("held")
    other.go()
    assert (await other.step("answered"))["told"] == ELSEWHERE
    assert server.log.of("approval") == []
