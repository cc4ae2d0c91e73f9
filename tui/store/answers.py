"""Claims on the agent's questions: each is answered once, by one process at a time."""

from __future__ import annotations

import sqlite3

from tui.core.events import Decision
from tui.core.ids import TurnId
from tui.core.records import AnswerClaim
from tui.store.database import row
from tui.store.presence import Presence

_TURN = "SELECT number FROM turns WHERE account = ? AND id = ?"
_FIND = "SELECT state, answer, holder FROM answers WHERE turn = ? AND name = ?"
_BEGIN = "INSERT INTO answers (turn, name, state, answer, holder) VALUES (?, ?, 'claimed', ?, ?)"
_REPLACE = "UPDATE answers SET answer = ? WHERE turn = ? AND name = ?"
_TAKE_OVER = "UPDATE answers SET state = 'claimed', holder = ? WHERE turn = ? AND name = ?"
_CLAIMED = """
    SELECT answer FROM answers JOIN turns ON turns.number = answers.turn
    WHERE turns.account = ? AND turns.id = ? AND answers.name = ?
"""
_END = """
    UPDATE answers SET state = ?, holder = NULL
    WHERE turn = (SELECT number FROM turns WHERE account = ? AND id = ?) AND name = ? AND holder = ?
"""
_FORGET = """
    DELETE FROM answers
    WHERE turn = (SELECT number FROM turns WHERE account = ? AND id = ?) AND name = ? AND holder = ?
"""


def claim(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    name: str,
    holder: str,
    answer: Decision,
    presence: Presence,
) -> AnswerClaim | None:
    """Claim the answer to a question for ``holder`` alone; None if another has or had it."""
    found = connection.execute(_TURN, row(account, turn_id)).fetchone()
    if found is None:
        return None
    (turn,) = found
    mine = f"{presence.name()}/{holder}"
    known = connection.execute(_FIND, row(turn, name)).fetchone()
    if known is None:
        connection.execute(_BEGIN, row(turn, name, answer, mine))
        return AnswerClaim(answer)
    state, earlier, now = known
    if now == mine:
        connection.execute(_REPLACE, row(answer, turn, name))
        return AnswerClaim(earlier, unclear=True)
    if state == "given" or (now and presence.alive(now.partition("/")[0])):
        return None
    connection.execute(_TAKE_OVER, row(mine, turn, name))
    return AnswerClaim(earlier, unclear=True)


def claimed(
    connection: sqlite3.Connection, account: str, turn_id: TurnId, name: str
) -> Decision | None:
    """Return the answer that was given or is being sent."""
    found = connection.execute(_CLAIMED, row(account, turn_id, name)).fetchone()
    return found[0] if found else None


def end(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    name: str,
    holder: str,
    *,
    given: bool,
    presence: Presence,
) -> None:
    """Record that an answer was given, or that it may have been and is unclaimed now."""
    mine = f"{presence.name()}/{holder}"
    state = "given" if given else "unclear"
    connection.execute(_END, row(state, account, turn_id, name, mine))


def forget(
    connection: sqlite3.Connection,
    account: str,
    turn_id: TurnId,
    name: str,
    holder: str,
    presence: Presence,
) -> None:
    """Forget an answer that certainly did not arrive."""
    connection.execute(_FORGET, row(account, turn_id, name, f"{presence.name()}/{holder}"))
