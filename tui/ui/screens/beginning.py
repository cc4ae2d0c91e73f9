"""Beginning: at once where an agent leaves nothing to choose, else with a form."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import work

from tui.core.ports import Can
from tui.ui.choices import Choices
from tui.ui.screens.commanding import CommandingScreen
from tui.ui.slash import takes

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.options import Option, OptionValues


class BeginningScreen(CommandingScreen):
    """New conversations, with options where ``Can.CHOOSE``."""

    async def action_new_conversation(self) -> None:
        if self.access and Can.CHOOSE in self.access.session.can:
            self._ask_for_options()
        else:
            await super().action_new_conversation()

    @takes("MESSAGE", "Begin a conversation")
    async def command_new(self, text: str) -> None:
        if self.access and Can.CHOOSE in self.access.session.can:
            self._ask_for_options(text)
        else:
            await super().command_new(text)

    @work(group="options", exclusive=True, exit_on_error=False)
    async def _ask_for_options(self, text: str = "") -> None:
        """Show the form; ``text`` is to be in the composer then."""
        from tui.ui.modals.beginning import BeginModal

        choices = self._choices()
        remembered = await asyncio.to_thread(choices.read)

        def answered(values: OptionValues | None) -> None:
            self.composer.focus()
            if values is not None:
                self._begin(choices, values, text)

        self.app.push_screen(BeginModal(self._read_options, remembered), answered)

    async def _read_options(self) -> Sequence[Option]:
        return await self.opened.session.options()

    def _choices(self) -> Choices:
        from tui.config import data_dir

        return Choices(data_dir() / "new-conversations.json", self.place)

    @work(group="open", exclusive=True, exit_on_error=False)
    async def _begin(self, choices: Choices, values: OptionValues, text: str) -> None:
        """Create a conversation and go to it, with what was written for it."""
        await asyncio.to_thread(partial(choices.save, values))
        await self.all_sent()
        unsent = self.written if self.desk.current is None else ""
        created = await self.opened.session.create(values)
        await self._go_to_created(created, unsent)
        if text:
            self.composer.put(text)

    async def _go_to_created(self, created: ConversationId, unsent: str) -> None:
        if unsent:
            await self.write("")
        await self._open(created)
        if unsent:
            await self.write(unsent)
        self.composer.focus()
