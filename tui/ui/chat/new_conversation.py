"""New conversations: immediately if the agent offers no options, else with a form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.ports import Capability
from tui.ui.chat.controller import Controller
from tui.ui.chat.last_options import LastOptions
from tui.ui.composer.slash_registry import SlashCommand
from tui.ui.keys.registry import DEFAULT_KEYS

if TYPE_CHECKING:
    from tui.core.options import Option, OptionValues
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.navigation import Navigation
    from tui.ui.composer.composer_pane import ComposerPane


class NewConversation(Controller):
    """Start conversations, with options if ``Capability.CHOOSE``.

    ``focus_composer`` also closes panes that float over the conversation.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            DEFAULT_KEYS["conversation.new"],
            "new_conversation",
            "New",
            tooltip="Start a conversation",
            priority=True,
            id="conversation.new",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        *,
        navigation: Navigation,
        pane: ComposerPane,
        focus_composer: Callable[[], None],
    ) -> None:
        super().__init__(context)
        self._navigation = navigation
        self._pane = pane
        self._focus_composer = focus_composer

    def slash_commands(self) -> Sequence[SlashCommand]:
        return (SlashCommand("new", "Start a conversation", self._begin_with, "MESSAGE"),)

    async def begin(self) -> None:
        """Start a conversation."""
        if Capability.CHOOSE in self.context.can:
            self._ask_for_options()
        else:
            self._focus_composer()
            await self._navigation.leave_soon()

    async def _begin_with(self, text: str) -> None:
        """Start a conversation with a message that is not sent yet."""
        if Capability.CHOOSE in self.context.can:
            self._ask_for_options(text)
            return
        if self.context.access and self.context.current is not None:
            await self._navigation.leave()
        if text:
            self._pane.composer.put(text)

    def _ask_for_options(self, text: str = "") -> None:
        self.context.run_exclusive("options", self._show_form, text)

    async def _show_form(self, text: str) -> None:
        """Show the form; ``text`` goes into the composer afterwards."""
        from tui.ui.chat.options_modal import NewConversationModal

        choices = self._choices()
        remembered = await asyncio.to_thread(choices.read)

        def answered(values: OptionValues | None) -> None:
            self._pane.composer.focus()
            if values is not None:
                self.context.run_exclusive("open", self._create, choices, values, text)

        self.context.ask(NewConversationModal(self._read_options, remembered), answered)

    async def _read_options(self) -> Sequence[Option]:
        return await self.context.opened.session.conversations.options()

    def _choices(self) -> LastOptions:
        from tui.config import data_dir

        return LastOptions(data_dir() / "new-conversations.json", self.context.place)

    async def _create(self, choices: LastOptions, values: OptionValues, text: str) -> None:
        """Create a conversation and open it, with the text written for it."""
        drafts = self._pane.drafts
        await asyncio.to_thread(partial(choices.save, values))
        await self._pane.queue.all_sent()
        unsent = drafts.written if self.context.current is None else ""
        created = await self.context.opened.session.conversations.create(values)
        if unsent:
            await drafts.write("")
        await self._navigation.open(created)
        if unsent:
            await drafts.write(unsent)
        self._pane.composer.focus()
        if text:
            self._pane.composer.put(text)
