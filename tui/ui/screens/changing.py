"""Options of a conversation that exists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from tui.core.ids import ConversationId, is_local
from tui.core.ports import Can
from tui.core.text import clean_line
from tui.ui.screens.filing import FilingScreen

if TYPE_CHECKING:
    from tui.core.options import Option, OptionValues
    from tui.core.records import Conversation


class ChangingScreen(FilingScreen):
    """Offered where the service can do it (``Can.CHANGE``)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "alt+o",
            "options",
            "Options",
            tooltip="Change the conversation's options",
            show=False,
            priority=True,
            id="conversation.options",
        ),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action == "options":
            return self._takes_options(self.desk.current)
        return super().check_action(action, parameters)

    def deeds_with(self, found: Conversation) -> dict[str, Callable[[Conversation], object]]:
        deeds = super().deeds_with(found)
        if self._takes_options(found.id):
            deeds = {"options": lambda chosen: self._show_options(chosen.id), **deeds}
        return deeds

    def _takes_options(self, conversation_id: ConversationId | None) -> bool:
        can = self.access.session.can if self.access else Can.NOTHING
        return Can.CHANGE in can and conversation_id is not None and not is_local(conversation_id)

    def action_options(self) -> None:
        """Show the options of the open conversation, and change those that are edited."""
        if self.desk.current is not None:
            self._show_options(self.desk.current)

    def _show_options(self, where: ConversationId) -> None:
        from tui.ui.modals.beginning import OptionsModal

        read: list[Option] = []

        async def options() -> Sequence[Option]:
            read[:] = await self.opened.session.options(where)
            return read

        def answered(values: OptionValues | None) -> None:
            if values:
                self._change(where, values, {option.name: option.label for option in read})

        self.app.push_screen(OptionsModal(self.title_of(where), options), answered)

    @work(group="change", exit_on_error=False)
    async def _change(
        self, where: ConversationId, values: OptionValues, labels: dict[str, str]
    ) -> None:
        dropped = await self.opened.session.change(where, values)
        kept = [labels.get(name, name) for name in values if name not in dropped]
        told = [f"Changed: {', '.join(kept)}."] if kept else []
        if dropped:
            names = ", ".join(labels.get(name, name) for name in dropped)
            told.append(f"The service didn't keep: {names}.")
        severity = "warning" if dropped else "information"
        text = clean_line(" ".join(told), 400)
        self.notify(text, markup=False, severity=severity)  # type: ignore[arg-type]
        self.learn_agent(self.desk.current)
