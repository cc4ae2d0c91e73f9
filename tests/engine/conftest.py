"""The engine with a real client, a real store and a real server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.engine.engine_room import Room, open_room, serving
from tui.demo.server import DemoServer


@pytest.fixture(params=["documented", "observed"])
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    with serving(request.param, ping_s=0.2, park_s=0.5) as server:
        yield server


@pytest.fixture
async def room(server: DemoServer, tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(server, tmp_path / "test.db") as room:
        yield room
