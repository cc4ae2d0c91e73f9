"""List of genies, with a filter above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.ui.studio.labels import genie_row
from tui.ui.textual_fixes.lists import FittedList
from tui.ui.toolkit.field import TextInput

if TYPE_CHECKING:
    from tui.studio.models import Genie
    from tui.ui.studio.connection import StudioConnection


class GenieList(Vertical):
    """Filter and the genies that match it; Enter moves from the filter to the list."""

    class Highlighted(Message):
        """The cursor has moved to another genie."""

        def __init__(self, genie: Genie) -> None:
            super().__init__()
            self.genie = genie

    class Chosen(Message):
        """Enter was pressed on a genie."""

    def __init__(self, studio: StudioConnection, wanted: str = "") -> None:
        """``wanted``: handle of the genie to show as soon as it is listed."""
        super().__init__(id="studio-genies")
        self._studio = studio
        self._wanted = wanted
        self._current = ""
        self._genies: Sequence[Genie] = ()
        self._shown: Sequence[Genie] = ()

    def compose(self) -> ComposeResult:
        yield TextInput(placeholder="Filter  /", id="studio-words")
        yield FittedList(id="studio-list", compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def show(self, genies: Sequence[Genie]) -> None:
        """Show these genies; at first the cursor goes to the wanted one."""
        self._genies = tuple(genies)
        self._draw()
        if not self._current and genies:
            named = [place for place, one in enumerate(self._shown) if one.id == self._wanted]
            self.query_one(OptionList).highlighted = (named or [0])[0]

    def replace(self, genie: Genie) -> None:
        """Show the newest state of a genie."""
        self._genies = [genie if one.id == genie.id else one for one in self._genies]
        self._draw()

    def focus_filter(self) -> None:
        self.query_one(Input).focus()

    def focus_list(self) -> None:
        self.query_one(OptionList).focus()

    @property
    def list_has_focus(self) -> bool:
        return self.query_one(OptionList).has_focus

    def clear_filter(self) -> bool:
        """Clear the filter; return False if there was none and none was being typed."""
        words = self.query_one(Input)
        used = bool(words.value) or words.has_focus
        words.value = ""
        return used

    @on(FittedList.WidthChanged)
    @on(Input.Changed)
    def _draw(self) -> None:
        rows = self.query_one(OptionList)
        words = self.query_one(Input).value.casefold().split()
        self._shown = [
            genie
            for genie in self._genies
            if all(word in f"{genie.name} {genie.id}".casefold() for word in words)
        ]
        width = max(10, rows.scrollable_content_region.width - 2)
        with self.prevent(OptionList.OptionHighlighted):
            rows.set_options(
                Option(genie_row(genie, width, here=genie.id == self._studio.genie))
                for genie in self._shown
            )
            places = {str(genie.id): place for place, genie in enumerate(self._shown)}
            rows.highlighted = places.get(self._current) if self._current else None

    @on(OptionList.OptionHighlighted)
    def _highlight(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        genie = self._shown[event.option_index] if event.option_index < len(self._shown) else None
        if genie and genie.id != self._current:
            self._current = genie.id
            self.post_message(self.Highlighted(genie))

    @on(Input.Submitted)
    def _go_to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_list()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen())
