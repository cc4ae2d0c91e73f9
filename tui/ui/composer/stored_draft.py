"""Draft of a conversation in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.engine.session import Session


class StoredDraft:
    """Knows which draft is in the composer and what of it is safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._conversation: ConversationId | None = None
        self._safe = ""

    async def read(self, conversation_id: ConversationId | None) -> str:
        """The draft of a conversation."""
        return await self._session.draft(conversation_id)

    def hold(self, conversation_id: ConversationId | None, text: str) -> None:
        """From now on the composer has this draft, which is safe."""
        self._conversation, self._safe = conversation_id, text

    def is_safe(self, text: str) -> bool:
        """Whether the composer's text is kept already."""
        return text == self._safe

    async def keep(self, text: str) -> None:
        """Make the composer's text safe."""
        if text == self._safe:
            return
        conversation_id, before, self._safe = self._conversation, self._safe, text
        try:
            await self._session.save_draft(conversation_id, text)
        except BaseException:
            if (self._conversation, self._safe) == (conversation_id, text):
                self._safe = before  # so that it is tried again
            raise

    async def move(self, conversation_id: ConversationId, text: str) -> None:
        """Go on with ``text`` in a conversation that has just been written to."""
        await self.keep("")
        self._conversation = conversation_id
        await self.keep(text)

    def rename(self, old: ConversationId, new: ConversationId) -> None:
        """A conversation has its real id now; the store has moved its draft."""
        if self._conversation == old:
            self._conversation = new
