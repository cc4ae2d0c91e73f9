"""Draft of a conversation in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.engine.session import Session


class StoredDraft:
    """Draft in the composer, and its saved state."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._conversation: ConversationId | None = None
        self._safe = ""

    async def read(self, conversation_id: ConversationId | None) -> str:
        """Return the stored draft of a conversation."""
        return await self._session.draft(conversation_id)

    def hold(self, conversation_id: ConversationId | None, text: str) -> None:
        """Set the composer's draft, which is stored already."""
        self._conversation, self._safe = conversation_id, text

    def is_safe(self, text: str) -> bool:
        """Return True if the text is stored."""
        return text == self._safe

    async def keep(self, text: str) -> None:
        """Store the composer's text."""
        if text == self._safe:
            return
        conversation_id, before, self._safe = self._conversation, self._safe, text
        try:
            await self._session.save_draft(conversation_id, text)
        except BaseException:
            if (self._conversation, self._safe) == (conversation_id, text):
                self._safe = before  # to retry
            raise

    async def move(self, conversation_id: ConversationId, text: str) -> None:
        """Move the draft ``text`` to a conversation that has just received its first message."""
        await self.keep("")
        self._conversation = conversation_id
        await self.keep(text)

    def rename(self, old: ConversationId, new: ConversationId) -> None:
        """Replace a conversation's local id by its real one; the store has moved its draft."""
        if self._conversation == old:
            self._conversation = new
