"""Writing turns: their prompts (the outbox) and what happens to them.

A turn's ``position`` is its place in the conversation, in milliseconds since the epoch. Once
given, a place never changes, so that nothing jumps on screen when the server's clock turns out to
differ from ours.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict

from tui.core.events import TurnEvent, TurnFinished
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.records import Prompt
from tui.store import conversations, events
from tui.store.values import LAST, Value, row

_INSERT = "INSERT INTO turns (account, id, conversation, position) VALUES (?, ?, ?, ?)"

_UPDATE = "UPDATE turns SET position = ?, run_id = coalesce(?, run_id) WHERE number = ?"

_UPDATE_PROMPT = """
    UPDATE turns SET text = ?, state = ?, attachments = ?, message_id = ?, at_ms = ?, problem = ?
    WHERE number = ?
"""

_PLACE_BY_EVENT = f"""
    UPDATE turns SET position = ? WHERE number = ? AND position = {LAST} AND state IS NOT 'queued'
"""

_END = """
    UPDATE turns SET over = 1 WHERE number = ?1
    AND EXISTS (SELECT 1 FROM events WHERE turn = ?1 AND kind = 'turn_finished')
"""


def save(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    conversation_id: ConversationId,
    prompt: Prompt | None,
    run_id: RunId | None,
) -> None:
    """Insert or update; without a prompt or run the known one stays.

    A known turn stays in its conversation, whatever that was called when the caller last looked.
    """
    known = _known(connection, account, turn_id)
    number, conversation, place = known or _insert(connection, account, turn_id, conversation_id)
    if place == LAST:
        place = _place(connection, conversation, prompt, is_new=known is None)
    connection.execute(_UPDATE, row(place, run_id, number))
    if prompt:
        connection.execute(_UPDATE_PROMPT, (*_prompt_values(prompt), number))
        conversations.touch(connection, conversation, prompt.at_ms or None)


def claim(connection: sqlite3.Connection, account: str, turn_id: TurnId) -> bool:
    """Move a queued prompt to ``sending``; False if it is not queued any more."""
    claimed = connection.execute(
        "UPDATE turns SET state = 'sending' WHERE account = ? AND id = ? AND state = 'queued'",
        row(account, turn_id),
    )
    return claimed.rowcount == 1


def append(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    conversation_id: ConversationId,
    batch: Sequence[TurnEvent],
) -> None:
    """Keep events of a turn; a turn that is not known is made, so that nothing is lost."""
    known = _known(connection, account, turn_id)
    number, conversation, place = known or _insert(connection, account, turn_id, conversation_id)
    events.keep(connection, number, conversation, batch)
    times = [t for t in (e.at_ms or e.seen_ms for e in batch) if t]
    if times:
        conversations.touch(connection, conversation, max(times))
        if place == LAST:
            connection.execute(_PLACE_BY_EVENT, (min(times), number))
    if any(isinstance(event, TurnFinished) for event in batch):
        connection.execute(_END, (number,))


def drop(connection: sqlite3.Connection, account: str, turn_id: TurnId) -> None:
    """Forget a turn with its events."""
    connection.execute("DELETE FROM turns WHERE account = ? AND id = ?", row(account, turn_id))


def _known(
    connection: sqlite3.Connection, account: str, turn_id: TurnId
) -> tuple[int, int, int] | None:
    """Row number, conversation and position of a turn."""
    found: tuple[int, int, int] | None = connection.execute(
        "SELECT number, conversation, position FROM turns WHERE account = ? AND id = ?",
        row(account, turn_id),
    ).fetchone()
    return found


def _insert(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    conversation_id: ConversationId,
) -> tuple[int, int, int]:
    conversation = conversations.number_of(connection, account, conversation_id)
    inserted = connection.execute(_INSERT, row(account, turn_id, conversation, LAST))
    return inserted.lastrowid or 0, conversation, LAST


def _place(
    connection: sqlite3.Connection, conversation: int, prompt: Prompt | None, *, is_new: bool
) -> int:
    """The position of a turn that has none: by its time if it comes from the history, else last.

    A queued prompt gets its place when it leaves the queue, behind all that is there.
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
