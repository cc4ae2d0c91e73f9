"""Paging through the conversations of the store, then of the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.records import Conversation
    from tui.engine.session import Session

PAGE = 200
EVERYTHING = 1_000_000


class PagedConversations:
    """The newest conversations, one more page each time the user comes near their end."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._limit = PAGE
        self._cursor: str | None = None
        self.conversations: Sequence[Conversation] = ()
        self._known: dict[ConversationId, Conversation] = {}
        self.shows_archived = False
        """True: the archived conversations are listed, else the others."""

    async def read(self) -> Sequence[Conversation]:
        """Read the list from the store."""
        self.conversations = await self._session.conversations.stored(
            self._limit, archived=self.shows_archived
        )
        self._known = {item.id: item for item in self.conversations}
        open_id = self._session.watched
        unlisted = open_id if open_id not in self._known else None
        if unlisted and (found := await self._session.conversations.find(unlisted)):
            self._known[unlisted] = found
        return self.conversations

    def of(self, conversation_id: ConversationId) -> Conversation | None:
        """Return a conversation that is listed or on screen."""
        return self._known.get(conversation_id)

    async def refresh(self) -> None:
        """Fetch the newest page of the server's list into the store. Raises ``BackendError``."""
        self._cursor = await self._session.conversations.refresh() or self._cursor

    async def reach_further(self) -> bool:
        """Read another page, from the store or else the server; False if there is nothing more.

        Raises ``BackendError``.
        """
        before = len(self.conversations)
        self._limit += PAGE
        if len(await self.read()) == before and self._cursor is not None:
            self._cursor = await self._session.conversations.refresh(self._cursor)
            await self.read()
        return len(self.conversations) > before

    async def reach_all(self) -> bool:
        """Read everything stored; return False if it was read before."""
        changed, self._limit = self._limit != EVERYTHING, EVERYTHING
        if changed:
            await self.read()
        return changed
