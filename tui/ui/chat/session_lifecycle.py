"""Lifecycle of the session: opened, failed, resumed and closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.errors import BackendError
from tui.core.ids import ConversationId
from tui.core.ports import Capability
from tui.ui.chat.banner_text import of_failed_start
from tui.ui.chat.context import Access
from tui.ui.chat.controller import Controller
from tui.ui.composer.stored_draft import StoredDraft
from tui.ui.keys.registry import DEFAULT_KEYS
from tui.ui.sidebar.paged_conversations import PagedConversations

if TYPE_CHECKING:
    from tui.core.records import Conversation
    from tui.engine.session import Session
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.navigation import Navigation
    from tui.ui.composer.composer_pane import ComposerPane
    from tui.ui.sidebar.conversation_list import ConversationListReader
    from tui.ui.sidebar.sidebar import Sidebar
    from tui.ui.transcript.conversation_pane import ConversationPane


_LISTED = 200
"""Conversations among which the newest is looked for; pinned ones come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWith:
    """Conversation to open when the session is there, and a first message for it."""

    conversation_id: str = ""
    newest: bool = False
    """The one that was changed last, instead."""
    say: str = ""


class SessionLifecycle(Controller):
    """Update the parts of the screen when the session changes."""

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            DEFAULT_KEYS["app.retry"],
            "retry",
            "Retry",
            tooltip="Retry now",
            show=False,
            priority=True,
            id="app.retry",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        *,
        navigation: Navigation,
        pane: ComposerPane,
        conversation: ConversationPane,
        sidebar: Sidebar,
        listed: ConversationListReader,
    ) -> None:
        super().__init__(context)
        self._navigation = navigation
        self._pane = pane
        self._conversation = conversation
        self._sidebar = sidebar
        self._listed = listed
        self.start_with = StartWith()

    def opened(self, session: Session) -> None:
        """Start using an open session."""
        context, chat_state = self.context, self.context.chat_state
        self._pane.drafts.is_restored = False
        context.access = Access(session, StoredDraft(session), PagedConversations(session))
        chat_state.session_state = "open"
        chat_state.active_turns.answers_itself = session.answers_itself
        chat_state.failed_start = None
        chat_state.mark_online()
        context.run_exclusive("open", self._begin)
        takes_files = Capability.UPLOAD in session.can
        self._pane.composer.takes_files = self._pane.info.takes_files = takes_files
        if transcript := self._conversation.transcript:
            transcript.may_be_stopped = Capability.BE_STOPPED in session.can

    async def _begin(self) -> None:
        """Show the list, and resume what the user was doing when the app ended."""
        access = self.context.opened
        conversations = await access.paged.read()
        self._listed.show()
        self._listed.refresh()
        self._pane.composer.set_recallable(await access.session.recall())
        draft = await access.drafts.read(None)
        access.drafts.hold(None, draft)
        written = await self._pane.drafts.restore(draft)
        self._navigation.learn_agent(None)
        self._pane.queue.send_held()
        self.context.show_state()
        if self.start_with != StartWith():
            start, self.start_with = self.start_with, StartWith()
            await self._start_with(start, conversations)
        elif conversations and not written:
            newest = max(conversations, key=lambda item: item.updated_ms or 0).id
            turns = await access.session.history.turns(newest)
            if (turns and not turns[-1].over) or await access.session.draft(newest):
                await self._navigation.open(newest)

    async def _start_with(self, start: StartWith, stored: Sequence[Conversation]) -> None:
        """Open the conversation that the command names, and send its first message."""
        session = self.context.opened.session
        wanted = ConversationId(start.conversation_id)
        try:
            if start.newest:
                await session.conversations.refresh()
                known = await session.conversations.stored(_LISTED) or stored
                newest = max(known, key=lambda item: item.updated_ms or 0, default=None)
                wanted = newest.id if newest else wanted
            elif wanted:
                await session.conversations.look_up(wanted)
        except BackendError as error:
            self.context.fail(error)
            return  # the message is not sent to another conversation
        if wanted:
            await self._navigation.open(wanted)
        elif start.newest:
            self.context.show_problem("No conversations yet. Send a message to start one.")
        if start.say:
            self._pane.queue.send(start.say, is_written=False)

    def failed(self, error: BackendError) -> None:
        """Show that the session could not be opened, and how to retry."""
        context, chat_state = self.context, self.context.chat_state
        context.access = None
        chat_state.session_state = "failed"
        chat_state.failed_start = of_failed_start(error)
        chat_state.show_problem(chat_state.failed_start)
        context.show_state()

    def resume(self) -> None:
        """Retry after a sign-in what waited for it."""
        chat_state = self.context.chat_state
        chat_state.dismiss()
        for conversation_id in chat_state.active_turns.busy_conversations():
            self.context.opened.session.retry_now(conversation_id)
        self._listed.refresh()
        self.context.show_state()

    async def clear(self) -> None:
        """Clear everything that belongs to a session about to close."""
        await self._navigation.leave()
        self.context.access = None
        self.context.chat_state.active_turns.clear()
        self._sidebar.show((), None)

    async def retry(self) -> None:
        """Retry now whatever waits for its next attempt."""
        context = self.context
        if context.access is None:
            context.chat_state.session_state = "opening"
            context.chat_state.failed_start = None
            context.chat_state.dismiss()
            await context.screen.run_action("app.connect")
        else:
            self._retry_what_waits(context.access.session)
        if context.access:
            self._listed.refresh()
        context.show_state()

    def _retry_what_waits(self, session: Session) -> None:
        session.lift_delays()
        if current := self.context.current:
            self.context.chat_state.wait_again(current)
            session.retry_now(current)
            if self.context.chat_state.link() == "offline":
                self._navigation.go_to(current)
