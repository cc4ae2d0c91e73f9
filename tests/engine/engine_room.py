"""Session with an observer: send, wait for a condition, look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pydantic import SecretStr

from tui.api.headless import HeadlessClient
from tui.api.workflows import WorkflowsClient
from tui.auth.request_auth import ApiKeyAuth, TokenAuth
from tui.backends.genie.backend import GenieBackend
from tui.backends.workflows.backend import WorkflowsBackend
from tui.core.ids import ConversationId, TurnId
from tui.core.ports import ChatBackend, Clock
from tui.core.turn import Turn
from tui.demo.server import DemoServer, DemoSettings
from tui.engine.context import Timeouts
from tui.engine.session import Session
from tui.engine.updates import Problem, RecoveryChanged, TurnChanged, TurnDropped, Update
from tui.store import SqliteStore

QUICK = Timeouts(
    first_retry_s=0.02,
    longest_retry_s=0.2,
    busy_poll_s=0.05,
    elsewhere_poll_s=0.02,
    connection_poll_s=0.05,
    longest_connection_poll_s=0.1,
    second_look_s=0.05,
    silence_s=1.5,
    quiet_s=0.2,
    frame_s=0.001,
    title_s=(),
)
"""The engine's own waits, shortened; they are real all the same."""


@contextmanager
def serving(shape: str, *, ping_s: float, park_s: float) -> Iterator[DemoServer]:
    """A quick demo server without history, as documented or as seen (``observed``); no errors."""
    settings = DemoSettings(
        speed=0,
        observed=shape == "observed",
        workflows="recorded" if shape == "observed" else "documented",
        seed=7,
        seeded_conversations=0,
        ping_s=ping_s,
        park_s=park_s,
        title_s=0,
    )
    with DemoServer(settings) as server:
        yield server
        assert server.errors == []


class Room:
    """Session as its user sees it."""

    def __init__(self, store: SqliteStore, backend: ChatBackend) -> None:
        self.store = store
        self.backend = backend
        self.session: Session
        self.updates: list[Update] = []
        self.turns: dict[TurnId, Turn] = {}
        self.problems: list[Problem] = []
        self._changed = asyncio.Event()

    def hear(self, update: Update) -> None:
        self.updates.append(update)
        if isinstance(update, Problem):
            self.problems.append(update)
        if isinstance(update, TurnChanged):
            self.turns[update.turn.id] = update.turn
        elif isinstance(update, TurnDropped):
            self.turns.pop(update.turn_id, None)
        self._changed.set()

    async def until(self, true: Callable[[], object], within_s: float = 60.0) -> None:
        """Return as soon as ``true()``; fails with all that was heard otherwise."""
        try:
            async with asyncio.timeout(within_s):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            heard = "\n".join(repr(update)[:300] for update in self.updates[-12:])
            raise AssertionError(heard) from None

    async def say(self, text: str, conversation_id: ConversationId | None = None) -> TurnId:
        return (await self.session.send(conversation_id, text)).id

    async def over(self, turn_id: TurnId) -> Turn:
        """The turn once it has ended."""
        await self.until(lambda: turn_id in self.turns and self.turns[turn_id].over)
        return self.turns[turn_id]

    async def open(self, conversation_id: ConversationId) -> None:
        """Look at what the store has of a conversation."""
        for turn in await self.session.history.turns(conversation_id):
            self.turns.setdefault(turn.id, turn)

    async def ask(self, text: str, conversation_id: ConversationId | None = None) -> Turn:
        return await self.over(await self.say(text, conversation_id))

    @property
    def recovery_steps(self) -> list[str]:
        found = [u.recovery for u in self.updates if isinstance(u, RecoveryChanged)]
        return [recovery.step for recovery in found if recovery]


def genie_of(server: DemoServer) -> ChatBackend:
    """A real client of the server's genie."""
    auth = ApiKeyAuth(server.url, SecretStr(server.api_key), server.idp_user_id)
    return GenieBackend(HeadlessClient(server.url, server.genie, auth))


def agent_of(server: DemoServer, token: str | None = None) -> ChatBackend:
    """A real client of the server's Workflows API."""
    auth = TokenAuth(server.url, SecretStr(token or server.token))
    return WorkflowsBackend(WorkflowsClient(server.url, auth), server.agent)


@asynccontextmanager
async def open_room(
    server: DemoServer,
    path: Path,
    *,
    timeouts: Timeouts = QUICK,
    clock: Clock | None = None,
    backend_of: Callable[[DemoServer], ChatBackend] = genie_of,
) -> AsyncGenerator[Room]:
    """A session over a real client and a real store; ``path`` is the database."""
    async with room_over(backend_of(server), path, timeouts=timeouts, clock=clock) as room:
        yield room


@asynccontextmanager
async def room_over(
    backend: ChatBackend,
    path: Path,
    *,
    timeouts: Timeouts = QUICK,
    clock: Clock | None = None,
) -> AsyncGenerator[Room]:
    """A session over a backend, which it closes."""
    store = await SqliteStore.open(path, "test")
    room = Room(store, backend)
    try:
        opening = Session(backend, store, room.hear, timeouts=timeouts, clock=clock)
        async with opening as session:
            room.session = session
            yield room
    finally:
        await store.aclose()
        await backend.aclose()
