"""Commands on stored conversations: list, search, export, rename."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.ids import ConversationId, TurnId, is_local
from tui.core.ports import Capability
from tui.core.tags import has_tags, read_tags, shown_tags, split_query
from tui.core.text import ago, clean_line
from tui.ui.composer.paths import shown_path, typed_path
from tui.ui.sidebar.export import ExportRequest, export
from tui.ui.toolkit.state_glyphs import day_of

if TYPE_CHECKING:
    from tui.core.records import Hit
    from tui.engine.session import Session
    from tui.ui.screen_reader.line_io import LineIO

_LISTED = 20
_FORMATS = "To set the format, end the name with .md, .html, or .json."


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """Conversation under a number of the last list."""

    conversation_id: ConversationId
    name: str
    turn_id: TurnId | None = None
    """Turn of a search hit; None: the whole conversation."""


class ConversationCommands:
    """Lists conversations and hits with numbers to open them by."""

    def __init__(
        self, session: Session, lines: LineIO, agent: str, now_ms: Callable[[], int]
    ) -> None:
        self._session = session
        self._lines = lines
        self._agent = agent
        self._now_ms = now_ms
        self._places: list[ListedConversation] = []

    def at(self, number: str) -> ListedConversation | None:
        """Return the listed conversation or hit of a number; None if there is none."""
        place = int(number) if number.isdecimal() else 0
        return self._places[place - 1] if 1 <= place <= len(self._places) else None

    async def list(self, words: str, *, archived: bool = False) -> None:
        """List the conversations with all these words in their names, and all these tags.

        Raises ``BackendError`` after the stored ones were listed.
        """
        try:
            await self._session.conversations.refresh()
        finally:
            wanted, tags = split_query(words)
            found = await self._session.conversations.stored(archived=archived)
            fitting = [
                item
                for item in found
                if has_tags(item.tags, tags) and all(w in item.name.casefold() for w in wanted)
            ][:_LISTED]
            self._places = [ListedConversation(item.id, item.name) for item in fitting]
            for number, item in enumerate(fitting, 1):
                unread = ", unread" if item.unread else ""
                self._say(
                    number,
                    f"{clean_line(item.name, 100)}{self._age(item.updated_ms)}{unread}"
                    f"{_tagged(item.tags)}",
                )
            if not fitting:
                none = "No archived conversations." if archived else "No conversations yet."
                self._lines.say("No matching conversations." if words else none)

    async def search(self, words: str) -> None:
        """Search all messages and list the hits. Raises ``StoreError``."""
        hits = await self._session.history.search(words, _LISTED) if words else ()
        self._places = [
            ListedConversation(hit.conversation_id, hit.title, hit.turn_id) for hit in hits
        ]
        for number, hit in enumerate(hits, 1):
            title = clean_line(hit.title, 60) or "New conversation"
            self._say(number, f"{title}{self._age(hit.at_ms)}: {_said(hit)}")
        if not words:
            self._lines.say("Type the words to search for after /search.")
        elif not hits:
            self._lines.say(f"No results for {clean_line(words, 40)}. Try fewer words.")
        else:
            self._lines.say("To open a result, type /open and its number.")

    async def export(self, conversation_id: ConversationId | None, typed: str) -> None:
        """Write a conversation to a file, in the format of its extension."""
        from tui.export import CannotWrite, file_name, format_of

        if conversation_id is None:
            self._lines.say("No conversation to export yet.")
            return
        found = await self._session.conversations.find(conversation_id)
        usual = file_name(found.name if found else "", day_of(self._now_ms()), "md")
        path = Path.cwd() / typed_path(typed or usual)
        form = format_of(path)
        if form is None:
            self._lines.say(_FORMATS)
        elif await asyncio.to_thread(os.path.exists, path):  # Path.exists() may raise
            self._lines.say(f"{shown_path(path)} already exists. Choose another name.")
        else:
            try:
                wanted = ExportRequest(form, path)
                text = await export(self._session, conversation_id, self._agent, wanted)
            except CannotWrite as problem:
                self._lines.say(clean_line(str(problem), 600))
            else:
                self._lines.say(f"Exported to {text}")

    async def rename(self, conversation_id: ConversationId | None, title: str) -> None:
        """Rename a conversation. Raises ``BackendError``."""
        if conversation_id is None:
            self._lines.say("No conversation to rename yet.")
        elif not title:
            self._lines.say("Type the new name after /rename.")
        else:
            if Capability.RENAME in self._session.can and not is_local(conversation_id):
                await self._session.conversations.rename(conversation_id, title)
            else:
                await self._session.conversations.give_name(conversation_id, title)
            self._lines.say(f"Renamed to {clean_line(title, 100)}.")

    async def tag(self, conversation_id: ConversationId | None, typed: str) -> None:
        """Replace the tags of a conversation."""
        if conversation_id is None:
            self._lines.say("No conversation to tag yet.")
            return
        tags = read_tags(typed)
        await self._session.conversations.set_tags(conversation_id, tags)
        self._lines.say(f"Tags: {shown_tags(tags)}." if tags else "Tags removed.")

    async def archive(self, conversation_id: ConversationId | None) -> None:
        """Put a conversation away on this machine, or bring it back."""
        found = conversation_id and await self._session.conversations.find(conversation_id)
        if not found:
            self._lines.say("No conversation to archive yet.")
            return
        await self._session.conversations.archive(found.id, archived=not found.archived)
        self._lines.say("Unarchived." if found.archived else "Archived on this machine.")

    def _say(self, number: int, text: str) -> None:
        self._lines.say(f"{number}: {text}")

    def _age(self, at_ms: int | None) -> str:
        return f", {ago(at_ms, self._now_ms())}" if at_ms else ""


def _tagged(tags: Sequence[str]) -> str:
    return f", tags {', '.join(tags)}" if tags else ""


def _said(hit: Hit) -> str:
    """Return the author of a hit, and its excerpt."""
    who = {"title": "title", "user": "you said", "agent": "the agent said"}[hit.source]
    return who if hit.source == "title" else f"{who}: {clean_line(hit.snippet, 300)}"
