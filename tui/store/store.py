"""Store of one account in the shared database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tui.core.events import Decision, TurnEvent
from tui.core.ids import ConversationId, MessageId, RunId, TurnId
from tui.core.records import AnswerClaim, Conversation, Hit, Prompt, SentMessage, TurnRecord
from tui.store import answers, outbox, search, turn_writer
from tui.store import conversations as conversation_rows
from tui.store import events as event_rows
from tui.store import turns as turn_rows
from tui.store.database import Database
from tui.store.presence import Presence


class SqliteStore:
    """:class:`tui.core.store_port.TurnStore` in a SQLite file that several processes may have open.

    A write survives the death of the process. Delivery states, and the user's text, also survive a
    power failure; for events that would be waste, since the server has them. Every call raises
    ``StoreError``.
    """

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._account = account
        self._presence = Presence(database.path)

    @classmethod
    async def open(cls, path: Path, account: str) -> SqliteStore:
        """Open the file, creating (0600, in a 0700 folder) or migrating it.

        ``account`` separates the data of different services, agents and users.
        """
        return cls(await Database.open(path), account)

    @property
    def set_aside(self) -> Path | None:
        """New path of a damaged file that was moved on opening, before a new one was created."""
        return self._db.set_aside

    async def conversations(
        self, limit: int = 200, offset: int = 0, *, archived: bool = False
    ) -> Sequence[Conversation]:
        return await self._db.read(conversation_rows.listed, self._account, limit, offset, archived)

    async def conversation(self, conversation_id: ConversationId) -> Conversation | None:
        return await self._db.read(conversation_rows.one, self._account, conversation_id)

    async def save_conversations(self, conversations: Sequence[Conversation]) -> None:
        await self._db.write(conversation_rows.save, self._account, conversations)

    async def mark_read(self, conversation_id: ConversationId, *, unread: bool = False) -> None:
        await self._db.write(conversation_rows.mark, self._account, conversation_id, unread)

    async def name_conversation(self, conversation_id: ConversationId, name: str) -> None:
        await self._db.write_through(
            conversation_rows.give_name, self._account, conversation_id, name
        )

    async def pin_conversation(self, conversation_id: ConversationId, *, pinned: bool) -> None:
        await self._db.write_through(conversation_rows.pin, self._account, conversation_id, pinned)

    async def archive_conversation(
        self, conversation_id: ConversationId, *, archived: bool
    ) -> None:
        await self._db.write_through(
            conversation_rows.archive, self._account, conversation_id, archived
        )

    async def tag_conversation(self, conversation_id: ConversationId, tags: Sequence[str]) -> None:
        await self._db.write_through(
            conversation_rows.set_tags, self._account, conversation_id, tags
        )

    async def delete_conversation(self, conversation_id: ConversationId) -> None:
        await self._db.write(_delete, self._account, conversation_id)

    async def drop_if_empty(self, conversation_id: ConversationId) -> bool:
        return await self._db.write(conversation_rows.drop_if_empty, self._account, conversation_id)

    async def turns(
        self,
        conversation_id: ConversationId,
        *,
        limit: int = 60,
        before: TurnId | None = None,
        after: TurnId | None = None,
    ) -> Sequence[TurnRecord]:
        if after is not None:
            return await self._db.read(
                turn_rows.following, self._account, conversation_id, limit, after
            )
        return await self._db.read(turn_rows.newest, self._account, conversation_id, limit, before)

    async def turn(self, turn_id: TurnId) -> TurnRecord | None:
        return await self._db.read(turn_rows.one, self._account, turn_id)

    async def turn_of_run(
        self, conversation_id: ConversationId, run_id: RunId
    ) -> TurnRecord | None:
        return await self._db.read(turn_rows.of_run, self._account, conversation_id, run_id)

    async def join_run(self, turn_id: TurnId, run_id: RunId) -> TurnId | None:
        return await self._db.write(turn_writer.join_run, self._account, turn_id, run_id)

    async def save_turn(
        self,
        turn_id: TurnId,
        conversation_id: ConversationId,
        prompt: Prompt | None,
        run_id: RunId | None = None,
    ) -> ConversationId:
        in_outbox = prompt is not None and prompt.state != "sent"
        write = self._db.write_through if in_outbox else self._db.write
        return await write(
            turn_writer.save, self._account, turn_id, conversation_id, prompt, run_id
        )

    async def append(
        self, turn_id: TurnId, conversation_id: ConversationId, events: Sequence[TurnEvent]
    ) -> None:
        await self._db.write(turn_writer.append, self._account, turn_id, conversation_id, events)

    async def timeline(
        self, conversation_id: ConversationId, limit: int = 500, until_ms: int | None = None
    ) -> Sequence[TurnEvent]:
        return await self._db.read(
            event_rows.timeline, self._account, conversation_id, limit, until_ms
        )

    async def usage_reports(self, conversation_id: ConversationId) -> Sequence[Sequence[TurnEvent]]:
        return await self._db.read(event_rows.usage_reports, self._account, conversation_id)

    async def search(self, words: str, limit: int = 100) -> Sequence[Hit]:
        return await self._db.read(search.found, self._account, words, limit)

    async def unfinished(self) -> Sequence[TurnRecord]:
        return await self._db.read(turn_rows.unfinished, self._account)

    async def pending(self, conversation_id: ConversationId) -> Sequence[TurnRecord]:
        return await self._db.read(turn_rows.pending, self._account, conversation_id)

    async def claim(self, turn_id: TurnId, holder: str) -> TurnRecord | None:
        return await self._db.write(outbox.claim, self._account, turn_id, holder, self._presence)

    async def let_go(self, turn_id: TurnId, holder: str) -> None:
        await self._db.write(outbox.let_go, self._account, turn_id, holder, self._presence)

    async def claim_answer(
        self, turn_id: TurnId, name: str, holder: str, answer: Decision
    ) -> AnswerClaim | None:
        return await self._db.write_through(
            answers.claim, self._account, turn_id, name, holder, answer, self._presence
        )

    async def claimed_answer(self, turn_id: TurnId, name: str) -> Decision | None:
        return await self._db.read(answers.claimed, self._account, turn_id, name)

    async def end_answer(self, turn_id: TurnId, name: str, holder: str, *, given: bool) -> None:
        await self._db.write(
            answers.end,
            self._account,
            turn_id,
            name,
            holder,
            given=given,
            presence=self._presence,
        )

    async def forget_answer(self, turn_id: TurnId, name: str, holder: str) -> None:
        await self._db.write(answers.forget, self._account, turn_id, name, holder, self._presence)

    async def revise(self, turn_id: TurnId, text: str) -> bool:
        return await self._db.write_through(
            outbox.revise, self._account, turn_id, text, self._presence
        )

    async def requeue(self, turn_id: TurnId) -> bool:
        return await self._db.write_through(outbox.requeue, self._account, turn_id, self._presence)

    async def withdraw(self, turn_id: TurnId) -> Prompt | None:
        return await self._db.write_through(outbox.withdraw, self._account, turn_id, self._presence)

    async def rename_conversation(self, old: ConversationId, new: ConversationId) -> None:
        await self._db.write_through(conversation_rows.rename, self._account, old, new)

    async def return_rejected(
        self, turn_id: TurnId, conversation_id: ConversationId, draft: str
    ) -> None:
        await self._db.write_through(
            outbox.return_rejected, self._account, turn_id, conversation_id, draft
        )

    async def draft(self, conversation_id: ConversationId | None) -> str:
        where = conversation_id or ConversationId("")
        return await self._db.read(conversation_rows.draft, self._account, where)

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        where = conversation_id or ConversationId("")
        await self._db.write_through(conversation_rows.save_draft, self._account, where, text)

    async def recall(self, limit: int = 200) -> Sequence[str]:
        return await self._db.read(turn_rows.said, self._account, limit)

    async def messages_of_user(
        self, conversation_id: ConversationId, limit: int = 1000
    ) -> Sequence[SentMessage]:
        return await self._db.read(
            turn_rows.messages_of_user, self._account, conversation_id, limit
        )

    async def message_known(self, conversation_id: ConversationId, message_id: MessageId) -> bool:
        return await self._db.read(
            turn_rows.message_known, self._account, conversation_id, message_id
        )

    async def note(self, name: str) -> str | None:
        """Return a small value that the program stored, such as the last open conversation."""
        return await self._db.read(conversation_rows.note, self._account, name)

    async def save_note(self, name: str, value: str) -> None:
        await self._db.write(conversation_rows.save_note, self._account, name, value)

    async def wipe(self) -> None:
        """Delete everything of this account, for good: freed pages are overwritten."""
        await self._db.write_through(_wipe, self._account)
        await self._db.outside(_truncate_log)

    async def problems(self) -> Sequence[str]:
        """Return the problems found in the whole file; empty: none. Slow on a large file."""
        return await self._db.outside(_problems)

    async def aclose(self) -> None:
        await self._db.aclose(self._presence.end)


def _delete(connection: sqlite3.Connection, account: str, conversation_id: ConversationId) -> None:
    conversation_rows.delete(connection, account, conversation_id)
    search.purge(connection)


def _wipe(connection: sqlite3.Connection, account: str) -> None:
    conversation_rows.wipe(connection, account)
    search.purge(connection)


def _truncate_log(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _problems(connection: sqlite3.Connection) -> list[str]:
    try:
        # First, since it reads the index anew: from SQLite 3.44 on, the PRAGMA checks the index by
        # what this connection remembers of it, and misses the parts that another one has merged.
        astray = search.problems(connection)
        found = [line for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    lost = (f"{table}: row {number} has lost its owner" for table, number, *_ in orphans)
    return [*found, *lost, *astray]
