"""Stores full of conversations, as after long use."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tests.bench.answers import mixed, words
from tui.core.events import AgentMessage, TurnEvent, TurnFinished, TurnStarted
from tui.core.ids import ConversationId, MessageId, RunId, TurnId
from tui.core.records import Conversation, Prompt
from tui.store import SqliteStore, turn_writer

START_MS = 1_780_000_000_000
_MINUTE_MS = 60_000


def conversation_of(number: int) -> Conversation:
    """A conversation; a higher number is a newer one."""
    at_ms = START_MS + number * _MINUTE_MS
    title = f"{words(number, 4)} {number}"
    return Conversation(
        id=ConversationId(f"c{number}"), title=title, created_ms=at_ms, updated_ms=at_ms
    )


async def store_conversations(path: Path, account: str, count: int) -> None:
    """Put empty conversations into the store of an account."""
    store = await SqliteStore.open(path, account)
    await store.save_conversations([conversation_of(number) for number in range(count)])
    await store.aclose()


async def store_messages(path: Path, account: str, count: int) -> ConversationId:
    """Put one conversation of so many messages into the store of an account."""
    store = await SqliteStore.open(path, account)
    conversation = conversation_of(0)
    await store.save_conversations([conversation])
    await store._db.write(_write_turns, account, conversation.id, count // 2)
    await store.aclose()
    return conversation.id


def _write_turns(
    connection: sqlite3.Connection, account: str, cid: ConversationId, count: int
) -> None:
    for number in range(count):
        turn, run = TurnId(f"t{number}"), RunId(f"r{number}")
        at_ms = START_MS + number * _MINUTE_MS
        prompt = Prompt(text=f"#{number} {words(number, 9)}", state="sent", at_ms=at_ms)
        turn_writer.save(connection, account, turn, cid, prompt, run)
        turn_writer.append(connection, account, turn, cid, list(_events(run, number, at_ms)))


def _events(run: RunId, number: int, at_ms: int) -> Iterator[TurnEvent]:
    yield TurnStarted(key=f"{run}#1", run_id=run, seq=1, at_ms=at_ms)
    yield AgentMessage(
        key=f"{run}#2",
        run_id=run,
        seq=2,
        at_ms=at_ms + 900,
        message_id=MessageId(f"m{number}"),
        text=mixed(number) if number % 4 == 0 else words(number, 40),
    )
    yield TurnFinished(key=f"{run}#3", run_id=run, seq=3, at_ms=at_ms + 1_000)
