"""Queries on conversations, drafts and notes. Each takes the connection and the account."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

from tui.core.ids import ConversationId, is_local
from tui.core.records import Conversation
from tui.core.tags import has_tags
from tui.store import aliases
from tui.store.aliases import by_current_id
from tui.store.database import row

_OwnColumn = Literal["unread", "name", "pinned", "archived", "tags"]
_COLUMNS = (
    "id, title, first_text, created_ms, updated_ms, unread, name, pinned, failed, archived, tags"
)

_SAVE = """
    INSERT INTO conversations (account, id, title, first_text, created_ms, updated_ms, unread)
    VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, ?5), ?7)
    ON CONFLICT (account, id) DO UPDATE SET
        title = coalesce(nullif(excluded.title, ''), title),
        first_text = coalesce(nullif(excluded.first_text, ''), first_text),
        created_ms = coalesce(excluded.created_ms, created_ms),
        updated_ms = max(
            coalesce(excluded.updated_ms, updated_ms), coalesce(updated_ms, excluded.updated_ms)
        )
"""


_NOTE_OUTCOME = """
    UPDATE conversations SET failed = ?1
    FROM (SELECT conversation, position FROM turns WHERE number = ?2) AS ended
    WHERE number = ended.conversation AND NOT EXISTS (
        SELECT 1 FROM turns
        WHERE conversation = ended.conversation AND position > ended.position
    )
"""


def listed(
    connection: sqlite3.Connection, account: str, limit: int, offset: int, archived: bool = False
) -> list[Conversation]:
    """Return pinned conversations, then newest activity first; those without a time come last.

    Of two with the same time, the one started later comes first.
    """
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM conversations WHERE account = ? AND archived = ?"
        " ORDER BY pinned DESC, updated_ms DESC, created_ms DESC, id LIMIT ? OFFSET ?",
        (account, archived, limit, offset),
    )
    return [_conversation(values) for values in found]


@by_current_id
def one(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId
) -> Conversation | None:
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM conversations WHERE account = ? AND id = ?",
        row(account, conversation_id),
    ).fetchone()
    return _conversation(found) if found else None


def save(
    connection: sqlite3.Connection, account: str, conversations: Sequence[Conversation]
) -> None:
    """Insert or update. Known values are never emptied, and ``unread`` is kept."""
    connection.executemany(
        _SAVE,
        (
            row(
                account,
                aliases.current(connection, account, c.id),
                c.title,
                c.first_text,
                c.created_ms,
                c.updated_ms,
                int(c.unread),
            )
            for c in conversations
        ),
    )


def mark(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId, unread: bool
) -> None:
    _set(connection, account, conversation_id, "unread", unread)


def give_name(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId, name: str
) -> None:
    _set(connection, account, conversation_id, "name", name)


def pin(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId, pinned: bool
) -> None:
    _set(connection, account, conversation_id, "pinned", pinned)


def archive(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId, archived: bool
) -> None:
    _set(connection, account, conversation_id, "archived", archived)


def set_tags(
    connection: sqlite3.Connection,
    account: str,
    conversation_id: ConversationId,
    tags: Sequence[str],
) -> None:
    _set(connection, account, conversation_id, "tags", f" {' '.join(tags)} " if tags else "")


@by_current_id
def _set(
    connection: sqlite3.Connection,
    account: str,
    conversation_id: ConversationId,
    column: _OwnColumn,
    value: bool | str,
) -> None:
    """Set what the user has decided about a conversation."""
    connection.execute(
        f"UPDATE conversations SET {column} = ? WHERE account = ? AND id = ?",
        row(value, account, conversation_id),
    )


def with_tags(
    connection: sqlite3.Connection, account: str, begun: Iterable[str]
) -> dict[int, Conversation]:
    """Return the conversations with a tag for each of these beginnings, by their row number."""
    found = connection.execute(
        f"SELECT number, {_COLUMNS} FROM conversations WHERE account = ? AND tags <> ''"
        " ORDER BY updated_ms DESC, created_ms DESC, id",
        row(account),
    )
    tagged = {number: _conversation(tuple(values)) for number, *values in found}
    return {number: item for number, item in tagged.items() if has_tags(item.tags, begun)}


def note_outcome(connection: sqlite3.Connection, turn: int, failed: bool) -> None:
    """Record the outcome of a turn, and of its conversation if it is the newest there."""
    connection.execute(_NOTE_OUTCOME, (failed, turn))


@by_current_id
def number_of(connection: sqlite3.Connection, account: str, conversation_id: ConversationId) -> int:
    """Return the conversation's row number; create the row if there is none."""
    key = row(account, conversation_id)
    query = "SELECT number FROM conversations WHERE account = ? AND id = ?"
    found = connection.execute(query, key).fetchone()
    if found is None:
        connection.execute("INSERT INTO conversations (account, id) VALUES (?, ?)", key)
        found = connection.execute(query, key).fetchone()
    number: int = found[0]
    return number


def rename(
    connection: sqlite3.Connection, account: str, old: ConversationId, new: ConversationId
) -> None:
    """Change an id. If the new one exists, both conversations are merged."""
    if old == new or aliases.current(connection, account, old) != old:
        return
    begun = one(connection, account, old)
    if begun is not None:
        _merge(connection, account, begun, new)
    aliases.add(connection, account, old, new)


def _merge(
    connection: sqlite3.Connection, account: str, begun: Conversation, new: ConversationId
) -> None:
    """Move everything of a conversation to another id."""
    old = begun.id
    save(connection, account, [replace(begun, id=new)])
    if begun.given_name:
        give_name(connection, account, new, begun.given_name)
    if begun.pinned:
        pin(connection, account, new, True)
    if begun.archived:
        archive(connection, account, new, True)
    if begun.tags:
        set_tags(connection, account, new, begun.tags)
    numbers = (number_of(connection, account, new), number_of(connection, account, old))
    for table in ("turns", "events", "joined_runs"):
        connection.execute(
            f"UPDATE OR IGNORE {table} SET conversation = ? WHERE conversation = ?", numbers
        )
    connection.execute(
        "UPDATE OR IGNORE drafts SET conversation = ? WHERE account = ? AND conversation = ?",
        row(new, account, old),
    )
    delete(connection, account, old)


def touch(connection: sqlite3.Connection, number: int, at_ms: int | None) -> None:
    """Record activity in a conversation."""
    connection.execute(
        "UPDATE conversations SET updated_ms = ?1"
        " WHERE number = ?2 AND coalesce(updated_ms, -1) < ?1",
        (at_ms, number),
    )


@by_current_id
def delete(connection: sqlite3.Connection, account: str, conversation_id: ConversationId) -> None:
    """Delete a conversation with its turns, events and draft."""
    key = row(account, conversation_id)
    connection.execute("DELETE FROM conversations WHERE account = ? AND id = ?", key)
    connection.execute("DELETE FROM drafts WHERE account = ? AND conversation = ?", key)


@by_current_id
def drop_if_empty(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId
) -> bool:
    """Delete a local conversation unless it has turns; return True if it is gone."""
    if not is_local(conversation_id):
        return False
    number = number_of(connection, account, conversation_id)
    if connection.execute("SELECT 1 FROM turns WHERE conversation = ?", (number,)).fetchone():
        return False
    delete(connection, account, conversation_id)
    return True


def wipe(connection: sqlite3.Connection, account: str) -> None:
    """Delete everything of an account."""
    aliases.wipe(connection, account)
    for table in ("conversations", "drafts", "meta"):
        connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))


@by_current_id
def draft(connection: sqlite3.Connection, account: str, conversation_id: ConversationId) -> str:
    found = connection.execute(
        "SELECT text FROM drafts WHERE account = ? AND conversation = ?",
        row(account, conversation_id),
    ).fetchone()
    return str(found[0]) if found else ""


@by_current_id
def save_draft(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId, text: str
) -> None:
    if text:
        connection.execute(
            "INSERT INTO drafts VALUES (?, ?, ?)"
            " ON CONFLICT (account, conversation) DO UPDATE SET text = excluded.text",
            row(account, conversation_id, text),
        )
    else:
        connection.execute(
            "DELETE FROM drafts WHERE account = ? AND conversation = ?",
            row(account, conversation_id),
        )


def note(connection: sqlite3.Connection, account: str, name: str) -> str | None:
    found = connection.execute(
        "SELECT value FROM meta WHERE account = ? AND name = ?", row(account, name)
    ).fetchone()
    return str(found[0]) if found else None


def save_note(connection: sqlite3.Connection, account: str, name: str, value: str) -> None:
    connection.execute(
        "INSERT INTO meta VALUES (?, ?, ?)"
        " ON CONFLICT (account, name) DO UPDATE SET value = excluded.value",
        row(account, name, value),
    )


def _conversation(values: tuple[Any, ...]) -> Conversation:
    """Return the conversation of a row of ``_COLUMNS``."""
    conversation_id, title, first_text, created_ms, updated_ms, *rest = values
    unread, name, pinned, failed, archived, tags = rest
    return Conversation(
        id=ConversationId(conversation_id),
        title=title,
        first_text=first_text,
        created_ms=created_ms,
        updated_ms=updated_ms,
        unread=bool(unread),
        given_name=name,
        pinned=bool(pinned),
        failed=bool(failed),
        archived=bool(archived),
        tags=tuple(tags.split()),
    )
