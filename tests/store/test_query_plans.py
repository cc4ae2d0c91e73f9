"""Query plans: no query of a screen reads or sorts more rows than it shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tui.core.events import AgentMessage, TurnFinished
from tui.core.ids import ConversationId, MessageId, RunId, TurnId
from tui.core.records import Conversation, Prompt
from tui.store import conversations, events, search, turn_writer, turns
from tui.store.migrate import migrate

HERE = ConversationId("here")
MANY = 4000
FEW_STEPS = 5


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with closing(connection):
        migrate(connection)
        connection.execute("BEGIN")
        others = [Conversation(id=ConversationId(f"c{n}"), updated_ms=n) for n in range(MANY)]
        conversations.save(connection, "account", others)
        for number in range(MANY):
            turn_id = TurnId(f"t{number}")
            prompt = Prompt(text=f"text {number}", state="sent", at_ms=number + 1)
            turn_writer.save(connection, "account", turn_id, HERE, prompt, RunId(f"r{number}"))
            message = AgentMessage(
                key=f"m{number}", text="x", message_id=MessageId(f"m{number}"), at_ms=number
            )
            finish = TurnFinished(key=f"f{number}", at_ms=number)
            turn_writer.append(connection, "account", turn_id, HERE, [message, finish])
        connection.execute("COMMIT")
        yield connection


def steps(connection: sqlite3.Connection, work: Callable[[], object]) -> int:
    """Thousands of steps of SQLite's machine that some work takes."""
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1

    connection.set_progress_handler(tick, 1000)
    work()
    connection.set_progress_handler(None, 0)
    return count


@pytest.mark.parametrize(
    ("name", "work"),
    [
        ("newest", lambda c: turns.newest(c, "account", HERE, 60, None)),
        ("messages of the user", lambda c: turns.messages_of_user(c, "account", HERE, 20)),
        ("older", lambda c: turns.newest(c, "account", HERE, 60, TurnId("t1000"))),
        ("newer", lambda c: turns.following(c, "account", HERE, 60, TurnId("t1000"))),
        ("one", lambda c: turns.one(c, "account", TurnId("t1000"))),
        ("of run", lambda c: turns.of_run(c, "account", HERE, RunId("r1000"))),
        ("unfinished", lambda c: turns.unfinished(c, "account")),
        ("said", lambda c: turns.said(c, "account", 100)),
        ("known", lambda c: turns.message_known(c, "account", HERE, MessageId("m1000"))),
        ("timeline", lambda c: events.timeline(c, "account", HERE, 100)),
        ("old timeline", lambda c: events.timeline(c, "account", HERE, 100, 1000)),
        ("search", lambda c: search.found(c, "account", "1234", 100)),
        ("listed", lambda c: conversations.listed(c, "account", 200, 0)),
    ],
)
def test_the_cost_of_queries_is_independent_of_the_database_size(
    connection: sqlite3.Connection, name: str, work: Callable[[sqlite3.Connection], object]
) -> None:
    assert steps(connection, lambda: work(connection)) <= FEW_STEPS, name


def test_a_full_table_scan_would_be_detected(connection: sqlite3.Connection) -> None:
    scan = "SELECT count(*) FROM turns WHERE text LIKE '%9%'"
    assert steps(connection, lambda: connection.execute(scan).fetchall()) > 2 * FEW_STEPS
