"""What is in the database, for completion and replays, read without opening the store.

Nothing is created, migrated or locked; a database that cannot be read has no names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from tui.core.records import TurnRecord

_PATIENCE_S = 0.05
_LISTED = """
    SELECT id, coalesce(nullif(name, ''), nullif(title, ''), first_text), updated_ms
    FROM conversations WHERE substr(account, 1, ?2) = ?1 AND id NOT LIKE 'local:%'
    ORDER BY pinned DESC, updated_ms DESC LIMIT ?3
"""
_OWNER = """
    SELECT account FROM conversations WHERE substr(account, 1, ?2) = ?1 AND id = ?3 LIMIT 1
"""
_TAGS = "SELECT DISTINCT tags FROM conversations WHERE substr(account, 1, ?2) = ?1 AND tags <> ''"
_SKILLS = """
    SELECT DISTINCT json_extract(body, '$.skill') FROM (
        SELECT kind, body FROM events ORDER BY number DESC LIMIT ?1
    ) WHERE kind = 'approval_requested'
"""


class StoredName(NamedTuple):
    """A conversation as completion shows it. Text of a server."""

    id: str
    title: str
    updated_ms: int | None


def conversation_names(path: Path, account: str, limit: int) -> list[StoredName]:
    """Return the newest conversations of the accounts that begin with ``account``."""
    return [StoredName(*row) for row in _rows(path, _LISTED, account, len(account), limit)]


def tag_lists(path: Path, account: str) -> list[str]:
    """Return the different values of the column of tags."""
    return [row[0] for row in _rows(path, _TAGS, account, len(account))]


def skill_names(path: Path, newest: int) -> list[str]:
    """Return the skills that asked for approval among the newest events."""
    return [row[0] for row in _rows(path, _SKILLS, newest) if isinstance(row[0], str)]


def stored_turns(path: Path, account: str, conversation_id: str) -> list[TurnRecord]:
    """Return all turns of a conversation with their events, oldest first.

    Raises ``StoreError`` if the database cannot be read.
    """
    from tui.core.ids import ConversationId
    from tui.store import turns  # here, since a shell waits for completion
    from tui.store.database import store_error

    try:
        with closing(_connected(path)) as connection:
            owner = connection.execute(_OWNER, (account, len(account), conversation_id)).fetchone()
            where = ConversationId(conversation_id)
            return turns.newest(connection, owner[0], where, -1, None) if owner else []
    except sqlite3.Error as error:
        raise store_error(path, error) from error


def _rows(path: Path, query: str, *values: str | int) -> Iterator[tuple[Any, ...]]:
    if not path.is_file():
        return
    try:
        with closing(_connected(path)) as connection:
            yield from connection.execute(query, values)
    except sqlite3.Error:
        return


def _connected(path: Path) -> sqlite3.Connection:
    place = f"file:{quote(str(path))}?mode=ro"
    return sqlite3.connect(place, uri=True, timeout=_PATIENCE_S)
