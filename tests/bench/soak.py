"""Thousands of turns in many conversations with every kind of fault.

    python -m tests.bench.soak [--turns N] [--conversations N] [--seed N]

The engine runs in a process of its own, so that its memory, threads and files can be told from the
demo server's. Exit with 1 if anything was lost, duplicated, damaged, or has grown.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.bench.headless import memory_mb
from tests.e2e.outside import sent
from tests.engine.engine_room import QUICK, Room, serving
from tests.engine.user import User
from tui.api.headless import HeadlessClient
from tui.auth.request_auth import ApiKeyAuth
from tui.backends.genie.backend import GenieBackend
from tui.core.ids import ConversationId
from tui.demo.server import DemoServer
from tui.engine.session import Session
from tui.store import SqliteStore

_MODULE = "tests.bench.soak"
_TEXTS = (
    "What can you do?",
    "Is anything broken right now?",
    "Order a laptop, please",
    "Show open Acme opportunities in Salesforce",
)
_FAULTS = (
    "cut:after=1,on=send,times=1",
    "cut:after=4,on=send,times=1",
    "tear:after=2,on=send,times=1",
    "close:after=3,on=resume,times=1",
    "interrupted:after=2,retry_ms=10,on=send,times=1",
    "skip:after=1,on=send,times=1",
    "malformed:after=2,on=send,times=1",
    "duplicate:times=2",
    "silent:after=2,times=1",
    "outage:after=2,s=0.05,on=send,times=1",
    "lose_answer:on=send,times=1",
    "drop_request:on=send,times=1",
    "lose_answer:on=approval,times=1",
    "status:503,on=events,times=2",
    "status:429,retry_after=0.01,on=messages,times=2",
    "status:503,on=get,times=1",
)
_AT_ONCE = 8
_STEP = 25
"""Turns between two looks at the process, and between two sets of faults."""
_MOST_MB = 12.0
"""How much memory may grow from a quarter of the turns to the end: caches, not turns."""
_LONGEST_TURN_S = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Resources of the engine's process after some turns."""

    turns: int
    memory_mb: float
    files: int
    threads: int


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=2_000)
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.engine:
        asyncio.run(_engine(**json.loads(asked.engine)))
        return 0
    began = time.monotonic()
    with serving("documented", ping_s=0.1, park_s=0.3) as server:
        problems, samples = _soak(server, asked)
    last = samples[-1]
    print(
        f"{last.turns:,} turns in {asked.conversations} conversations,"
        f" {time.monotonic() - began:.0f} s, seed {asked.seed}:"
        f" memory {samples[0].memory_mb:.1f} to {last.memory_mb:.1f} MB,"
        f" {samples[0].files} to {last.files} open files,"
        f" {samples[0].threads} to {last.threads} threads"
    )
    for problem in problems or ["nothing lost, nothing doubled, the store is sound"]:
        print(problem)
    return int(bool(problems))


def _soak(server: DemoServer, asked: argparse.Namespace) -> tuple[list[str], list[Sample]]:
    """Let the engine run and plant faults meanwhile; what is wrong in the end."""
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "soak.db"
        told = {
            "url": server.url,
            "genie": server.genie,
            "key": server.api_key,
            "user": server.idp_user_id,
            "database": str(database),
            "turns": asked.turns,
            "conversations": asked.conversations,
        }
        command = [sys.executable, "-m", _MODULE, "--engine", json.dumps(told)]
        samples = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as engine:
            assert engine.stdout
            for line in engine.stdout:
                samples.append(Sample(**json.loads(line)))
                print(f"\r{samples[-1].turns:,} turns", end="", file=sys.stderr, flush=True)
                for spec in chance.sample(_FAULTS, 5):
                    server.faults.add(spec)
            print(file=sys.stderr)
        problems = [*_of_process(engine.returncode, samples), *_of_server(server, asked.turns)]
        problems += asyncio.run(_of_store(database, asked.turns))
    return problems, samples


def _of_process(code: int, samples: list[Sample]) -> Iterator[str]:
    if code != 0:
        yield f"the engine ended with {code}"
    quarter, last = samples[len(samples) // 4], samples[-1]
    if last.memory_mb - quarter.memory_mb > _MOST_MB:
        yield f"memory has grown from {quarter.memory_mb:.1f} to {last.memory_mb:.1f} MB"
    files = min(sample.files for sample in samples[-(len(samples) // 4) :])  # others are in use
    if files > quarter.files + _AT_ONCE:
        yield f"open files have grown from {quarter.files} to {files}"
    if last.threads > quarter.threads:
        yield f"threads have grown from {quarter.threads} to {last.threads}"


def _of_server(server: DemoServer, turns: int) -> Iterator[str]:
    arrived = Counter(text for text in sent(server) if text in set(map(_text, range(turns))))
    if lost := [text for text in map(_text, range(turns)) if text not in arrived]:
        yield f"{len(lost)} never arrived, such as {lost[0]!r}"
    if doubled := [text for text, times in arrived.items() if times > 1]:
        yield f"{len(doubled)} arrived twice, such as {doubled[0]!r}"
    wanted = sum("laptop" in _text(number) for number in range(turns))
    decided = sum(bool(record.summary) for record in server.log.of("approval"))
    if decided != wanted:
        yield f"{decided} decisions on {wanted} questions"


async def _of_store(database: Path, turns: int) -> list[str]:
    store = await SqliteStore.open(database, "soak")
    try:
        problems = [f"store: {problem}" for problem in await store.problems()]
        unfinished = await store.unfinished()
        if unfinished:
            problems.append(f"{len(unfinished)} of {turns} turns are not over in the store")
        return problems
    finally:
        await store.aclose()


def _text(number: int) -> str:
    return f"{_TEXTS[number % len(_TEXTS)]} ({number})"


# The engine, in a process of its own


async def _engine(
    url: str, genie: str, key: str, user: str, database: str, turns: int, conversations: int
) -> None:
    client = HeadlessClient(url, genie, ApiKeyAuth(url, SecretStr(key), user))
    store = await SqliteStore.open(Path(database), "soak")
    backend = GenieBackend(client)
    room = Room(store, backend)
    try:
        async with Session(backend, store, room.hear, timeouts=QUICK) as session:
            room.session = session
            await _talk(room, turns, conversations)
    finally:
        await store.aclose()
        await backend.aclose()


async def _talk(room: Room, turns: int, count: int) -> None:
    free: asyncio.Queue[ConversationId | None] = asyncio.Queue()
    for _ in range(count):
        free.put_nowait(None)
    numbers = iter(range(turns))
    done = 0

    async def work() -> None:
        nonlocal done
        for number in numbers:
            where = await free.get()
            turn_id = await room.say(_text(number), where)
            turn = await User(room).see_through(turn_id, within_s=_LONGEST_TURN_S)
            free.put_nowait(turn.conversation_id)
            del room.turns[turn_id]
            done += 1
            if done % _STEP == 0 or done == turns:
                room.updates.clear()
                print(json.dumps(asdict(_sample(done))), flush=True)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())


def _sample(turns: int) -> Sample:
    gc.collect()
    files: Any = Path("/proc/self/fd").iterdir()
    return Sample(turns, memory_mb(), sum(1 for _ in files), threading.active_count())


if __name__ == "__main__":
    sys.exit(main())
