"""Dialog to search all conversations, with highlighted excerpts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.core.errors import StoreError
from tui.core.records import Hit
from tui.core.text import ago, clean, clean_line, plural
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog, KeyHints
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.core.ports import Clock

_PAUSE_S = 0.1
_MOST = 100
_INDENT = "  "
_EDGE_CELLS = 3
"""Width of the scroll bar and of the space beside the rows."""
_MARKED = "bold $accent"

Search = Callable[[str, int], Awaitable[Sequence[Hit]]]

_NOTHING = "Try fewer words. Conversations you haven't opened here are searched by title only."
_HINT = "Searches every conversation stored here: titles, your messages, and replies."


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Query, and the hit to open; None: canceled."""

    words: str
    hit: Hit | None = None


class SearchModal(SafeModal[SearchResult]):
    """Searches while the user types; an outdated search is canceled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="search.close"),
        Binding("ctrl+f", "leave", "Back", show=False, priority=True, id="search.toggle"),
        Binding("down", "move('cursor_down')", "Next result", priority=True, id="search.next"),
        Binding("up", "move('cursor_up')", "Previous result", priority=True, id="search.previous"),
        Binding("pagedown", "move('page_down')", "Next page", priority=True, id="search.page_down"),
        Binding("pageup", "move('page_up')", "Previous page", priority=True, id="search.page_up"),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, search: Search, clock: Clock, words: str = "") -> None:
        super().__init__()
        self._search = search
        self._clock = clock
        self._first_words = words
        self._hits: Sequence[Hit] = ()
        self._found_for: str | None = None
        """Words that the hits are for; the ones typed since then are still being looked up."""
        self._opens_first = False
        """Enter was pressed before the hits for the words were there."""

    def compose(self) -> ComposeResult:
        with Dialog("Search conversations", id="search", classes="-large"):
            yield TextInput(self._first_words, placeholder="Search for words or prefixes")
            yield Static(id="search-state", classes="modal--note")
            yield SafeOptionList(id="hits", classes="modal--body")
            yield KeyHints(("Enter", "open"), ("↑↓", "choose"))

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._show_hint(_HINT)
        self._look_up(self._first_words, pause_s=0)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._opens_first = False
        if self._hits and event.value != self._found_for:
            self.query_one(OptionList).add_class("-outdated")
            self._show_hint("Searching…")
        self._look_up(event.value, pause_s=_PAUSE_S)

    @work(group="search", exclusive=True, exit_on_error=False)
    async def _look_up(self, words: str, *, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        try:
            hits = self._hits = await self._search(words, _MOST)
        except StoreError as error:
            self._show_hint(str(error))
            return
        self._found_for = words
        self._draw()
        if not words.strip():
            self._show_hint(_HINT)
        elif not hits:
            self._show_hint(f"No results for “{clean_line(words, 40)}”. {_NOTHING}")
        else:
            self._show_hint(_count(hits))
        if self._opens_first:
            self._choose()

    def _show_hint(self, sentence: str) -> None:
        self.query_one("#search-state", Static).update(Content(sentence))

    def _draw(self) -> None:
        if not self.is_whole:
            return  # the dialog is being closed
        found = self.query_one(OptionList)
        width = self.query_one("#search").content_size.width - _EDGE_CELLS
        now_ms = self._clock.now_ms()
        found.set_options(Option(drawn(hit, width, now_ms)) for hit in self._hits)
        found.highlighted = 0 if self._hits else None
        found.display = bool(self._hits)
        found.remove_class("-outdated")

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def action_move(self, action: str) -> None:
        getattr(self.query_one(OptionList), f"action_{action}")()

    def action_leave(self) -> None:
        self.dismiss(SearchResult(self.query_one(Input).value))

    @on(Input.Submitted)
    def _open_when_found(self) -> None:
        if self.query_one(Input).value == self._found_for:
            self._choose()
        else:
            self._opens_first = True

    @on(OptionList.OptionSelected)
    def _choose(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self.dismiss(SearchResult(self.query_one(Input).value, self._hits[place]))


def _count(hits: Sequence[Hit]) -> str:
    if len(hits) >= _MOST:
        return f"Top {_MOST} results"
    where = len({hit.conversation_id for hit in hits})
    return f"{plural(len(hits), 'result')} in {plural(where, 'conversation')}"


def drawn(hit: Hit, width: int, now_ms: int) -> Content:
    """Return a hit on two lines: conversation and age, then an excerpt."""
    age = Content.styled(ago(hit.at_ms, now_ms) if hit.at_ms else "", "$muted")
    named = hit.source == "title"
    title = _excerpt(hit, width - 8) if named else line(hit.title or "New conversation", 120)
    head = spread(title.stylize_before("bold") if named else title, age, width)
    who = {"title": "Title", "user": "You", "agent": ""}[hit.source]
    text = Content("") if named else _excerpt(hit, width - len(_INDENT) - len(who) - 3)
    who_said = Content.styled(f"{who}: " if who and not named else who, "$muted")
    below = Content.assemble(_INDENT, who_said, text.stylize_before("$muted"))
    return Content("\n").join([head, below.truncate(width, ellipsis=True)])


def _excerpt(hit: Hit, cells: int) -> Content:
    """Return as much of the snippet as fits, including its first marked word."""
    text = Content(clean(hit.snippet))
    for start, end in hit.marks:
        text = text.stylize(_MARKED, start, end)
    first = hit.marks[0][0] if hit.marks else 0
    skipped = first - cells // 3
    if skipped <= 0 or text.cell_length <= cells:
        return text
    at = hit.snippet.find(" ", skipped, first) + 1 or skipped
    return Content.assemble("…", text[at:])
