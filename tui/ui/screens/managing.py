"""Agent Studio from the conversation: choose a genie, start it, look inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType

from tui.core.errors import BackendError
from tui.ui.key_registry import DEFAULT_KEYS
from tui.ui.notices import Notice, of_error
from tui.ui.screens.reading import ReadingScreen
from tui.ui.studio.connection import NO_TOKEN, WHICH_TOKEN

if TYPE_CHECKING:
    from tui.studio.models import GenieId
    from tui.ui.requests import GenieWanted


def _key(key: str, action: str, label: str, meaning: str, name: str) -> Binding:
    return Binding(
        key, action, label, tooltip=meaning, show=False, priority=True, id=f"studio.{name}"
    )


class ManagingScreen(ReadingScreen):
    """Nothing of Studio is loaded before one of these keys is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("f5", "studio", "Studio", "Open Studio: genies, clients, guardrails", "open"),
        _key("f6", "switch_genie", "Genie", "Talk to another genie", "switch"),
        _key(
            DEFAULT_KEYS["studio.start"],
            "start_genie",
            "Start it",
            "Start the genie that keeps silent",
            "start",
        ),
    ]

    async def furnish(self) -> None:
        await super().furnish()
        if transcript := self.conversation.transcript:
            transcript.offers_start = self._can_start
            transcript.offers_jobs = self.studio.is_available
        if self.timeline:
            self.timeline.offers_jobs = self.studio.is_available

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action == "start_genie":
            return self._can_start and self._is_silent()
        if action == "switch_genie":
            return self.studio.use_genie is not None
        return super().check_action(action, parameters)

    def action_studio(self) -> None:
        """Show the genies and what belongs to them."""
        if self._has_token():
            self.show_studio(self.studio.genie)

    def show_studio(self, genie: str) -> None:
        """Show Studio at a genie."""
        from tui.ui.studio.screen import StudioScreen

        self.app.push_screen(StudioScreen(self.studio, self.clock, genie))

    def action_switch_genie(self) -> None:
        """Choose the genie to talk to."""
        if not self._has_token():
            return
        from tui.ui.studio.switcher import GenieSwitcher

        def chosen(wanted: GenieWanted | None) -> None:
            if wanted is not None:
                self.post_message(wanted)

        self.app.push_screen(GenieSwitcher(self.studio), chosen)

    def _has_token(self) -> bool:
        """Whether Studio can be opened; says what it takes where it cannot."""
        if not self.studio.is_available:
            self.desk.complain(Notice(tone="problem", text=NO_TOKEN, hint=WHICH_TOKEN))
            self.show_state()
        return self.studio.is_available

    # -- a genie that says nothing ---------------------------------------------------------

    @property
    def _can_start(self) -> bool:
        return self.studio.is_available and bool(self.studio.genie)

    def _is_silent(self) -> bool:
        """Whether the last turn on screen has ended without a word."""
        from tui.ui.widgets.entries import SilenceEntry

        transcript = self.conversation.transcript
        last = transcript.items[-1] if transcript and transcript.items else None
        return isinstance(last, SilenceEntry)

    def on_silence_row_start_wanted(self) -> None:
        self.action_start_genie()

    @work(group="start genie", exclusive=True, exit_on_error=False)
    async def action_start_genie(self) -> None:
        """Start the genie one talks to."""

        try:
            studio = await self.studio.client()
            genie = await studio.genies.get(cast("GenieId", self.studio.genie))
            if not genie.started:
                await studio.genies.start(genie.id)
        except BackendError as error:
            self.desk.complain(of_error(error))
            self.show_state()
            return
        if genie.started:
            self.notify("It is started already, and just said nothing.", markup=False)
        else:
            self.notify("It is started. Up recalls what you said.", markup=False)
