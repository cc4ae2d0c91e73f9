"""Writing a conversation to a file, from the app."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.core.errors import BackendError
from tui.core.text import size, utf8_size
from tui.ui.paths import shown_path

if TYPE_CHECKING:
    from tui.chat.session import Session
    from tui.core.ids import ConversationId
    from tui.ui.modals.export import Wanted


async def export(
    session: Session, conversation_id: ConversationId, agent: str, wanted: Wanted
) -> str:
    """Write it, as the server has it or else as far as it is stored; a sentence that says so.

    Raises ``tui.export.CannotWrite``.
    """
    from tui.export import render, write

    note = ""
    try:
        await session.fetch_everything(conversation_id)
    except BackendError as error:
        note = f" Only what is stored here, since: {error}"
    chronicle = await session.chronicle(conversation_id, agent)
    text = await asyncio.to_thread(render, chronicle, wanted.form)
    await asyncio.to_thread(write, wanted.path, text)
    return f"{shown_path(wanted.path)} ({size(utf8_size(text))}).{note}"
