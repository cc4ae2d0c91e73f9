"""Switching between conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.core.errors import BackendError

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.records import Hit
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.composer.composer_pane import ComposerPane
    from tui.ui.sidebar.conversation_list import ConversationListReader

_LONGEST_SWITCH_S = 0.5
"""Longest time that keys wait for the switch, however busy the disk is."""


class Navigation:
    """Switch between conversations; each keeps its own draft.

    ``set_agent_name`` shows the name of the agent.
    """

    def __init__(
        self,
        context: ChatContext,
        *,
        view: ConversationView,
        pane: ComposerPane,
        listed: ConversationListReader,
        set_agent_name: Callable[[str], None],
    ) -> None:
        self._context = context
        self._view = view
        self._pane = pane
        self._listed = listed
        self._set_agent_name = set_agent_name

    def go_to(self, conversation_id: ConversationId) -> None:
        """Show another conversation."""
        self._context.run_exclusive("open", self.open, conversation_id)

    async def open(self, conversation_id: ConversationId) -> None:
        """Show a conversation from the store, then sync it with the server."""
        await self.switch_to(conversation_id)
        await self._view.show(conversation_id)
        await self._catch_up(conversation_id)

    def go_to_hit(self, hit: Hit) -> None:
        """Show the conversation of a search hit, at the message."""
        self._context.run_exclusive("open", self._go_to_hit, hit)

    async def _go_to_hit(self, hit: Hit) -> None:
        where = hit.conversation_id
        if where != self._context.current:
            await self.switch_to(where)
        if not await self._view.show_hit(hit):
            await self._view.show(where)
        await self._catch_up(where)

    async def leave(self) -> None:
        """Show no conversation, only the welcome."""
        await self.switch_to(None)

    async def leave_soon(self) -> None:
        """Start another conversation; keys pressed meanwhile wait, since they are meant for it."""
        if self._context.access and (self._context.current is not None or self._is_sending):
            there = asyncio.Event()
            self._context.run_exclusive("open", self._leave, there)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_SWITCH_S):
                    await there.wait()

    async def _leave(self, there: asyncio.Event) -> None:
        try:
            await self.switch_to(None)
        finally:
            there.set()

    @property
    def _is_sending(self) -> bool:
        return self._pane.queue.is_sending

    async def switch_to(self, conversation_id: ConversationId | None) -> None:
        """Replace the composer's draft, and set the conversation on screen."""
        access, drafts = self._context.opened, self._pane.drafts
        await self._pane.queue.all_sent()
        draft = await access.drafts.read(conversation_id)
        while not access.drafts.is_safe(drafts.written):
            await access.drafts.keep(drafts.written)
        access.drafts.hold(conversation_id, draft)
        self._context.chat_state.current = access.session.watched = conversation_id
        await drafts.write(draft)
        self._view.conversation.hold_updates()
        self._view.show_welcome(on=conversation_id is None)
        if conversation_id is None:
            await self._view.conversation.show(())
        self._listed.show()
        self.learn_agent(conversation_id)
        self._context.show_state()

    async def _catch_up(self, conversation_id: ConversationId) -> None:
        """Sync the conversation on screen with the server."""
        context, session = self._context, self._context.opened.session
        await session.mark_read(conversation_id)
        self._listed.read_soon()
        context.chat_state.wait_again(conversation_id)
        try:
            await session.history.sync(conversation_id)
            context.chat_state.mark_online()
        except BackendError as error:
            context.fail(error)
        else:
            if self._view.conversation.newest is None:  # else the user is reading older turns
                await self._view.show(conversation_id)
        if context.current == conversation_id and self._view.conversation.oldest is None:
            self._view.show_welcome(on=True)
        context.show_state()

    def learn_agent(self, conversation_id: ConversationId | None) -> None:
        """Show the name that the service has for the agent of this conversation."""
        self._context.run_exclusive("agent", self._learn_agent, conversation_id)

    async def _learn_agent(self, conversation_id: ConversationId | None) -> None:
        try:
            agent = await self._context.opened.session.conversations.agent(conversation_id)
        except BackendError:
            return  # keep the name shown; other calls report what is wrong
        if agent.name:
            self._set_agent_name(agent.name)
