"""Welcome of an empty conversation: a greeting and suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.toolkit.text import line


class Suggestions(SafeOptionList):
    """List of suggested messages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Say it", tooltip="Say what is suggested", id="welcome.say"),
        Binding(
            "escape",
            "screen.step_back",
            "Back",
            tooltip="Back to writing",
            id="welcome.leave",
        ),
    ]


class Welcome(Vertical):
    """Greeting with suggestions that are chosen by Enter or a click.

    An agent without a known name refers to itself as "I".
    """

    class Chosen(Message):
        """The user wants to send this message."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, agent_name: str, suggestions: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._agent = agent_name
        self._suggestions = suggestions

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("✦", "$primary bold")), id="welcome-mark")
        yield Static(self._title(), id="welcome-title")
        hint = "Type below, or pick something to try" if self._suggestions else "Type below"
        yield Static(Content(hint), id="welcome-hint")
        if self._suggestions:
            yield Suggestions(
                *(Option(_row(text)) for _, text in self._suggestions),
                id="suggestions",
                compact=True,
            )

    def set_agent_name(self, name: str) -> None:
        """Show another agent's name."""
        self._agent = name
        self.query_one("#welcome-title", Static).update(self._title())

    def withdraw_suggestions(self) -> None:
        """Hide the suggestions, which were for another agent."""
        for rows in self.query("#suggestions, #welcome-hint"):
            rows.display = False

    def _title(self) -> Content:
        return Content.assemble("What can ", line(self._agent or "I", 40), " do for you?")

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._suggestions[event.option_index][1]))


def _row(text: str) -> Content:
    return Content.assemble(("→ ", "$primary"), line(text, 80))
