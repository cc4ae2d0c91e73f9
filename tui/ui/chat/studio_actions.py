"""Agent Studio from the conversation: switch genie, start it, open its details."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding

from tui.core.errors import BackendError
from tui.ui.chat.banner_text import BannerText, of_error
from tui.ui.chat.controller import Controller
from tui.ui.keys.registry import DEFAULT_KEYS
from tui.ui.studio.connection import NO_TOKEN, WHICH_TOKEN

if TYPE_CHECKING:
    from tui.studio.models import GenieId
    from tui.ui.app.messages import GenieWanted
    from tui.ui.chat.context import ChatContext


def _key(key: str, action: str, label: str, meaning: str, name: str) -> Binding:
    return Binding(
        key, action, label, tooltip=meaning, show=False, priority=True, id=f"studio.{name}"
    )


class StudioActions(Controller):
    """Entry points of Studio, which loads nothing until one of the keys is pressed.

    ``is_silent`` returns True if the last turn on screen ended without a reply.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        _key("f5", "studio", "Studio", "Open Studio: genies, clients, guardrails", "open"),
        _key("f6", "switch_genie", "Genie", "Switch to another genie", "switch"),
        _key(
            DEFAULT_KEYS["studio.start"],
            "start_genie",
            "Start genie",
            "Start the genie that didn't reply",
            "start",
        ),
    )

    def __init__(self, context: ChatContext, is_silent: Callable[[], bool]) -> None:
        super().__init__(context)
        self._is_silent = is_silent

    def check_action(self, action: str) -> bool:
        if action == "start_genie":
            return self.can_start and self._is_silent()
        return action != "switch_genie" or self.context.studio.use_genie is not None

    @property
    def can_start(self) -> bool:
        """True if the genie could be started from here."""
        return self.context.studio.is_available and bool(self.context.studio.genie)

    def open(self) -> None:
        """Show the list of genies."""
        if self._has_token():
            from tui.ui.studio.screen import StudioScreen

            studio, clock = self.context.studio, self.context.clock
            self.context.ask(StudioScreen(studio, clock, studio.genie))

    def switch_genie(self) -> None:
        """Choose another genie to talk to."""
        if not self._has_token():
            return
        from tui.ui.studio.switcher import GenieSwitcher

        def chosen(wanted: GenieWanted | None) -> None:
            if wanted is not None:
                self.context.post(wanted)

        self.context.ask(GenieSwitcher(self.context.studio), chosen)

    def _has_token(self) -> bool:
        """Return True if Studio can be opened; otherwise show what it needs."""
        if not self.context.studio.is_available:
            self.context.chat_state.show_problem(
                BannerText(tone="problem", text=NO_TOKEN, hint=WHICH_TOKEN)
            )
            self.context.show_state()
        return self.context.studio.is_available

    def start_genie(self) -> None:
        """Start the genie that does not reply."""
        self.context.run_exclusive("start genie", self._start_genie)

    async def _start_genie(self) -> None:
        try:
            studio = await self.context.studio.client()
            genie = await studio.genies.get(cast("GenieId", self.context.studio.genie))
            if not genie.started:
                await studio.genies.start(genie.id)
        except BackendError as error:
            self.context.chat_state.show_problem(of_error(error))
            self.context.show_state()
            return
        if genie.started:
            self.context.notify("The genie is running; it just didn't reply.")
        else:
            self.context.notify("Genie started. Press Up to recall your message.")
