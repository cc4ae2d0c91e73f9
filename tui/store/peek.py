"""Names in the database for shell completion, read without opening the store.

Nothing is created, migrated or locked; a database that cannot be read has no names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

_PATIENCE_S = 0.05
_LISTED = """
    SELECT id, coalesce(nullif(name, ''), nullif(title, ''), first_text), updated_ms
    FROM conversations WHERE substr(account, 1, ?2) = ?1 AND id NOT LIKE 'local:%'
    ORDER BY pinned DESC, updated_ms DESC LIMIT ?3
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


def _rows(path: Path, query: str, *values: str | int) -> Iterator[tuple[Any, ...]]:
    if not path.is_file():
        return
    place = f"file:{quote(str(path))}?mode=ro"
    try:
        with closing(sqlite3.connect(place, uri=True, timeout=_PATIENCE_S)) as connection:
            yield from connection.execute(query, values)
    except sqlite3.Error:
        return
