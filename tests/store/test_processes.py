"""Several processes and sudden kills: written data is there."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tui.core.events import AgentMessage, TurnStarted
from tui.core.ids import ConversationId, TurnId
from tui.core.records import Prompt
from tui.store import SqliteStore

HERE = ConversationId("here")

PROLOGUE = """
import asyncio, os, sys
from pathlib import Path
from tui.core.events import AgentMessage, TurnStarted
from tui.core.ids import ConversationId, TurnId
from tui.core.records import Prompt
from tui.store import SqliteStore
HERE = ConversationId("here")
path, name = Path(sys.argv[1]), sys.argv[2]
"""

WRITE = """
async def write():
    store = await SqliteStore.open(path, "account")
    await store.save_turn(TurnId(name), HERE, Prompt(text=name, at_ms=1))
    await store.append(TurnId(name), HERE, [TurnStarted(key=f"start-{name}")])
    return store
"""


def start(path: Path, name: str, code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROLOGUE + code, str(path), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def stored(path: Path) -> dict[str, int]:
    """The turns by name, each with its number of events."""
    store = await SqliteStore.open(path, "account")
    records = await store.turns(HERE, limit=1000)
    assert await store.problems() == []
    await store.aclose()
    return {record.id: len(record.events) for record in records}


@pytest.mark.parametrize(
    "ending",
    [
        "asyncio.run(write())",
        "asyncio.run(write()); raise SystemExit(0)",
        "asyncio.run(write()); os._exit(0)",
    ],
    ids=["end", "exit", "_exit"],
)
async def test_a_process_that_never_closes_the_store_exits_with_everything_stored(
    path: Path, ending: str
) -> None:
    process = start(path, "one", f"{WRITE}\nstore = {ending}")
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    assert await stored(path) == {"one": 1}


async def test_pending_writes_are_done_on_close(path: Path) -> None:
    code = f"""{WRITE}
async def leave():
    store = await write()
    for number in range(50):
        asyncio.ensure_future(store.append(
            TurnId(name), HERE, [AgentMessage(key=str(number), text="x")]
        ))
    await asyncio.sleep(0)
    raise SystemExit(3)

loop = asyncio.new_event_loop()
loop.run_until_complete(leave())
"""
    process = start(path, "one", code)
    process.communicate(timeout=60)
    assert process.returncode == 3
    assert await stored(path) == {"one": 51}


async def test_a_killed_process_has_stored_acknowledged_writes(path: Path) -> None:
    code = f"""{WRITE}
async def work():
    store = await write()
    for number in range(10_000):
        await store.append(TurnId(name), HERE, [AgentMessage(key=str(number), text="x")])
        os.write(1, b".")

asyncio.run(work())
"""
    process = start(path, "one", code)
    assert process.stdout is not None
    acknowledged = len(os.read(process.stdout.fileno(), 1))
    while acknowledged < 25:
        acknowledged += len(os.read(process.stdout.fileno(), 4096))
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=60)
    acknowledged += len(rest)
    found = (await stored(path))["one"] - 1
    assert acknowledged <= found <= acknowledged + 1


async def test_concurrently_started_processes_share_one_new_database(path: Path) -> None:
    code = f"{WRITE}\nsys.stdin.read(1)\nstore = asyncio.run(write())"
    processes = [start(path, f"p{number}", code) for number in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    assert await stored(path) == {f"p{number}": 1 for number in range(4)}


async def test_two_processes_write_concurrently(path: Path) -> None:
    code = f"""{WRITE}
async def work():
    store = await write()
    for number in range(200):
        await store.append(
            TurnId(name), HERE, [AgentMessage(key=f"{{name}}-{{number}}", text="x")]
        )
    await store.aclose()

asyncio.run(work())
"""
    processes = [start(path, name, code) for name in ("one", "two")]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")
    assert await stored(path) == {"one": 201, "two": 201}


async def test_only_one_process_claims_a_message(path: Path) -> None:
    stores = [await SqliteStore.open(path, "account") for _ in range(4)]
    await stores[0].save_turn(TurnId("t"), HERE, Prompt(text="hi", at_ms=1))
    claims = await asyncio.gather(*(store.claim(TurnId("t"), "me") for store in stores))
    assert sorted(claim is not None for claim in claims) == [False, False, False, True]
    for store in stores:
        await store.aclose()
    assert list((path.parent / f"{path.name}.alive").iterdir()) == []


async def test_a_killed_process_releases_its_claims(path: Path) -> None:
    code = """
async def hold():
    store = await SqliteStore.open(path, "account")
    await store.save_turn(TurnId(name), HERE, Prompt(text="hi", at_ms=1))
    assert await store.claim(TurnId(name), "me")
    os.write(1, b".")
    await asyncio.sleep(60)

asyncio.run(hold())
"""
    process = start(path, "t", code)
    assert process.stdout is not None
    os.read(process.stdout.fileno(), 1)
    store = await SqliteStore.open(path, "account")
    assert await store.claim(TurnId("t"), "other") is None
    process.kill()
    process.communicate(timeout=60)
    assert await store.claim(TurnId("t"), "other")
    assert len(list((path.parent / f"{path.name}.alive").iterdir())) == 1
    await store.aclose()


async def test_writes_of_one_process_are_visible_to_another_immediately(path: Path) -> None:
    one, other = [await SqliteStore.open(path, "account") for _ in range(2)]
    await one.append(TurnId("t"), HERE, [TurnStarted(key="s"), AgentMessage(key="a", text="x")])
    assert [event.key for event in await other.timeline(HERE)] == ["s", "a"]
    await one.aclose()
    await other.aclose()
