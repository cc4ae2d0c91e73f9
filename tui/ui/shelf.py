"""What the sidebar lists: as much of the stored list as has been asked for, then the server's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.core.records import Conversation

if TYPE_CHECKING:
    from tui.chat.session import Session

PAGE = 200
EVERYTHING = 1_000_000


class Shelf:
    """The newest conversations, a page more each time the user comes near their end."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._limit = PAGE
        self._cursor: str | None = None
        self.conversations: Sequence[Conversation] = ()

    async def read(self) -> Sequence[Conversation]:
        """What the store has now."""
        self.conversations = await self._session.conversations(self._limit)
        return self.conversations

    async def refresh(self) -> None:
        """Bring the newest page of the server's list into the store. Raises ``BackendError``."""
        self._cursor = await self._session.refresh_conversations() or self._cursor

    async def reach_further(self) -> bool:
        """Make room for another page; False if there is nothing more. Raises ``BackendError``."""
        if len(self.conversations) >= self._limit:
            self._limit += PAGE
            return True
        if self._cursor is None:
            return False
        self._cursor = await self._session.refresh_conversations(self._cursor)
        self._limit += PAGE
        return True

    def reach_all(self) -> bool:
        """Make room for all that is stored; False if that was so already."""
        changed, self._limit = self._limit != EVERYTHING, EVERYTHING
        return changed
