"""Search over all conversations: key, command, and navigation to a hit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.ui.chat.controller import Controller
from tui.ui.composer.slash_registry import SlashCommand
from tui.ui.keys.registry import DEFAULT_KEYS

if TYPE_CHECKING:
    from tui.core.records import Hit
    from tui.ui.chat.context import ChatContext


class SearchController(Controller):
    """Search all conversations; ``go_to`` shows a search hit."""

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            DEFAULT_KEYS["search.open"],
            "search",
            "Search",
            tooltip="Search all conversations",
            show=False,
            priority=True,
            id="search.open",
        ),
    )

    def __init__(self, context: ChatContext, go_to: Callable[[Hit], object]) -> None:
        super().__init__(context)
        self._go_to = go_to
        self._words = ""
        """Query of the last search."""

    def slash_commands(self) -> Sequence[SlashCommand]:
        return (SlashCommand("search", "Search all conversations", self._search_for, "WORDS"),)

    def _search_for(self, words: str) -> None:
        self._words = words or self._words
        self.open()

    def open(self) -> None:
        """Open the search with the last query."""
        from tui.ui.search.search_modal import SearchModal, SearchResult

        access = self.context.access
        if access is None:
            self.context.notify("Still opening. Try the search again in a moment.")
            return

        def chosen(found: SearchResult | None) -> None:
            if found is not None:
                self._words = found.words
                if found.hit:
                    self._go_to(found.hit)

        modal = SearchModal(access.session.history.search, self.context.clock, self._words)
        self.context.ask(modal, chosen)
