"""Retry-After in any form: the engine retries a handful of times, and never too early.

Time runs faster here, for engine and clients alike, so that six seconds take a fraction of one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.engine.engine_room import Room, open_room, serving
from tests.engine.user import authorise
from tui.api.headless import HeadlessClient
from tui.api.workflows import WorkflowsClient
from tui.auth.request_auth import ApiKeyAuth, TokenAuth
from tui.backends.genie.backend import GenieBackend
from tui.backends.workflows.backend import WorkflowsBackend
from tui.core.errors import BackendError
from tui.core.ids import ConversationId, TurnId
from tui.core.ports import ChatBackend
from tui.core.records import Attachment
from tui.demo import middleware
from tui.demo.server import DemoServer
from tui.engine.context import Timeouts
from tui.engine.updates import RecoveryChanged
from tui.system.clock import SystemClock

pytestmark = pytest.mark.slow

HELLO = "What can you do?"
BROKEN = "Is anything broken right now?"
ORDER = "Order a laptop for our new hire"
ACME = "Show open Acme opportunities in Salesforce"
WINDOW_S = 6.0
HANDFUL = 6
PATIENCE = replace(Timeouts(), frame_s=0, title_s=())


class FastClock(SystemClock):
    """The machine's clock, so many times faster."""

    factor = 40.0

    def monotonic_s(self) -> float:
        return super().monotonic_s() * self.factor

    def now_ms(self) -> int:
        return round(self.monotonic_s() * 1000)

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self.factor)


CLOCK = FastClock()


def genie(server: DemoServer) -> ChatBackend:
    auth = ApiKeyAuth(server.url, SecretStr(server.api_key), server.idp_user_id)
    return GenieBackend(HeadlessClient(server.url, server.genie, auth, CLOCK))


def agent(server: DemoServer) -> ChatBackend:
    auth = TokenAuth(server.url, SecretStr(server.token))
    return WorkflowsBackend(WorkflowsClient(server.url, auth, CLOCK), server.agent)


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with serving("documented", ping_s=0.2, park_s=30) as server:
        yield server


class Scene:
    """User of a session while the service asks for time."""

    def __init__(self, room: Room, server: DemoServer, folder: Path) -> None:
        self.room, self.server, self.folder = room, server, folder
        self.trouble: Callable[[], None]
        self.tasks: list[asyncio.Task[None]] = []

    async def say(self, text: str, *files: Attachment) -> TurnId:
        return (await self.room.session.send(None, text, files)).id

    async def asked(self, text: str) -> TurnId:
        """A turn that waits for an answer."""
        turn_id = await self.say(text)
        await self.room.until(
            lambda: self.turn(turn_id).open_approvals or self.turn(turn_id).open_connections
        )
        return turn_id

    def turn(self, turn_id: TurnId):  # type: ignore[no-untyped-def]
        return self.room.turns[turn_id]

    def insist(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do something that may fail."""

        async def acting() -> None:
            with suppress(BackendError):
                await act()

        self.tasks.append(asyncio.create_task(acting()))


async def sending(scene: Scene) -> None:
    scene.trouble()
    await scene.say(HELLO)


async def cut_off(scene: Scene) -> None:
    scene.server.faults.add("cut:after=2,on=send,times=1")
    scene.trouble()
    await scene.say(BROKEN)


async def with_a_gap(scene: Scene) -> None:
    scene.server.faults.add("skip:after=1,on=send,times=1")
    scene.trouble()
    await scene.asked(ORDER)


async def attaching(scene: Scene) -> None:
    file = scene.folder / "report.txt"
    file.write_text("figures")
    scene.trouble()
    await scene.say("Summarise this", Attachment(path=str(file), name=file.name, size_bytes=7))


async def approving(scene: Scene) -> None:
    turn = scene.turn(await scene.asked(ORDER))
    scene.trouble()
    call = turn.open_approvals[0].call_id
    scene.insist(lambda: scene.room.session.decide(turn, call, "approved"))


async def connecting(scene: Scene) -> None:
    scene.trouble()
    await scene.asked(ACME)


async def connected(scene: Scene) -> None:
    turn = scene.turn(await scene.asked(ACME))
    scene.trouble()
    await authorise(turn.open_connections[0].url)


async def rejecting(scene: Scene) -> None:
    turn = scene.turn(await scene.asked(ACME))
    scene.trouble()
    attempt = turn.open_connections[0].attempt_id
    scene.insist(lambda: scene.room.session.reject_connection(turn, attempt))


async def looking(scene: Scene) -> None:
    scene.trouble()
    scene.insist(scene.room.session.conversations.refresh)
    scene.insist(lambda: scene.room.session.history.sync(ConversationId("somewhere")))


async def halting(scene: Scene) -> None:
    turn_id = await scene.say(BROKEN)
    await scene.room.until(lambda: scene.turn(turn_id).run_id or scene.turn(turn_id).over)
    scene.trouble()
    scene.insist(lambda: scene.room.session.conversations.halt(scene.turn(turn_id)))


SCENES: Mapping[str, tuple[Callable[[Scene], Awaitable[None]], tuple[str, ...]]] = {
    "create": (sending, ("create",)),
    "send": (sending, ("send",)),
    "send, and what looks for it": (sending, ("send", "messages", "get")),
    "reconnect": (cut_off, ("resume",)),
    "recovery": (cut_off, ("resume", "events", "get", "messages")),
    "gap": (with_a_gap, ("events",)),
    "upload": (attaching, ("upload",)),
    "approval": (approving, ("approval", "get")),
    "link": (connecting, ("link",)),
    "link and history": (connecting, ("link", "messages", "get")),
    "reply after a connection": (connected, ("get", "messages")),
    "rejection": (rejecting, ("reject",)),
    "lists": (looking, ("list", "get", "events", "messages")),
}
WORKFLOWS = {
    "create": (sending, ("create",)),
    "prompt": (sending, ("send",)),
    "stream": (sending, ("stream", "resume")),
    "recovery": (cut_off, ("stream", "resume", "get")),
    "lists": (looking, ("list", "get")),
}


async def play(
    server: DemoServer,
    folder: Path,
    play_scene: Callable[[Scene], Awaitable[None]],
    specs: tuple[str, ...],
    watched: tuple[str, ...],
    backend_of: Callable[[DemoServer], ChatBackend],
) -> Counter[str]:
    """Count the requests of each operation, up to six seconds after the first one watched."""
    server.faults.clear()
    began = 0

    def trouble() -> None:
        nonlocal began
        began = len(server.log)
        for spec in specs:
            server.faults.add(spec)

    opening = open_room(
        server, folder / "t.db", timeouts=PATIENCE, clock=CLOCK, backend_of=backend_of
    )
    async with opening as room:
        scene = Scene(room, server, folder)
        scene.trouble = trouble
        await play_scene(scene)
        async with asyncio.timeout(60):
            while not any(r.operation in watched for r in list(server.log)[began:]):
                await CLOCK.sleep(0.1)
        await CLOCK.sleep(WINDOW_S)
        met = Counter(record.operation for record in list(server.log)[began:])
        for task in scene.tasks:
            task.cancel()
        await asyncio.gather(*scene.tasks, return_exceptions=True)
    server.faults.clear()
    return met


Case = tuple[
    Callable[[DemoServer], ChatBackend], Callable[[Scene], Awaitable[None]], tuple[str, ...]
]
CASES: list[Case] = [(genie, *c) for c in SCENES.values()]
CASES += [(agent, *c) for c in WORKFLOWS.values()]
NAMES = [*SCENES, *(f"workflows {name}" for name in WORKFLOWS)]


@pytest.mark.parametrize("status", [409, 429, 503])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
async def test_retry_after_allows_only_a_handful_of_requests_in_six_seconds(
    server: DemoServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: Case,
    status: int,
) -> None:
    backend_of, scene, operations = case
    for value, most in (("0", HANDFUL), ("7", 1)):
        headers = {"Retry-After": value}
        monkeypatch.setattr(middleware, "retry_after", lambda fault, headers=headers: headers)
        specs = tuple(f"status:{status},on={name}" for name in operations)
        folder = tmp_path / value
        folder.mkdir()
        met = await play(server, folder, scene, specs, operations, backend_of)
        assert {name: met[name] for name in operations if met[name] > most} == {}


INTERRUPTED = ("interrupted:after=1,retry_ms=0,on=send", "interrupted:retry_ms=0,on=resume")


async def waiting(scene: Scene) -> None:
    scene.trouble()
    await scene.asked(ORDER)


async def test_reconnects_of_a_repeatedly_interrupted_stream_back_off(
    server: DemoServer, tmp_path: Path
) -> None:
    met = await play(server, tmp_path, waiting, INTERRUPTED, ("resume",), genie)
    assert 1 < met["resume"] <= HANDFUL, met
    assert max(met.values()) <= 2 * HANDFUL


async def test_retry_after_is_kept_with_the_real_clock(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FastClock, "factor", 1.0)
    met = await play(server, tmp_path, waiting, INTERRUPTED, ("resume",), genie)
    assert 1 < met["resume"] <= HANDFUL, met
    assert max(met.values()) <= 2 * HANDFUL


@pytest.mark.parametrize("asked_s", [170, 3600, 86_400])
async def test_a_long_retry_after_is_shown_and_kept_until_the_user_retries(
    server: DemoServer, tmp_path: Path, asked_s: int
) -> None:
    server.faults.clear()
    server.faults.add(f"status:429,retry_after={asked_s},on=send,times=1")
    before = len(server.log.of("send"))
    opening = open_room(server, tmp_path / "t.db", timeouts=PATIENCE, clock=CLOCK, backend_of=genie)
    async with opening as room:
        turn_id = (await room.session.send(None, HELLO)).id
        await room.until(lambda: "sending" in room.recovery_steps)
        told = [u.recovery for u in room.updates if isinstance(u, RecoveryChanged) and u.recovery]
        left_s = ((told[-1].next_ms or 0) - CLOCK.now_ms()) / 1000
        assert asked_s - 20 < left_s <= asked_s
        await CLOCK.sleep(15)
        room.session.retry_now()  # as after a new sign-in
        await CLOCK.sleep(5)
        assert len(server.log.of("send")) == before + 1
        room.session.lift_delays()
        room.session.retry_now()
        assert (await room.over(turn_id)).reply
        assert len(server.log.of("send")) == before + 2
