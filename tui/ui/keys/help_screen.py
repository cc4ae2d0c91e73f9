"""Help: first steps, keys by place, and the legend of the glyphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.ui.keys.guide import FIRST_STEPS, LEGEND, VIM_KEYS
from tui.ui.keys.keymap import Command, in_order, keys_of
from tui.ui.keys.labels import key_name
from tui.ui.keys.list_modal import ListModal
from tui.ui.keys.registry import TITLES
from tui.ui.textual_fixes.key_bindings import keymap_of
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.toolkit.dialog import Dialog, KeyHints
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.text import line, spread

_KEY_CELLS = 22
_KEY_CELLS_NARROW = 16
_NARROW = 66
_HINTS = (("↑↓", "choose"), ("Enter", "run"))
_NOTE = (
    "To change a key, add its name to [keys] in the configuration file, for example "
    '"app.help" = "f2".'
)


@dataclass(frozen=True, slots=True)
class HelpRow:
    """Row under a heading."""

    group: str
    left: Content
    """Keys, or a glyph."""
    text: str
    command_id: str = ""
    """Command that Enter runs; empty for none."""

    def has(self, words: list[str]) -> bool:
        """Return True if it contains all of these words."""
        text = f"{self.group} {self.left.plain} {self.text} {self.command_id}".casefold()
        return all(word in text for word in words)


class HelpScreen(ListModal[None]):
    """Everything there is to know; typing filters it, Enter runs a command that is available.

    ``exists`` returns False for the id of a command that this agent never has; ``has_vim``: the
    composer has Vim keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", tooltip="Close help", id="help.close"),
        Binding("down", "move(1)", "Next", show=False, id="help.next"),
        Binding("up", "move(-1)", "Previous", show=False, id="help.previous"),
        Binding("pagedown", "page(1)", "Next page", show=False, id="help.next_page"),
        Binding("pageup", "page(-1)", "Previous page", show=False, id="help.previous_page"),
        Binding(
            "f2",
            "toggle_names",
            "Names",
            tooltip="Show or hide the names for changing keys",
            id="help.names",
        ),
    ]
    AUTO_FOCUS = "Input"

    def __init__(
        self,
        exists: Callable[[str], bool] = lambda command_id: True,
        *,
        has_vim: bool = False,
    ) -> None:
        super().__init__()
        self._has_vim = has_vim
        self._exists = exists
        self._shows_names = False
        self._listed: list[HelpRow] = []
        self._shown: list[HelpRow | None] = []
        """By row of the list; None for a heading or a space."""

    def compose(self) -> ComposeResult:
        with Dialog("Help", id="help"):
            yield TextInput(placeholder="Type to filter", id="help-filter")
            rows = SafeOptionList(id="help-keys", compact=True)
            rows.can_focus = False
            yield rows
            yield Static(id="help-note", classes="modal--note")
            yield KeyHints(*_HINTS, ("F2", "names for changing keys"))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one("#help-note").display = False
        self._listed = list(self._all())

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._fill)

    @on(Input.Changed)
    def _search(self) -> None:
        if self.is_active:
            self._fill()

    def _all(self) -> Iterator[HelpRow]:
        keymap = keymap_of(self.app)
        commands = {command.id: command for command in in_order() if self._exists(command.id)}

        def keys(command: Command) -> Content:
            names = " ".join(key_name(key) for key in keys_of(command, keymap))
            return Content.styled(names or "none", "bold" if names else "$muted")

        for id_, text in FIRST_STEPS:
            if id_ in commands and not (id_ == "turn.leave" and "turn.stop" in commands):
                yield HelpRow("First steps", keys(commands[id_]), text, id_)
        for command in commands.values():
            title = TITLES.get(command.part, command.part.replace("_", " ").capitalize())
            yield HelpRow(title, keys(command), command.meaning, command.id)
        if self._has_vim:
            for names, text in VIM_KEYS:
                yield HelpRow("Vim keys in the composer", Content.styled(names, "bold"), text)
        for glyph, style, text in LEGEND:
            yield HelpRow("What the glyphs mean", Content.styled(glyph, style), text)

    def _fill(self) -> None:
        if not self.is_whole:
            return
        rows = self.rows
        words = self.query_one(Input).value.casefold().split()
        options = list(self._options(words, rows.scrollable_content_region.width))
        self._shown = [row for _, row in options]
        rows.set_options(option for option, _ in options)
        rows.highlighted = next((n for n, row in enumerate(self._shown) if row), None)
        rows.scroll_home(animate=False)  # the first heading, too
        note = self.query_one("#help-note", Static)
        note.display = self._shows_names
        note.update(Content(_NOTE))

    def _options(self, words: list[str], width: int) -> Iterator[tuple[Option, HelpRow | None]]:
        last = ""
        for row in self._listed:
            if not row.has(words):
                continue
            if row.group != last:
                if last:
                    yield Option(Content(""), disabled=True), None
                yield Option(Content.styled(row.group, "bold $accent"), disabled=True), None
                last = row.group
            yield Option(self._drawn(row, width)), row
        if not last:
            yield Option(Content("No matches."), disabled=True), None

    def _drawn(self, row: HelpRow, width: int) -> Content:
        cells = _KEY_CELLS_NARROW if width < _NARROW else _KEY_CELLS
        left = Content.assemble("  ", row.left).truncate(cells, ellipsis=True, pad=True)
        name = Content.styled(row.command_id if self._shows_names else "", "$muted")
        return spread(Content.assemble(left, " ", line(row.text)), name, width)

    def action_toggle_names(self) -> None:
        """Show or hide the names of the commands for the configuration file."""
        self._shows_names = not self._shows_names
        place = self.rows.highlighted
        self._fill()
        self.rows.highlighted = place

    def action_close(self) -> None:
        """Clear the filter, else close."""
        search = self.query_one(Input)
        if search.value:
            search.value = ""
        else:
            self.dismiss()

    @on(Input.Submitted)
    def _submit(self) -> None:
        if (place := self.rows.highlighted) is not None:
            self._run(place)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._run(event.option_index)

    def _run(self, place: int) -> None:
        """Run the command at the widget from which the help was opened, if it works there."""
        row = self._shown[place] if place < len(self._shown) else None
        if row is None or not self.is_current:  # a second key, after the first has closed it
            return
        below = self.app.screen_stack[-2]
        for node, binding, enabled, _ in below.active_bindings.values():
            if binding.id == row.command_id and enabled and row.command_id != "app.help":
                self.dismiss()
                self.app.call_next(self.app.run_action, binding.action, node)
                return
        self.app.bell()
