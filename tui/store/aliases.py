"""Local ids of conversations from before the server assigned one.

They are resolved in the transaction that uses them, so nothing is ever stored under an outdated
id, however late the caller learns the new one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from tui.core.ids import ConversationId, is_local
from tui.store.database import row

P = ParamSpec("P")
R = TypeVar("R")
_Query = Callable[Concatenate[sqlite3.Connection, str, ConversationId, P], R]


def current(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId
) -> ConversationId:
    """Return the current id of a conversation."""
    if not is_local(conversation_id):
        return conversation_id
    found = connection.execute(
        "SELECT id FROM aliases WHERE account = ? AND alias = ?", row(account, conversation_id)
    ).fetchone()
    return ConversationId(found[0]) if found else conversation_id


def by_current_id(query: _Query[P, R]) -> _Query[P, R]:
    """Decorate a query on a conversation, so that it accepts an earlier id too."""

    @wraps(query)
    def resolved(
        connection: sqlite3.Connection,
        account: str,
        conversation_id: ConversationId,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        return query(
            connection, account, current(connection, account, conversation_id), *args, **kwargs
        )

    return resolved


def add(
    connection: sqlite3.Connection, account: str, old: ConversationId, new: ConversationId
) -> None:
    """Record a new id of a conversation."""
    if is_local(old):
        connection.execute(
            "INSERT OR REPLACE INTO aliases (account, alias, id) VALUES (?, ?, ?)",
            row(account, old, new),
        )


def wipe(connection: sqlite3.Connection, account: str) -> None:
    """Delete the aliases of an account."""
    connection.execute("DELETE FROM aliases WHERE account = ?", (account,))
