"""Command palette that tolerates keys at the wrong moment."""

from __future__ import annotations

from contextlib import suppress

from textual.app import ComposeResult
from textual.command import CommandList, CommandPalette, Provider

from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeScreen


class CommandResults(CommandList, SafeOptionList, can_focus=False):
    """Results of the palette."""


class SafePalette(CommandPalette, SafeScreen[None]):
    """The command palette."""

    def compose(self) -> ComposeResult:
        for part in super().compose():
            yield CommandResults() if type(part) is CommandList else part

    @property
    def _provider_classes(self) -> list[type[Provider]]:  # type: ignore[override]
        """Providers in a fixed order; Textual has a set of them."""
        return sorted(super()._provider_classes, key=lambda kind: kind.__name__)

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError, IndexError):  # a list before its layout
            super()._action_command_list(action)

    def _watch__list_visible(self) -> None:
        if self.is_whole:  # results may arrive after it has closed
            super()._watch__list_visible()

    async def _watch__show_busy(self) -> None:
        if self.is_whole:
            await super()._watch__show_busy()
