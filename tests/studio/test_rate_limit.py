"""Rate limits: the order and duration of waits, in one process and in many."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.api.conftest import ScriptedServer, reply
from tests.fakes import HastyClock, ManualClock
from tui.auth.request_auth import DeveloperAuth
from tui.studio.developer_client import DeveloperClient
from tui.studio.endpoint import LISTS, ONE_A_SECOND, STANDARD, RateLimit
from tui.studio.endpoints import ENDPOINTS
from tui.studio.models import GenieId, RecipeId
from tui.studio.rate_limit import FileRateLimitStore, next_slot

GENIE = GenieId("gin-1")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def client(server: ScriptedServer, clock: ManualClock) -> AsyncIterator[DeveloperClient]:
    client = DeveloperClient(server.url, DeveloperAuth(server.url, SecretStr("wrkaus-x")), clock)
    yield client
    await client.aclose()


def test_rate_limits_are_the_documented_ones() -> None:
    fast = {"genies list", "genies show", "kb list", "kb show", "skills list", "skills show"}
    assert {e.command for e in ENDPOINTS.values() if e.rate_limit == LISTS} == fast
    assert [e.command for e in ENDPOINTS.values() if e.rate_limit == ONE_A_SECOND] == [
        "connections create"
    ]
    assert (STANDARD.count, STANDARD.seconds, LISTS.count) == (60, 60, 1000)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_request_over_the_rate_limit_waits_and_no_other_endpoint_does(
    client: DeveloperClient, server: ScriptedServer, clock: ManualClock
) -> None:
    limiter = client.endpoints.rate_limiter
    for _ in range(60):
        await limiter.wait(ENDPOINTS["genies start"])
    told: list[float] = []
    limiter.on_wait = told.append
    clock.advance(20)
    late = asyncio.create_task(client.genies.start(GENIE))
    await settled()
    assert server.asked == []
    server.says(reply(200, {"success": True}))
    await client.genies.stop(GENIE)
    assert [asked.target for asked in server.asked] == ["/api/agentic/genies/gin-1/stop"]
    assert told == [40]
    clock.advance(39.9)
    await settled()
    assert not late.done()
    clock.advance(0.2)
    await late
    assert server.asked[-1].target == "/api/agentic/genies/gin-1/start"


async def test_new_connections_are_limited_to_one_a_second_in_order(
    client: DeveloperClient, clock: ManualClock
) -> None:
    done: list[int] = []

    async def turn(number: int) -> None:
        await client.endpoints.rate_limiter.wait(ENDPOINTS["connections create"])
        done.append(number)

    tasks = [asyncio.create_task(turn(number)) for number in range(3)]
    for expected in ([0], [0, 1], [0, 1, 2]):
        await settled()
        assert done == expected
        clock.advance(1)
    await asyncio.gather(*tasks)


async def test_each_retry_counts_towards_the_rate_limit(server: ScriptedServer) -> None:
    clock = HastyClock()
    client = DeveloperClient(server.url, DeveloperAuth(server.url, SecretStr("wrkaus-x")), clock)
    for _ in range(59):
        await client.endpoints.rate_limiter.wait(ENDPOINTS["recipes show"])
    server.says(reply(503), reply(200, {"id": 5}))
    assert (await client.recipes.get(RecipeId("5"))).id == "5"
    assert clock.slept_s == [0.5, 59.5]
    await client.aclose()


# -- the arithmetic, and the file ----------------------------------------------------------------


@given(
    st.lists(st.floats(0, 30), max_size=60),
    st.builds(RateLimit, st.integers(1, 9), st.floats(0.5, 60)),
)
def test_no_time_window_exceeds_the_rate_limit(pauses: list[float], limit: RateLimit) -> None:
    now_s, times, slots = 1_000.0, list[float](), list[float]()
    for pause in pauses:
        now_s += pause
        times, slot = next_slot(times, limit, now_s)
        assert slot >= now_s
        slots.append(slot)
    late = zip(slots, slots[limit.count :], strict=False)
    assert all(after - before >= limit.seconds - 1e-6 for before, after in late)


def test_a_long_queue_keeps_the_rate_limit() -> None:
    times, slots = list[float](), list[float]()
    for _ in range(30):
        times, slot = next_slot(times, RateLimit(1, 43.0), 1_000.0)
        slots.append(slot)
    assert slots == [1_000.0 + 43 * number for number in range(30)]


def test_a_clock_set_back_does_not_extend_rate_limit_waits() -> None:
    assert next_slot([5_000.0], ONE_A_SECOND, 1_000.0) == ([1_000.0], 1_000.0)


RESERVE = """
import asyncio, sys
from pathlib import Path
from pydantic import SecretStr
from tui.studio.rate_limit import FileRateLimitStore
from tui.studio.endpoint import ONE_A_SECOND
store = FileRateLimitStore(Path(sys.argv[1]), "https://host", SecretStr("wrkaus-one"))
print(asyncio.run(store.reserve("POST /api/connections", ONE_A_SECOND, 100.0)))
"""


def store_in(folder: Path, token: str = "wrkaus-one") -> FileRateLimitStore:
    return FileRateLimitStore(folder, "https://host", SecretStr(token))


def reserve(store: FileRateLimitStore, endpoint: str, limit: RateLimit, now_s: float) -> float:
    return asyncio.run(store.reserve(endpoint, limit, now_s))


def test_processes_with_the_same_token_share_the_rate_limit(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RESERVE, str(tmp_path / "pace")]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sorted(float(run.communicate()[0]) for run in runs) == [100.0, 101.0, 102.0]
    here = store_in(tmp_path / "pace")
    assert reserve(here, "POST /api/connections", ONE_A_SECOND, 100.0) == 103.0
    assert reserve(here, "GET /api/folders", ONE_A_SECOND, 100.0) == 100.0
    other = store_in(tmp_path / "pace", "wrkaus-two")
    assert reserve(other, "POST /api/connections", ONE_A_SECOND, 100.0) == 100.0
    (one, _) = (tmp_path / "pace").iterdir()
    assert one.stat().st_mode & 0o077 == 0
    assert "wrkaus" not in one.name + one.read_text()


@pytest.mark.parametrize("text", ["{", "[]", '{"GET /x": 5}', '{"GET /x": ["soon"]}'])
def test_a_damaged_rate_limit_file_is_ignored(tmp_path: Path, text: str) -> None:
    reserve(store_in(tmp_path), "GET /x", ONE_A_SECOND, 1.0)
    (file,) = tmp_path.iterdir()
    file.write_text(text)
    assert reserve(store_in(tmp_path), "GET /x", ONE_A_SECOND, 1.0) == 1.0


async def test_without_a_writable_folder_each_process_has_its_own_rate_limit(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    store = store_in(tmp_path / "file")
    assert await store.reserve("GET /x", ONE_A_SECOND, 1.0) == 1.0
    assert await store.reserve("GET /x", ONE_A_SECOND, 1.0) == 2.0
