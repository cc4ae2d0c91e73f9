"""Events of turns: saved once each, returned in the order of arrival.

A piece of a message (``TextDelta``) is kept only until the whole message is saved. Pieces with a
number are kept like other events, since a missing number means that an event is missing.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tui.core import codec
from tui.core.events import AgentMessage, TextDelta, TurnEvent
from tui.core.ids import ConversationId, MessageId, RunId
from tui.core.json_values import write_json
from tui.store.aliases import by_current_id
from tui.store.database import Value, number_list, row

_KEEP = """
    INSERT INTO events (conversation, turn, key, kind, at_ms, message_id, text, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (conversation, key) DO NOTHING
"""

# Sizes in bytes, because length() of a text stops at a NUL.
_KEEP_PIECE = """
    INSERT INTO pieces (turn, message_id, start, text, key, run_id, event_id, at_ms, seen_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (turn, message_id, start) DO UPDATE SET
        text = excluded.text, event_id = excluded.event_id
    WHERE length(CAST(excluded.text AS BLOB)) > length(CAST(text AS BLOB))
"""

_DROP_SETTLED_PIECES = """
    DELETE FROM pieces WHERE turn = ?1 AND message_id = ?3 AND EXISTS (
        SELECT 1 FROM events WHERE conversation = ?2 AND message_id = ?3 AND turn = ?1
    )
"""

_PIECES = """
    SELECT turn, message_id, start, text, key, run_id, event_id, at_ms, seen_ms
    FROM pieces WHERE turn IN (SELECT value FROM json_each(?)) ORDER BY number
"""

_TIMELINE = """
    SELECT e.text, e.body FROM conversations c JOIN events e ON e.conversation = c.number
    WHERE c.account = ?1 AND c.id = ?2 AND e.kind <> 'text_delta'
    ORDER BY e.at_ms DESC, e.number DESC LIMIT ?3
"""
_TIMELINE_UNTIL = _TIMELINE.replace("ORDER", "AND e.at_ms <= ?4 ORDER")

_USAGE = """
    SELECT e.turn, e.body FROM conversations c JOIN events e ON e.conversation = c.number
    WHERE c.account = ? AND c.id = ? AND e.kind = 'usage_reported' ORDER BY e.turn, e.number
"""


def keep(
    connection: sqlite3.Connection, turn: int, conversation: int, events: Sequence[TurnEvent]
) -> None:
    """Save events of a turn, by its row number and that of its conversation."""
    pieces = [e for e in events if isinstance(e, TextDelta) and e.seq is None]
    whole = [e for e in events if not isinstance(e, TextDelta) or e.seq is not None]
    connection.executemany(_KEEP, (_values(turn, conversation, event) for event in whole))
    connection.executemany(_KEEP_PIECE, (_piece_values(turn, p) for p in _joined(pieces)))
    touched = {e.message_id for e in events if isinstance(e, TextDelta | AgentMessage)}
    connection.executemany(_DROP_SETTLED_PIECES, (row(turn, conversation, m) for m in touched))


def of_turns(
    connection: sqlite3.Connection, turns: Iterable[int]
) -> defaultdict[int, list[TurnEvent]]:
    """Return the events of some turns, by the turn's row number."""
    numbers = number_list(turns)
    by_turn: defaultdict[int, list[TurnEvent]] = defaultdict(list)
    found = connection.execute(
        "SELECT turn, text, body FROM events WHERE turn IN (SELECT value FROM json_each(?))"
        " ORDER BY turn, number",
        (numbers,),
    )
    for turn, text, body in found:
        by_turn[turn].append(_event(text, body))
    for turn, *piece in connection.execute(_PIECES, (numbers,)):
        by_turn[turn].append(_piece(*piece))
    return by_turn


@by_current_id
def timeline(
    connection: sqlite3.Connection,
    account: str,
    conversation_id: ConversationId,
    limit: int,
    until_ms: int | None = None,
) -> list[TurnEvent]:
    """Return the newest events of a conversation by time, oldest first, without pieces of text.

    ``until_ms``: only those up to this time.
    """
    values = row(account, conversation_id, limit)
    if until_ms is None:
        found = connection.execute(_TIMELINE, values).fetchall()
    else:
        found = connection.execute(_TIMELINE_UNTIL, (*values, until_ms)).fetchall()
    return [_event(text, body) for text, body in reversed(found)]


def usage_reports(
    connection: sqlite3.Connection, account: str, conversation_id: ConversationId
) -> list[list[TurnEvent]]:
    """Return the usage reports of a conversation, a list for each turn, oldest first."""
    found = connection.execute(_USAGE, row(account, conversation_id))
    by_turn: defaultdict[int, list[TurnEvent]] = defaultdict(list)
    for turn, body in found:
        by_turn[turn].append(codec.from_json(json.loads(body)))
    return list(by_turn.values())


def _joined(pieces: Iterable[TextDelta]) -> Iterator[TextDelta]:
    """Join consecutive pieces into one. Its event id is that of the last."""
    whole: TextDelta | None = None
    for piece in pieces:
        if whole and _follows(whole, piece):
            last = piece.event_id or whole.event_id
            whole = replace(whole, text=whole.text + piece.text, event_id=last)
            continue
        if whole:
            yield whole
        whole = piece
    if whole:
        yield whole


def _follows(first: TextDelta, second: TextDelta) -> bool:
    end = first.offset + len(first.text)
    return first.message_id == second.message_id and end == second.offset


def _values(turn: int, conversation: int, event: TurnEvent) -> tuple[Value, ...]:
    at_ms = event.at_ms if event.at_ms is not None else event.seen_ms
    data, text, message_id = codec.to_json(event), None, None
    if isinstance(event, AgentMessage):
        text, message_id = data.pop("text", ""), event.message_id
    body = write_json(data, separators=(",", ":"))
    kind = codec.type_name(event)
    return row(conversation, turn, event.key, kind, at_ms, message_id, text, body)


def _event(text: str | None, body: str) -> TurnEvent:
    """Return the event of a row; the agent's text has a column of its own, for the search."""
    data = json.loads(body)
    if text is not None:
        data["text"] = text
    return codec.from_json(data)


def _piece_values(turn: int, piece: TextDelta) -> tuple[Value, ...]:
    return row(
        turn,
        piece.message_id,
        piece.offset,
        piece.text,
        piece.key,
        piece.run_id,
        piece.event_id,
        piece.at_ms,
        piece.seen_ms,
    )


def _piece(
    message_id: MessageId,
    offset: int,
    text: str,
    key: str,
    run_id: RunId | None,
    event_id: str | None,
    at_ms: int | None,
    seen_ms: int | None,
) -> TextDelta:
    return TextDelta(
        message_id=message_id,
        offset=offset,
        text=text,
        key=key,
        run_id=run_id,
        event_id=event_id,
        at_ms=at_ms,
        seen_ms=seen_ms,
    )
