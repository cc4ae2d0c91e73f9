"""Help screen with the current key bindings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.ui.keys.keymap import Command, in_order, keys_of
from tui.ui.keys.labels import key_name
from tui.ui.keys.list_modal import ListModal
from tui.ui.keys.registry import TITLES
from tui.ui.textual_fixes.key_bindings import keymap_of
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.text import line, spread

_KEY_CELLS = 26
_KEY_CELLS_NARROW = 16
_NARROW = 76
"""Width in columns below which the names for the configuration file are left out."""


class HelpScreen(ListModal[None]):
    """All keys by group; typing filters them, Enter runs a command that is available."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", tooltip="Close help", id="help.close"),
        Binding("down", "move(1)", "Next", show=False, id="help.next"),
        Binding("up", "move(-1)", "Previous", show=False, id="help.previous"),
        Binding("pagedown", "page(1)", "Next page", show=False, id="help.next_page"),
        Binding("pageup", "page(-1)", "Previous page", show=False, id="help.previous_page"),
    ]
    AUTO_FOCUS = "Input"

    def compose(self) -> ComposeResult:
        with Vertical(id="help") as box:
            box.border_title = Content("Key bindings")
            yield TextInput(placeholder="Type to filter", id="help-filter")
            yield SafeOptionList(id="help-keys", compact=True)
            yield Static(id="help-note")

    def on_mount(self) -> None:
        keys = keymap_of(self.app)
        self._keys: Mapping[str, str] = keys

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._fill)

    @on(Input.Changed)
    def _search(self) -> None:
        if self.is_active:
            self._fill()

    def _fill(self) -> None:
        if not self.is_whole:
            return
        rows = self.query_one(OptionList)
        words = self.query_one(Input).value.casefold().split()
        width = rows.scrollable_content_region.width - 1
        rows.set_options(self._options(words, width))
        self.query_one("#help-note", Static).update(Content(_note(width)))
        rows.highlighted = 1 if rows.option_count > 1 else None

    def _options(self, words: list[str], width: int) -> Iterator[Option]:
        last = ""
        for command in in_order():
            title = TITLES.get(command.part, command.part.replace("_", " ").capitalize())
            keys = " ".join(key_name(key) for key in keys_of(command, self._keys)) or "none"
            text = f"{title} {keys} {command.meaning} {command.id}".casefold()
            if not all(word in text for word in words):
                continue
            if title != last:
                if last:
                    yield Option(Content(""), disabled=True)
                yield Option(Content.styled(title, "bold $accent"), disabled=True)
                last = title
            yield Option(_row(keys, command, width), id=command.id)
        if not last:
            yield Option(Content("No matching keys."), disabled=True)

    def action_close(self) -> None:
        """Clear the filter, else close."""
        search = self.query_one(Input)
        if search.value:
            search.value = ""
        else:
            self.dismiss()

    @on(Input.Submitted)
    def _submit(self) -> None:
        rows = self.query_one(OptionList)
        if (option := rows.highlighted_option) and option.id:
            self._run(option.id)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self._run(event.option_id)

    def _run(self, command_id: str) -> None:
        """Run the command at the widget from which the help was opened, if it works there."""
        if not self.is_current:  # a second key or click, after the first has closed the screen
            return
        below = self.app.screen_stack[-2]
        for node, binding, enabled, _ in below.active_bindings.values():
            if binding.id == command_id and enabled and command_id != "app.help":
                self.dismiss()
                self.app.call_next(self.app.run_action, binding.action, node)
                return
        self.app.bell()


def _note(width: int) -> str:
    """Explain how to change keys; without room for the names, only name the file."""
    if width < _NARROW:
        return "To see the names for changing keys, widen the window."
    return (
        "To change a key, add its name to [keys] in the configuration file, for example "
        '"app.help" = "f2"'
    )


def _row(keys: str, command: Command, width: int) -> Content:
    narrow = width < _NARROW
    cells = _KEY_CELLS if not narrow else _KEY_CELLS_NARROW
    shown = Content.styled(f"  {keys}", "bold").truncate(cells, ellipsis=True, pad=True)
    what = Content.assemble(shown, " ", line(command.meaning))
    name = Content("") if narrow else Content.styled(command.id, "$muted")
    return spread(what, name, width)
