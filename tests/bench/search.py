"""CPU time of a search over 10,000 stored messages, because the machine may be busy.

    python -m tests.bench.search

The frequency of words is as in speech: the worst case is the first letter of the most frequent
word, which nearly every message has.
"""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tui.core.events import AgentMessage, TurnFinished
from tui.core.ids import ConversationId, MessageId, TurnId
from tui.core.records import Prompt
from tui.store import search, turn_writer
from tui.store.migrate import migrate

TURNS = 5_000
BUDGET_MS = 50
_WORDS = 6_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    rng = random.Random(7)
    words = ["".join(rng.choices(_LETTERS, k=rng.randint(2, 9))) for _ in range(_WORDS)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            migrate(connection)
            took_s = _fill(connection, rng, words)
            size = path.stat().st_size / 1e6
            print(f"{2 * TURNS:,} messages stored in {took_s:.1f} s, {size:.1f} MB")
            for asked in (words[0][0], words[0], words[40], words[3000], f"{words[0]} {words[5]}"):
                took_ms, count = _measure(connection, asked)
                verdict = "" if took_ms < BUDGET_MS else f"  OVER {BUDGET_MS} ms"
                print(f"{asked:<20} {count:>4} hits  {took_ms:6.1f} ms{verdict}")


def _fill(connection: sqlite3.Connection, rng: random.Random, words: list[str]) -> float:
    """Store the messages; the seconds it took."""
    often = [1 / (place + 1) for place in range(_WORDS)]
    began_s = time.process_time()
    connection.execute("BEGIN")
    for number in range(TURNS):
        turn, where = TurnId(f"t{number}"), ConversationId(f"c{number // 50}")
        prompt = Prompt(text=" ".join(rng.choices(words, often, k=12)), state="sent", at_ms=number)
        turn_writer.save(connection, "account", turn, where, prompt, None)
        text = " ".join(rng.choices(words, often, k=120))
        message = AgentMessage(
            key=f"m{number}", text=text, message_id=MessageId(f"m{number}"), at_ms=number
        )
        finish = TurnFinished(key=f"f{number}", at_ms=number)
        turn_writer.append(connection, "account", turn, where, [message, finish])
    connection.execute("COMMIT")
    return time.process_time() - began_s


def _measure(connection: sqlite3.Connection, asked: str) -> tuple[float, int]:
    """Median of the milliseconds, and the number of hits."""
    times = []
    hits = []
    for _ in range(7):
        began_s = time.process_time()
        hits = search.found(connection, "account", asked, 100)
        times.append((time.process_time() - began_s) * 1000)
    return median(times), len(hits)


if __name__ == "__main__":
    main()
