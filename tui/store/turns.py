"""Read turns, each with its prompt and its events."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from tui.core.ids import ConversationId, MessageId, RunId, TurnId
from tui.core.records import SENT_BY_APP, Attachment, Prompt, SentMessage, TurnRecord
from tui.store import events
from tui.store.aliases import by_current_id
from tui.store.database import LAST, Value, row

_SELECT = """
    SELECT t.number, t.id, c.id, t.run_id,
           t.text, t.state, t.attachments, t.message_id, t.at_ms, t.problem
    FROM turns t JOIN conversations c ON c.number = t.conversation
"""

_ONE = f"{_SELECT} WHERE t.account = ? AND t.id = ?"

_OF_RUN = f"""
    {_SELECT} WHERE c.account = ? AND c.id = ? AND t.run_id = ? ORDER BY t.number LIMIT 1
"""

_JOINED = f"""
    {_SELECT} JOIN joined_runs j ON j.turn = t.number
    WHERE c.account = ? AND c.id = ? AND j.conversation = c.number AND j.run_id = ?
"""

_NEWEST = f"""
    {_SELECT} WHERE c.account = ? AND c.id = ? AND (t.position, t.number) < (?, ?)
    ORDER BY t.position DESC, t.number DESC LIMIT ?
"""

_FOLLOWING = f"""
    {_SELECT} WHERE c.account = ? AND c.id = ? AND (t.position, t.number) > (?, ?)
    ORDER BY t.position, t.number LIMIT ?
"""

_START_CHARS = 400

_OF_USER = """
    SELECT t.id, substr(t.text, 1, ?5), t.at_ms
    FROM turns t JOIN conversations c ON c.number = t.conversation
    WHERE c.account = ?2 AND c.id = ?3 AND t.text IS NOT NULL
        AND substr(t.text, 1, length(?1)) <> ?1
    ORDER BY t.position DESC, t.number DESC LIMIT ?4
"""

_PENDING = f"""
    {_SELECT} WHERE c.account = ? AND c.id = ? AND t.state IN ('queued', 'sending', 'unconfirmed')
    ORDER BY t.position, t.number
"""

_UNFINISHED = f"""
    {_SELECT} WHERE t.account = ? AND t.over = 0 AND t.state IS NOT 'refused'
    ORDER BY t.position, t.number
"""

_MESSAGE_KNOWN = """
    SELECT EXISTS (SELECT 1 FROM turns WHERE conversation = c.number AND message_id = ?3)
        OR EXISTS (SELECT 1 FROM events WHERE conversation = c.number AND message_id = ?3)
    FROM conversations c WHERE c.account = ?1 AND c.id = ?2
"""


@by_current_id
def newest(
    connection: sqlite3.Connection,
    account: str,
    conversation_id: ConversationId,
    limit: int,
    before: TurnId | None,
) -> list[TurnRecord]:
    """Return the newest turns (before one of them), oldest first. The cost depends on ``limit``."""
    place = (LAST, LAST)
    if before is not None:
        place = _place(connection, account, before) or (0, 0)
    return _records(connection, _NEWEST, account, conversation_id, *place, limit)[::-1]


@by_current_id
def following(
    connection: sqlite3.Connection,
    account: str,
    conversation_id: ConversationId,
    limit: int,
    after: TurnId,
) -> list[TurnRecord]:
    """Return the oldest turns after one of them, oldest first; as cheap as :func:`newest`."""
    place = _place(connection, account, after) or (LAST, LAST)
    return _records(connection, _FOLLOWING, account, conversation_id, *place, limit)


def one(connection: sqlite3.Connection, account: str, turn_id: TurnId) -> TurnRecord | None:
    return next(iter(_records(connection, _ONE, account, turn_id)), None)


@by_current_id
def of_run(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId, run_id: RunId
) -> TurnRecord | None:
    """Return the oldest turn of a run, or the one that continues in it."""
    values = (account, conversation_id, run_id)
    begun = _records(connection, _OF_RUN, *values)
    return next(iter(begun or _records(connection, _JOINED, *values)), None)


@by_current_id
def pending(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId
) -> list[TurnRecord]:
    """Return turns with a queued, sending or unconfirmed prompt, oldest first."""
    return _records(connection, _PENDING, account, conversation_id)


def unfinished(connection: sqlite3.Connection, account: str) -> list[TurnRecord]:
    """Return turns of all conversations that have not ended and were not rejected, oldest first."""
    return _records(connection, _UNFINISHED, account)


def said(connection: sqlite3.Connection, account: str, limit: int) -> list[str]:
    """Return different texts of the user, newest first. Reads no further than necessary."""
    found = connection.execute(
        "SELECT text FROM turns WHERE account = ? AND text IS NOT NULL AND substr(text, 1, ?) <> ?"
        " ORDER BY at_ms DESC, number DESC",
        (account, len(SENT_BY_APP), SENT_BY_APP),
    )
    texts: dict[str, None] = {}
    for (text,) in found:
        texts.setdefault(text)
        if len(texts) == limit:
            break
    return list(texts)


@by_current_id
def messages_of_user(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId, limit: int
) -> list[SentMessage]:
    """Return the start of the user's newest messages in a conversation, oldest first."""
    values = row(SENT_BY_APP, account, conversation_id, limit, _START_CHARS)
    found = connection.execute(_OF_USER, values).fetchall()
    return [SentMessage(TurnId(turn), text, at_ms) for turn, text, at_ms in reversed(found)]


@by_current_id
def message_known(
    connection: sqlite3.Connection,
    account: str,
    conversation_id: ConversationId,
    message_id: MessageId,
) -> bool:
    """Return True if a message of the user, or a complete one of the agent, is stored."""
    values = row(account, conversation_id, message_id)
    found = connection.execute(_MESSAGE_KNOWN, values).fetchone()
    return bool(found and found[0])


def _place(connection: sqlite3.Connection, account: str, turn_id: TurnId) -> tuple[int, int] | None:
    """Return the position of a turn in its conversation."""
    found: tuple[int, int] | None = connection.execute(
        "SELECT position, number FROM turns WHERE account = ? AND id = ?", row(account, turn_id)
    ).fetchone()
    return found


def _records(connection: sqlite3.Connection, query: str, *values: Value) -> list[TurnRecord]:
    found = connection.execute(query, row(*values)).fetchall()
    by_turn = events.of_turns(connection, (number for number, *_ in found))
    return [
        TurnRecord(
            id=turn_id,
            conversation_id=conversation_id,
            run_id=run_id,
            prompt=_prompt(*prompt),
            events=tuple(by_turn[number]),
        )
        for number, turn_id, conversation_id, run_id, *prompt in found
    ]


def _prompt(text: str | None, state: Any, attachments: Any, *rest: Any) -> Prompt | None:
    if text is None:
        return None
    message_id, at_ms, problem = rest
    return Prompt(
        text=text,
        state=state,
        attachments=tuple(Attachment(**each) for each in json.loads(attachments)),
        message_id=message_id,
        at_ms=at_ms,
        problem=problem,
    )
