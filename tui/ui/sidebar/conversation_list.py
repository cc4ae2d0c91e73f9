"""Loading of the sidebar's conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.core.errors import BackendError

if TYPE_CHECKING:
    from tui.ui.chat.context import ChatContext
    from tui.ui.sidebar.sidebar import Sidebar
    from tui.ui.welcome.welcome import Welcome

_PAUSE_S = 0.1


class ConversationListReader:
    """Fill the sidebar from the store and the service."""

    def __init__(self, context: ChatContext, sidebar: Sidebar, welcome: Welcome) -> None:
        self._context = context
        self._sidebar = sidebar
        self._welcome = welcome
        self._timer: Timer | None = None
        self._is_reading_further = False

    def show(self) -> None:
        """Show the list as it was last read."""
        if access := self._context.access:
            paged = access.paged
            self._sidebar.show(
                paged.conversations, self._context.current, archived=paged.shows_archived
            )
            if not paged.shows_archived:
                self._welcome.set_recent(paged.conversations)
            self._context.show_state()

    def read_soon(self) -> None:
        """Read the list again, once for all changes within a short pause."""
        if self._timer is None and self._context.access:
            self._timer = self._context.screen.set_timer(_PAUSE_S, self._start_reading)

    def _start_reading(self) -> None:
        self._context.run_exclusive("list", self._read)

    async def _read(self) -> None:
        self._timer = None
        if access := self._context.access:
            await access.paged.read()
            self.show()

    def toggle_archived(self) -> None:
        """List the archived conversations, or the others again."""
        paged = self._context.opened.paged
        paged.shows_archived = not paged.shows_archived
        self._context.run_exclusive("list", self._read)

    def refresh(self) -> None:
        """Refresh the newest conversations from the service."""
        self._context.run_exclusive("refresh", self._refresh)

    async def _refresh(self) -> None:
        try:
            await self._context.opened.paged.refresh()
            self._context.chat_state.mark_online()
        except BackendError as error:
            self._context.fail(error)
        self._context.show_state()

    def read_further(self, *, everything: bool) -> None:
        """Read another page, or everything that is stored."""
        if self._context.access and not self._is_reading_further:
            self._context.run("reach", self._read_further, everything=everything)

    async def _read_further(self, *, everything: bool) -> None:
        paged = self._context.opened.paged
        self._is_reading_further = True
        try:
            if await (paged.reach_all() if everything else paged.reach_further()):
                self.show()
        finally:
            self._is_reading_further = False
