"""Full-text search over all messages and titles.

The index (see ``migrations/0002_search.sql``) is written by triggers alone.
"""

from __future__ import annotations

import re
import sqlite3
from secrets import token_hex

from tui.core.ids import ConversationId, TurnId
from tui.core.records import Conversation, Hit, HitSource
from tui.core.tags import split_query
from tui.core.text import clean, clean_line, drawn
from tui.store import conversations
from tui.store.database import number_list, row

_MOST_TERMS = 16
_SNIPPET_WORDS = 24
_TITLE_CHARS = 200
_SOURCES: tuple[HitSource, ...] = ("title", "user", "agent")

# Ranks that differ little are equal, so that the newest comes first among them. The marks are
# unique to this query: no message can contain them. A BLOB, because JSON allows lone surrogates.
_FOUND = f"""
    WITH found AS MATERIALIZED (
        SELECT w.rowid AS number, c.number AS conversation, t.id AS turn, e.key AS event,
               coalesce(e.at_ms, t.at_ms, c.updated_ms) AS at_ms, round(w.rank, 1) AS rank
        FROM words w
        LEFT JOIN events e ON w.rowid % 3 = 2 AND e.number = w.rowid / 3
        LEFT JOIN turns t
            ON t.number = CASE w.rowid % 3 WHEN 1 THEN w.rowid / 3 WHEN 2 THEN e.turn END
        JOIN conversations c
            ON c.number = CASE w.rowid % 3 WHEN 0 THEN w.rowid / 3 ELSE t.conversation END
        WHERE words MATCH ?1 AND c.account = ?2
            AND (?5 IS NULL OR c.number IN (SELECT value FROM json_each(?5)))
        ORDER BY rank, at_ms DESC LIMIT ?3
    )
    SELECT c.id, coalesce(nullif(c.name, ''), nullif(c.title, ''), c.first_text), f.turn, f.event,
           f.number % 3, f.at_ms, CAST(words.text AS BLOB),
           CAST(snippet(words, 0, ?4, ?4, '…', {_SNIPPET_WORDS}) AS BLOB)
    FROM words CROSS JOIN found f ON f.number = words.rowid
    JOIN conversations c ON c.number = f.conversation
    WHERE words MATCH ?1 AND +words.rowid IN (SELECT number FROM found)
    ORDER BY f.rank, f.at_ms DESC
"""

_ASTRAY = """
    WITH said AS (
        SELECT 3 * number AS number, iif(name = '', title, trim(name || ' ' || title)) AS text
            FROM conversations WHERE title <> '' OR name <> ''
        UNION ALL SELECT 3 * number + 1, text FROM turns WHERE text IS NOT NULL
        UNION ALL SELECT 3 * number + 2, text FROM events WHERE text IS NOT NULL
    )
    SELECT number FROM (SELECT number, text FROM said EXCEPT SELECT rowid, text FROM words)
    UNION SELECT rowid FROM (SELECT rowid, text FROM words EXCEPT SELECT number, text FROM said)
"""

_MARKUP = re.compile(r"^\s*(?:#{1,6}|>|[-*+]|\d+\.)\s+|\*\*|`+|^\s*\|?[\s:|-]*-{3,}[\s:|-]*$", re.M)
_CELLS = re.compile(r"\s*\|[\s|]*")
"""Borders between cells of a table, and empty cells."""


def found(connection: sqlite3.Connection, account: str, words: str, limit: int) -> list[Hit]:
    """Return the best hits, newest first among equals. Never raises because of the words.

    A word that begins with ``#`` and is the beginning of a tag restricts the conversations.
    """
    text, begun = split_query(words)
    tagged = conversations.with_tags(connection, account, begun) if any(begun) else {}
    query = _query(" ".join(text) if tagged else words)
    if tagged and not query:
        return [_titled(found) for found in tagged.values()][:limit]
    if not query:
        return []
    mark = token_hex(8)
    among = number_list(tagged) if tagged else None
    rows = connection.execute(_FOUND, row(query, account, limit + limit // 4, mark, among))
    return list(_hits(rows, mark).values())[:limit]


def _titled(found: Conversation) -> Hit:
    """Return a conversation as a hit in its title."""
    return Hit(
        conversation_id=found.id,
        title=found.name,
        source="title",
        snippet=clean_line(found.name, _TITLE_CHARS),
        at_ms=found.updated_ms,
    )


def purge(connection: sqlite3.Connection) -> None:
    """Overwrite the index entries of deleted rows."""
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")


def problems(connection: sqlite3.Connection) -> list[str]:
    """Return the places where the index is damaged or outdated. Raises ``sqlite3.Error``."""
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    return [
        f"words: row {number} isn't what was stored" for (number,) in connection.execute(_ASTRAY)
    ]


def _query(words: str) -> str:
    """Return an FTS5 query for texts with words that start with each of these, in any order."""
    terms = [term for term in clean(words).split() if any(char.isalnum() for char in term)]
    return " ".join('"{}"*'.format(term.replace('"', '""')) for term in terms[:_MOST_TERMS])


def _hits(rows: sqlite3.Cursor, mark: str) -> dict[tuple[str, bytes], Hit]:
    """Return hits by place and text: a message from both the stream and the history is one."""
    hits: dict[tuple[str, bytes], Hit] = {}
    for conversation_id, title, turn_id, event_key, source, at_ms, text, snippet in rows:
        excerpt, marks = _excerpt(snippet.decode("utf-8", "replace"), mark)
        hit = Hit(
            conversation_id=ConversationId(conversation_id),
            title=title,
            turn_id=TurnId(turn_id) if turn_id else None,
            event_key=event_key,
            source=_SOURCES[source],
            snippet=excerpt,
            marks=marks,
            at_ms=at_ms,
        )
        hits.setdefault((turn_id or f"title of {conversation_id}", text.strip()), hit)
    return hits


def _excerpt(snippet: str, mark: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the excerpt on one clean line, and the positions of the words in it."""
    excerpt = ""
    marks: list[tuple[int, int]] = []
    for number, part in enumerate(snippet.split(mark)):
        text = _CELLS.sub(" · ", _MARKUP.sub("", drawn(clean(part))))
        text = re.sub(r"\s+", " ", text)
        if not excerpt:
            text = text.removeprefix(" · ")
        if not excerpt or excerpt.endswith(" "):
            text = text.removeprefix(" ")
        if number % 2 and text:
            marks.append((len(excerpt), len(excerpt) + len(text)))
        excerpt += text
    return excerpt, tuple(marks)
