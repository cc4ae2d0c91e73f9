"""The whole app with a real store, without a terminal."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from tests.bench.stored import START_MS
from tests.fakes import ManualClock, ScriptedBackend
from tests.ui.chat_page import PilotedChat
from tui.engine.session import Session
from tui.engine.updates import Publish
from tui.store import SqliteStore
from tui.system import gc_control
from tui.ui.app.app import GenieApp

ACCOUNT = "bench"
_SIZE = (120, 40)
_LONGEST_S = 120
_PAGE_BYTES = 4096


@asynccontextmanager
async def shown(path: Path, backend: ScriptedBackend | None = None) -> AsyncGenerator[PilotedChat]:
    """The app with its session open."""

    @asynccontextmanager
    async def connect(publish: Publish) -> AsyncGenerator[Session]:
        store = await SqliteStore.open(path, ACCOUNT)
        async with Session(backend or ScriptedBackend(), store, publish) as session:
            yield session
        await store.aclose()

    gc_control.hold()  # as the program does; the app releases it when it has painted
    clock = ManualClock(START_MS + 10_000 * 60_000)
    app = GenieApp(connect, agent_name="Ifrit", user_name="jo", place="bench", clock=clock)
    async with app.run_test(size=_SIZE) as pilot:
        page = PilotedChat(pilot)
        await until(pilot, page.is_connected)
        yield page


async def until(pilot: Pilot[None], true: Callable[[], object]) -> None:
    """Let the app work until something is so, and has been drawn."""
    ended = time.monotonic() + _LONGEST_S
    while not true():
        if time.monotonic() > ended:
            raise TimeoutError(true)
        await asyncio.sleep(0.002)  # a loop that spins would hold the store up
    await pilot.pause()


def memory_mb() -> float:
    """Resident memory of this process, without what could be freed."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE_BYTES / 1e6
