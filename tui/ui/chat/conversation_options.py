"""Options of an existing conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.ids import ConversationId, is_local
from tui.core.ports import Capability
from tui.core.text import clean_line
from tui.ui.chat.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.core.options import Option, OptionValues
    from tui.ui.chat.context import ChatContext


class ConversationOptions(Controller):
    """Show and change options, if the service supports it (``Capability.CHANGE``).

    ``learn_agent`` reads the agent's name again: a change can select another agent.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            "alt+o",
            "options",
            "Options",
            tooltip="Change the conversation's options",
            show=False,
            priority=True,
            id="conversation.options",
        ),
    )

    def __init__(
        self, context: ChatContext, learn_agent: Callable[[ConversationId | None], object]
    ) -> None:
        super().__init__(context)
        self._learn_agent = learn_agent

    def check_action(self, action: str) -> bool:
        return action != "options" or self.can_change(self.context.current)

    def can_change(self, conversation_id: ConversationId | None) -> bool:
        """Return True if a conversation has options that can be changed."""
        on_server = conversation_id is not None and not is_local(conversation_id)
        return Capability.CHANGE in self.context.can and on_server

    def show_current(self) -> None:
        """Show the options of the open conversation."""
        if self.context.current is not None:
            self.show(self.context.current)

    def show(self, where: ConversationId) -> None:
        """Show the options of a conversation, and save those that were edited."""
        from tui.ui.chat.options_modal import OptionsModal

        read: list[Option] = []

        async def options() -> Sequence[Option]:
            read[:] = await self.context.opened.session.conversations.options(where)
            return read

        def answered(values: OptionValues | None) -> None:
            if values:
                labels = {option.name: option.label for option in read}
                self.context.run("change", self._change, where, values, labels)

        self.context.ask(OptionsModal(self.context.title_of(where), options), answered)

    async def _change(
        self, where: ConversationId, values: OptionValues, labels: dict[str, str]
    ) -> None:
        dropped = await self.context.opened.session.conversations.change(where, values)
        kept = [labels.get(name, name) for name in values if name not in dropped]
        sentences = [f"Changed: {', '.join(kept)}."] if kept else []
        if dropped:
            names = ", ".join(labels.get(name, name) for name in dropped)
            sentences.append(f"The service didn't keep: {names}.")
        text = clean_line(" ".join(sentences), 400)
        self.context.notify(text, severity="warning" if dropped else "information")
        self._learn_agent(self.context.current)
