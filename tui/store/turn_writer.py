"""Write turns: their prompts (the outbox) and their events.

A turn's ``position`` is its place in the conversation, in milliseconds since the epoch. Once
assigned, it never changes, so that nothing jumps on screen when the server's clock differs from
ours.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

from tui.core.events import Heartbeat, TurnEvent, TurnFinished
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.records import Prompt
from tui.store import conversations, events
from tui.store.database import LAST, Value, row

_INSERT = "INSERT INTO turns (account, id, conversation, position) VALUES (?, ?, ?, ?)"

_UPDATE = "UPDATE turns SET position = ?, run_id = coalesce(?, run_id) WHERE number = ?"

_SET_RUN = "UPDATE turns SET run_id = ? WHERE number = ?"

_UPDATE_PROMPT = """
    UPDATE turns SET text = ?, state = ?, attachments = ?, message_id = ?, at_ms = ?, problem = ?
    WHERE number = ?
"""

_PLACE_BY_EVENT = """
    UPDATE turns SET position = ? WHERE number = ? AND state IS NOT 'queued'
"""

_END = """
    UPDATE turns SET over = 1 WHERE number = ?1
    AND EXISTS (SELECT 1 FROM events WHERE turn = ?1 AND kind = 'turn_finished')
"""


_JOIN = """
    INSERT INTO joined_runs (conversation, run_id, turn) VALUES (?, ?, ?)
    ON CONFLICT (conversation, run_id) DO UPDATE SET turn = excluded.turn
"""

_UNPROMPTED = """
    SELECT number, id FROM turns
    WHERE conversation = ? AND run_id = ? AND number <> ? AND text IS NULL
"""


class _Row(NamedTuple):
    """Fields that determine how a turn may be changed."""

    number: int
    conversation: int
    position: int
    run_id: str | None


def save(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    conversation_id: ConversationId,
    prompt: Prompt | None,
    run_id: RunId | None,
) -> ConversationId:
    """Insert or update a turn, keeping its known prompt and run; return its conversation.

    A known turn stays in its conversation, under whatever id the caller last saw.
    """
    known = _known(connection, account, turn_id)
    turn = known or _insert(connection, account, turn_id, conversation_id)
    position = turn.position
    if position == LAST:
        position = _position(connection, turn.conversation, prompt, is_new=known is None)
    connection.execute(_UPDATE, row(position, run_id, turn.number))
    if prompt:
        connection.execute(_UPDATE_PROMPT, (*_prompt_values(prompt), turn.number))
        conversations.touch(connection, turn.conversation, prompt.at_ms or None)
    found = connection.execute(
        "SELECT id FROM conversations WHERE number = ?", (turn.conversation,)
    ).fetchone()
    return ConversationId(found[0])


def append(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    conversation_id: ConversationId,
    batch: Sequence[TurnEvent],
) -> None:
    """Save events of a turn, except heartbeats; an unknown turn is created."""
    kept = [event for event in batch if not isinstance(event, Heartbeat)]
    if not kept:
        return
    turn = _known(connection, account, turn_id) or _insert(
        connection, account, turn_id, conversation_id
    )
    events.keep(connection, turn.number, turn.conversation, kept)
    _update_from_events(connection, turn, kept)
    if ends := [event for event in kept if isinstance(event, TurnFinished)]:
        connection.execute(_END, (turn.number,))
        conversations.note_outcome(connection, turn.number, ends[-1].outcome == "failed")


def join_run(
    connection: sqlite3.Connection, account: str, turn_id: TurnId, run_id: RunId
) -> TurnId | None:
    """Add a run to a turn; events stored for that run as a separate turn move there."""
    turn = _known(connection, account, turn_id)
    if turn is None:
        return None
    connection.execute(_JOIN, row(turn.conversation, run_id, turn.number))
    values = row(turn.conversation, run_id, turn.number)
    found = connection.execute(_UNPROMPTED, values).fetchone()
    if found is None:
        return None
    number, name = found
    for table in ("events", "pieces"):
        connection.execute(
            f"UPDATE OR IGNORE {table} SET turn = ? WHERE turn = ?", (turn.number, number)
        )
    connection.execute("DELETE FROM turns WHERE number = ?", (number,))
    connection.execute(_END, (turn.number,))
    return TurnId(name)


def _known(connection: sqlite3.Connection, account: str, turn_id: TurnId) -> _Row | None:
    found = connection.execute(
        "SELECT number, conversation, position, run_id FROM turns WHERE account = ? AND id = ?",
        row(account, turn_id),
    ).fetchone()
    return _Row(*found) if found else None


def _insert(
    connection: sqlite3.Connection, account: str, turn_id: TurnId, conversation_id: ConversationId
) -> _Row:
    conversation = conversations.number_of(connection, account, conversation_id)
    inserted = connection.execute(_INSERT, row(account, turn_id, conversation, LAST))
    return _Row(inserted.lastrowid or 0, conversation, LAST, None)


def _update_from_events(
    connection: sqlite3.Connection, turn: _Row, batch: Sequence[TurnEvent]
) -> None:
    """Update a turn from events: its run, its position, and its activity."""
    run_id = next((event.run_id for event in batch if event.run_id), None)
    if run_id and turn.run_id is None:
        connection.execute(_SET_RUN, row(run_id, turn.number))
    times = [at_ms for event in batch if (at_ms := event.at_ms or event.seen_ms)]
    if times:
        conversations.touch(connection, turn.conversation, max(times))
    if times and turn.position == LAST:
        connection.execute(_PLACE_BY_EVENT, (min(times), turn.number))


def _position(
    connection: sqlite3.Connection, conversation: int, prompt: Prompt | None, *, is_new: bool
) -> int:
    """Return the position of a turn without one: by its time if from the history, else last.

    A queued prompt gets its position when it leaves the queue, after everything present.
    """
    if prompt is None or prompt.state == "queued":
        return LAST
    if is_new and prompt.state == "sent":
        return prompt.at_ms or LAST
    (newest,) = connection.execute(
        "SELECT max(position) FROM turns WHERE conversation = ? AND position < ?",
        (conversation, LAST),
    ).fetchone()
    return max(prompt.at_ms, (newest or 0) + 1)


def _prompt_values(prompt: Prompt) -> tuple[Value, ...]:
    attachments = json.dumps([asdict(attachment) for attachment in prompt.attachments])
    return row(
        prompt.text,
        prompt.state,
        attachments,
        prompt.message_id,
        prompt.at_ms,
        prompt.problem,
    )
