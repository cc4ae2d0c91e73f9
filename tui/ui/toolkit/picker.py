"""Dialog to pick one or several items from a searchable list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog, KeyHints
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.text import line

_NAME_CELLS = 28


@dataclass(frozen=True, slots=True)
class PickerItem:
    """Item to pick."""

    value: str
    label: str
    about: str = ""
    words: str = ""
    """Search words besides the name, such as tags."""

    @property
    def text(self) -> str:
        return f"{self.label} {self.about} {self.words}".casefold()


class PickModal(SafeModal[tuple[str, ...] | None]):
    """Returns the picked values, in list order; None to change nothing.

    With ``several``, Tab selects items and Enter accepts the selection; else Enter accepts the
    highlighted item.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", tooltip="Close without changes", id="pick.cancel"),
        Binding(
            "tab", "mark", "Select", tooltip="Select or deselect", priority=True, id="pick.mark"
        ),
        Binding("down", "move('cursor_down')", "Next", priority=True, id="pick.next"),
        Binding("up", "move('cursor_up')", "Previous", priority=True, id="pick.previous"),
        Binding("pagedown", "move('page_down')", "Next page", priority=True, id="pick.page_down"),
        Binding("pageup", "move('page_up')", "Previous page", priority=True, id="pick.page_up"),
    ]
    AUTO_FOCUS = "Input"

    def __init__(
        self,
        title: str,
        items: Sequence[PickerItem],
        chosen: Collection[str] = (),
        *,
        several: bool = False,
        done: str = "Choose",
        mark: str = "selected",
        prefers_last: bool = False,
    ) -> None:
        """``done`` is the label of the button, ``mark`` the word for a selected item.

        ``prefers_last``: the last match is highlighted, not the first.
        """
        super().__init__()
        self._title = title
        self._items = items
        self._chosen = set(chosen)
        self._several = several
        self._done = done
        self._mark = mark
        self._prefers_last = prefers_last
        self.shown_items: list[PickerItem] = []
        """Items that match the filter, by row."""

    def compose(self) -> ComposeResult:
        with Dialog(self._title, leave="cancel", most_lines=14, id="pick"):
            yield TextInput(placeholder="Type to filter", compact=True)
            yield Static(classes="modal--note pick--count")
            yield SafeOptionList(compact=True, classes="modal--body")
            select = (("Tab", "select"),) if self._several else ()
            yield KeyHints(("Enter", self._done.lower()), *select, ("↑↓", "choose"))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one(OptionList).can_focus = False
        self._list()
        self._highlight_chosen()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # -- the list --------------------------------------------------------------------------

    @on(Input.Changed)
    def _list(self) -> None:
        """Show the items that contain every typed word."""
        words = self.query_one(Input).value.casefold().split()
        self.shown_items = [
            item for item in self._items if all(word in item.text for word in words)
        ]
        self._draw(len(self.shown_items) - 1 if self._prefers_last else 0)

    def _highlight_chosen(self) -> None:
        places = [n for n, item in enumerate(self.shown_items) if item.value in self._chosen]
        if places and not self._several:
            self.query_one(OptionList).highlighted = places[0]

    def _draw(self, highlight: int | None = None) -> None:
        listed = self.query_one(OptionList)
        place = listed.highlighted if highlight is None else highlight
        listed.set_options(
            Option(row) for row in self.rows(listed.scrollable_content_region.width - 2)
        )
        listed.highlighted = place if self.shown_items else None
        self._count()

    def rows(self, width: int) -> Iterator[Content]:
        """Yield the rows of the shown items."""
        longest = max((line(item.label).cell_length for item in self.shown_items), default=0)
        room = min(longest, _NAME_CELLS)
        for item in self.shown_items:
            marked = item.value in self._chosen
            glyph = ("✓ " if marked else "· ") if self._several else ("◉ " if marked else "○ ")
            name = line(item.label).truncate(room, ellipsis=True, pad=True)
            about = line(item.about).stylize("$muted")
            row = Content.assemble((glyph, "$accent" if marked else "$muted"), name, "  ", about)
            yield row.truncate(max(20, width), ellipsis=True)

    def _count(self) -> None:
        if not self.shown_items:
            told = "No matches." if self._items else "Nothing to choose from."
        elif self._several:
            told = f"{len(self._chosen)} of {len(self._items)} {self._mark}"
        else:
            told = f"{len(self.shown_items)} of {len(self._items)}"
        self.query_one(".pick--count", Static).update(Content.styled(told, "$muted"))

    # -- keys and mouse --------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._several if action == "mark" else super().check_action(action, parameters)

    def action_move(self, action: str) -> None:
        getattr(self.query_one(OptionList), f"action_{action}")()

    def action_mark(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None and place < len(self.shown_items):
            self._chosen ^= {self.shown_items[place].value}
            self._draw()

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_mark() if self._several else self.action_finish()

    @on(Input.Submitted)
    def action_finish(self) -> None:
        if not self._several:
            place = self.query_one(OptionList).highlighted
            if place is None:
                return
            self._chosen = {self.shown_items[place].value}
        self.dismiss(tuple(item.value for item in self._items if item.value in self._chosen))

    def action_leave(self) -> None:
        self.dismiss(None)
