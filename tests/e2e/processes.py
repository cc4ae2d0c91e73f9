"""Several processes on one profile, with faults and kills: nothing lost, nothing doubled.

    python -m tests.e2e.processes [--processes N] [--seconds S] [--seed N]

Half of them are runs of ``genie-tui ask``, the others sessions that stay for some seconds, send
several messages and answer questions, whoever asked. All share one data folder; many are killed
and started again. Meanwhile the server has faults that come and go. In the end one more session
finishes what was left. Exit with 1 if the store and the server disagree.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.outside import Kept, sent, settings_of
from tests.engine.engine_room import serving
from tui.cli.options import Target
from tui.core.errors import BackendError
from tui.core.ids import ConversationId, TurnId
from tui.core.turn import Turn
from tui.demo.server import DemoServer
from tui.engine.session import Session
from tui.engine.updates import TurnChanged, TurnDropped, Update
from tui.store import SqliteStore

_MODULE = "tests.e2e.processes"
_ROOT = Path(__file__).resolve().parents[2]
_TEXTS = (
    "What can you do?",
    "Is anything broken right now?",
    "Order a laptop, please",
    "Plan a trip to Lisbon",
)
_FAULTS = (
    "cut:after=1,on=send,times=2",
    "cut:after=3,on=resume,times=2",
    "tear:after=2,on=send,times=1",
    "close:after=2,times=2",
    "outage:after=2,s=0.5,on=send,times=1",
    "interrupted:after=2,retry_ms=50,on=send,times=1",
    "duplicate:times=4",
    "slow:ms=150,times=20",
    "status:429,retry_after=1,times=3",
    "status:429,retry_after=1,on=send,times=2",
    "status:503,times=3",
    "status:503,on=send,times=2",
    "status:503,on=approval,times=1",
    "drop_request:on=send,times=1",
    "lose_answer:on=send,times=1",
    "lose_answer:on=approval,times=1",
    "lose_answer:on=create,times=1",
    "refuse:s=1",
)
_ASK_TIMEOUT_S = 30
_LONGEST_LIFE_S = 6.0
_LONGEST_TURNS_S = 5.0
"""How long a session waits for its messages before it sends the next ones."""
_PATIENCE_S = 120.0
"""How long a process may take that is not killed, and the end of all turns without faults."""
_NEWEST = 4
"""Number of conversations that a session continues: few, so that processes meet in them."""
_KILLED = 0.4
"""Share of the processes that are killed."""
_NOTHING_TO_CONTINUE = "No conversation to continue yet"


@dataclass(slots=True)
class Findings:
    """Figures and promises of all processes. Used by many threads: only appended to."""

    problems: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    """Messages that a session had in the outbox."""
    answered: list[str] = field(default_factory=list)
    """Messages of commands that ended with 0."""
    discarded: list[str] = field(default_factory=list)
    """Messages that nobody could tell the fate of, taken back by their user in the end."""


def run(processes: int, seconds: float, seed: int) -> tuple[str, list[str]]:
    """Return a line of figures, and what is wrong."""
    found = Findings()
    with tempfile.TemporaryDirectory() as folder, serving("documented", ping_s=1, park_s=5) as demo:
        data = Path(folder) / "data"
        environ = _environ(demo, Path(folder))
        stop = threading.Event()
        threads = [
            threading.Thread(target=_keep_going, args=(found, number, seed, environ, stop))
            for number in range(processes)
        ]
        for thread in threads:
            thread.start()
        _plant_faults(demo, found, random.Random(f"{seed}/faults"), seconds)
        stop.set()
        for thread in threads:
            thread.join()
        _look_at(
            found, _spawn(_session_command("last", 0, seed), environ), None, "the last session"
        )
        problems = [*found.problems, *_of_messages(demo, Kept(data), found), *_of_decisions(demo)]
        problems += asyncio.run(_of_store(data / "conversations.db"))
        return _figures(demo, found, problems), problems


def _environ(demo: DemoServer, folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GENIE_TUI_")}
    return (
        own
        | settings_of(demo)
        | {
            "GENIE_TUI_CONFIG_DIR": str(folder / "config"),
            "GENIE_TUI_DATA_DIR": str(folder / "data"),
            "GENIE_TUI_NO_BROWSER": "1",
            "PYTHONPATH": str(_ROOT),
        }
    )


def _plant_faults(demo: DemoServer, found: Findings, chance: random.Random, seconds: float) -> None:
    """Switch faults on and off for so long; none is left."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if chance.random() < 0.3:
            demo.faults.clear()
        else:
            found.faults.append(chance.choice(_FAULTS))
            demo.faults.add(found.faults[-1])
        time.sleep(min(left, chance.uniform(0.2, 1.5)))
    demo.faults.clear()


# The processes


def _keep_going(
    found: Findings, number: int, seed: int, environ: dict[str, str], stop: threading.Event
) -> None:
    """Start one process after the other."""
    chance = random.Random(f"{seed}/{number}")
    round_number = 0
    while not stop.is_set():
        round_number += 1
        name = f"{number}-{round_number}"
        life_s = chance.uniform(0.2, _LONGEST_LIFE_S) if chance.random() < _KILLED else None
        found.started.append(name)
        if number % 2:
            command = _session_command(name, chance.uniform(2, 2 * _LONGEST_LIFE_S), seed)
            _look_at(found, _spawn(command, environ), life_s, f"session {name}")
        else:
            _ask(found, f"{chance.choice(_TEXTS)} ({name})", chance, environ, life_s)


def _ask(
    found: Findings,
    text: str,
    chance: random.Random,
    environ: dict[str, str],
    life_s: float | None,
) -> None:
    command = [sys.executable, "-m", "tui", "ask", text, "--timeout", str(_ASK_TIMEOUT_S)]
    command += [chance.choice(("--approve-all", "--reject-all"))]
    command += ["-c"] if chance.random() < 0.4 else []
    if _look_at(found, _spawn(command, environ), life_s, f"ask {text!r}") == 0:
        found.answered.append(text)


def _session_command(name: str, life_s: float, seed: int) -> list[str]:
    options = ["--session", name, "--seconds", str(life_s), "--seed", str(seed)]
    return [sys.executable, "-m", _MODULE, *options]


def _spawn(command: list[str], environ: dict[str, str]) -> subprocess.Popen[str]:
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(
        command, env=environ, stdin=none, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
    )


def _look_at(
    found: Findings, process: subprocess.Popen[str], life_s: float | None, name: str
) -> int:
    """Wait for the end of a process, or kill it; note what it promised and return its code."""
    try:
        output, errors = process.communicate(timeout=life_s or _PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        if life_s is None:
            found.problems.append(f"{name} did not end: {output[-600:]} {errors[-600:]}")
        found.killed.append(name)
    code = process.returncode
    promises = {"saved": found.saved, "discarded": found.discarded}
    for line in output.splitlines():
        kind, _, text = line.partition("\t")
        if kind in promises:
            promises[kind].append(text)
    asked = name.startswith("ask")
    fine = code in (0, -9) or (asked and (code == 1 or _NOTHING_TO_CONTINUE in errors))
    if "Traceback" in errors or not fine:
        found.problems.append(f"{name} ended with {code}:\n{errors[-3000:]}")
    return code


# Their work


def _of_messages(demo: DemoServer, kept: Kept, found: Findings) -> Iterator[str]:
    """Compare what was promised, what is stored, and what has arrived."""
    arrived, rows = Counter(sent(demo)), kept.messages()
    stored = Counter(text for text, _, _ in rows)
    states = {text: state for text, state, _ in rows}
    taken_back = {*found.discarded, *kept.drafts()}
    for text in {*found.saved, *found.answered, *arrived} - {*stored, *taken_back}:
        yield f"lost from the store: {text!r}, arrived {arrived[text]} times"
    for text, state in states.items():
        if state == "sent" and not arrived[text]:
            yield f"lost: {text!r} is said to be sent, and never arrived"
    for text in found.answered:
        if not arrived[text]:
            yield f"lost: {text!r} was answered, and never arrived"
    for where, counted in (("at the server", arrived), ("in the store", stored)):
        for text, times in counted.items():
            if times > 1:
                yield f"doubled: {text!r} is {times} times {where}"
    for text, state, over in rows:
        if not over:
            yield f"not over in the end: {text!r}, {state}"


def _of_decisions(demo: DemoServer) -> Iterator[str]:
    """Find skill calls with two decisions, even if the server refused the second."""
    posted = (r for r in demo.log.of("approval") if r.summary or r.status == 409)
    for path, times in Counter(record.path for record in posted).items():
        if times > 1:
            yield f"doubled: {times} decisions for {path}"


async def _of_store(database: Path) -> list[str]:
    store = await SqliteStore.open(database, "processes")
    try:
        return [f"store: {problem}" for problem in await store.problems()]
    finally:
        await store.aclose()


def _figures(demo: DemoServer, found: Findings, problems: list[str]) -> str:
    counted = Counter(problem.split()[0].rstrip(":") for problem in problems)
    decided = sum(bool(record.summary) for record in demo.log.of("approval"))
    return (
        f"{len(sent(demo))} messages and {decided} decisions arrived"
        f" from {len(found.started)} processes,"
        f" {len(found.killed)} kills, {len(found.faults)} faults,"
        f" {len(found.discarded)} unconfirmed,"
        f" {counted['lost']} lost, {counted['doubled']} doubled"
    )


# A session, in a process of its own


class _User:
    """Decides whatever is asked, and waits for turns."""

    def __init__(self, chance: random.Random) -> None:
        self.turns: dict[TurnId, Turn] = {}
        self.changed = asyncio.Event()
        self._chance = chance
        self._decided: set[tuple[TurnId, str]] = set()

    def hear(self, update: Update) -> None:
        match update:
            case TurnChanged(turn=turn):
                self.turns[turn.id] = turn
            case TurnDropped(turn_id=turn_id):
                self.turns.pop(turn_id, None)
            case _:
                return
        self.changed.set()

    async def change(self) -> None:
        """Wait for a change, or for a second: another process may have made it."""
        self.changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.changed.wait()

    async def decide(self, session: Session) -> None:
        """Decide on every open question, once each unless the network failed."""
        for turn in list(self.turns.values()):
            for step in turn.open_approvals:
                name = (turn.id, str(step.call_id))
                if name in self._decided:
                    continue
                self._decided.add(name)
                decision = self._chance.choice(("approved", "rejected"))
                try:
                    await session.decide(turn, step.call_id, decision)
                except BackendError as error:
                    if error.transient:
                        self._decided.discard(name)

    def waits(self, turn_id: TurnId) -> bool:
        """Return true if a turn still moves without its user."""
        turn = self.turns.get(turn_id)
        return turn is not None and not turn.over and not _is_unconfirmed(turn)


def _is_unconfirmed(turn: Turn) -> bool:
    return turn.prompt is not None and turn.prompt.state == "unconfirmed" and not turn.run_id


async def _session(name: str, life_s: float, seed: int) -> None:
    """Be a session for so long; the last one stays until everything is over."""
    chance = random.Random(f"{seed}/{name}")
    user = _User(chance)
    async with Target().place().connect(user.hear) as session:
        if life_s == 0:
            await _finish(session, user, Kept(Path(os.environ["GENIE_TUI_DATA_DIR"])))
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(life_s):
                await _talk(session, user, name, chance)


async def _talk(session: Session, user: _User, name: str, chance: random.Random) -> None:
    number = 0
    while True:
        conversation, mine = await _some_conversation(session, chance), []
        for _ in range(chance.randint(1, 3)):
            number += 1
            text = f"{chance.choice(_TEXTS)} ({name}-{number})"
            turn = await session.send(conversation, text)
            print(f"saved\t{text}", flush=True)
            conversation = turn.conversation_id
            mine.append(turn.id)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_TURNS_S):
                while any(map(user.waits, mine)):
                    await user.decide(session)
                    await user.change()


async def _some_conversation(session: Session, chance: random.Random) -> ConversationId | None:
    """Return one of the newest, whoever began it, or None for a new one."""
    newest = await session.conversations.stored(_NEWEST)
    return chance.choice((None, *(conversation.id for conversation in newest)))


async def _finish(session: Session, user: _User, kept: Kept) -> None:
    """See all turns through; a message that may have arrived is taken back."""
    while not kept.finished:
        await user.decide(session)
        for turn in list(user.turns.values()):
            if _is_unconfirmed(turn) and await session.withdraw(turn.conversation_id, turn.id):
                assert turn.prompt
                print(f"discarded\t{turn.prompt.text}", flush=True)
        await user.change()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--session", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.session:
        asyncio.run(_session(asked.session, asked.seconds, asked.seed))
        return 0
    figures, problems = run(asked.processes, asked.seconds, asked.seed)
    print(f"{asked.processes} processes, {asked.seconds:g} s, seed {asked.seed}: {figures}")
    for problem in problems:
        print(problem)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
