"""Claims on unsent messages: one process at a time may send or change each."""

from __future__ import annotations

import sqlite3

from tui.core.ids import ConversationId, TurnId
from tui.core.records import Prompt, PromptState, TurnRecord
from tui.store import conversations, turns
from tui.store.database import row
from tui.store.presence import Presence

_HOLDER = "SELECT state, holder FROM turns WHERE account = ? AND id = ?"
_HOLD = "UPDATE turns SET holder = ? WHERE account = ? AND id = ?"
_LET_GO = "UPDATE turns SET holder = NULL WHERE account = ? AND id = ? AND holder = ?"
_REVISE = "UPDATE turns SET text = ? WHERE account = ? AND id = ?"
_REQUEUE = "UPDATE turns SET state = 'queued', problem = '' WHERE account = ? AND id = ?"
_WITHDRAW = "DELETE FROM turns WHERE account = ? AND id = ?"

UNSENT: frozenset[PromptState] = frozenset({"queued", "sending", "unconfirmed"})


def claim(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    holder: str,
    presence: Presence,
) -> TurnRecord | None:
    """Claim an unsent message for ``holder`` alone; None if it is held, or is not unsent."""
    if _free(connection, account, turn_id, presence) not in UNSENT:
        return None
    connection.execute(_HOLD, row(f"{presence.name()}/{holder}", account, turn_id))
    return turns.one(connection, account, turn_id)


def let_go(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    holder: str,
    presence: Presence,
) -> None:
    """Release a message that ``holder`` has claimed."""
    connection.execute(_LET_GO, row(account, turn_id, f"{presence.name()}/{holder}"))


def revise(
    connection: sqlite3.Connection, account: str, turn_id: TurnId, text: str, presence: Presence
) -> bool:
    """Change the text of a queued message; return False if it is held, or no longer queued."""
    if _free(connection, account, turn_id, presence) != "queued":
        return False
    connection.execute(_REVISE, row(text, account, turn_id))
    return True


def requeue(
    connection: sqlite3.Connection, account: str, turn_id: TurnId, presence: Presence
) -> bool:
    """Queue an unconfirmed message again; return False if it is held, or in another state."""
    if _free(connection, account, turn_id, presence) != "unconfirmed":
        return False
    connection.execute(_REQUEUE, row(account, turn_id))
    return True


def withdraw(
    connection: sqlite3.Connection, account: str, turn_id: TurnId, presence: Presence
) -> Prompt | None:
    """Delete a message that is not being sent; return its prompt, None if held or sent."""
    if _free(connection, account, turn_id, presence) not in ("queued", "unconfirmed"):
        return None
    record = turns.one(connection, account, turn_id)
    connection.execute(_WITHDRAW, row(account, turn_id))
    return record.prompt if record else None


def return_rejected(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    conversation_id: ConversationId,
    draft: str,
) -> None:
    """Delete a message and save a draft that contains its text: both or neither."""
    conversations.save_draft(connection, account, conversation_id, draft)
    connection.execute(_WITHDRAW, row(account, turn_id))


def _free(
    connection: sqlite3.Connection, account: str, turn_id: TurnId, presence: Presence
) -> str | None:
    """Return the state of a message without a holder; None if it has one, or does not exist."""
    found = connection.execute(_HOLDER, row(account, turn_id)).fetchone()
    if found is None:
        return None
    state, holder = found
    return None if holder and presence.alive(holder.partition("/")[0]) else state
