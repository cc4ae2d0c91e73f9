"""Vim keys in the composer: passes keys to the editor, and its changes to the text area."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widgets.text_area import Selection

from tui.ui.composer.vim.editor import Mode, VimEditor
from tui.ui.composer.vim.registers import Registers

if TYPE_CHECKING:
    from textual import events

    from tui.ui.composer.paste_area import PasteArea

Location = tuple[int, int]
_CHIPS_FROM = 0xF0000
"""First of the private characters that stand for chips in the editor's text."""
_NAMES: dict[Mode, str] = {
    "insert": "INSERT",
    "normal": "NORMAL",
    "visual": "VISUAL",
    "visual_line": "VISUAL LINE",
}
_CHARACTER_KEYS = frozenset({"enter", "tab"})
"""Keys that can be the character of ``r`` and the like."""


class VimMode:
    """Vim keys for a text area. Each chip is one character of the editor's text.

    ``changed`` is called after each key that may have changed the mode; ``close_completion``
    returns True if it closed the list; ``recall`` goes to an earlier (True) or later message.
    """

    def __init__(
        self,
        area: PasteArea,
        *,
        copy: Callable[[str], object],
        pasted: Callable[[], str],
        changed: Callable[[], object],
        close_completion: Callable[[], bool],
        recall: Callable[[bool], object],
    ) -> None:
        self._area = area
        self._copy = copy
        self._changed = changed
        self._close_completion = close_completion
        self._recall = recall
        self._chips: dict[str, tuple[str, str]] = {}
        """Label and text of each chip, by its character."""
        self._placed: Selection | None = None
        """Selection that was set for the editor's cursor."""
        self.editor = VimEditor("", Registers(self._copy_text, pasted))

    @property
    def mode(self) -> Mode:
        return self.editor.mode

    @property
    def is_inserting(self) -> bool:
        return self.editor.mode == "insert"

    @property
    def can_redo(self) -> bool:
        """True if Ctrl+R would redo a change."""
        return not self.is_inserting and self.editor.can_redo

    @property
    def status(self) -> str:
        """Mode, and the keys of a command that is not complete."""
        return " ".join([_NAMES[self.mode], "".join(self.editor.pending)]).rstrip()

    def restart(self) -> None:
        """Begin with another text, in insert mode."""
        text = self._read()
        self.editor.start_with(text, self._cursor(text))
        self.editor.begin_insert(text, self.editor.cursor)
        self._placed = None
        self._changed()

    def handle(self, event: events.Key, *, is_chord: bool) -> bool:
        """Handle a key; return False if the composer has to."""
        if not self.is_inserting:
            return self._recalls(event.key) or self._press(event, is_chord=is_chord)
        if event.key != "escape":
            return False
        if not self._close_completion():
            text = self._read()
            self.editor.leave_insert(text, self._cursor(text))
            self._show()
        return True

    def _recalls(self, key: str) -> bool:
        """Recall a message at the first or last line, where the cursor cannot go further."""
        row, area = self._area.cursor_location[0], self._area
        is_up, is_down = key in ("k", "up"), key in ("j", "down")
        at_edge = (is_up and row == 0) or (is_down and row == area.document.line_count - 1)
        if not at_edge or self.editor.pending or self.mode != "normal":
            return False
        self._recall(is_up)
        return True

    def _press(self, event: events.Key, *, is_chord: bool) -> bool:
        editor = self.editor
        is_character = event.is_printable and not is_chord
        key = event.character if is_character and event.character else event.key
        self._learn()
        if key == "ctrl+c" and editor.mode != "normal":
            for part in '"+y':  # Textual's selection lacks the character under the cursor
                editor.press(part)
            self._show()
            return True
        waits = bool(editor.pending)
        if is_chord and not (key == "ctrl+r" and editor.can_redo):
            editor.pending = []
        elif key in _CHARACTER_KEYS and not waits:
            return False
        is_handled = editor.press(key)
        self._show()
        return is_handled or is_character

    def select_for_paste(self) -> None:
        """Select in the text area what a paste replaces, and begin to insert."""
        self._learn()
        editor = self.editor
        if editor.mode in ("visual", "visual_line"):
            extent = editor.selection
            editor.press("escape")
            start, end = map(self._location, (extent.start, extent.end))
            self._area.selection = Selection(start, end)

    # -- text area to editor ---------------------------------------------------------------

    def _learn(self) -> None:
        """Take over what was changed without Vim's commands: pastes, clicks, Ctrl+Z."""
        text = self._read()
        if text != self.editor.text or self._area.selection != self._placed:
            self.editor.adopt(text, self._cursor(text))

    def _read(self) -> str:
        """Return the text, with a private character for each chip."""
        shown, parts, at = self._area.text, [], 0
        for chip in self._area.chips():
            parts += [shown[at : chip.start], self._character(chip.label)]
            at = chip.end
        return "".join([*parts, shown[at:]])

    def _character(self, label: str) -> str:
        content = label, self._area.paste_with(label)
        known = (character for character, chip in self._chips.items() if chip == content)
        character = next(known, chr(_CHIPS_FROM + len(self._chips)))
        self._chips[character] = content
        return character

    def _cursor(self, text: str) -> int:
        """Return the cursor as an offset in the editor's text."""
        row, column = self._area.cursor_location
        start = sum(len(line) + 1 for line in text.split("\n")[:row])
        line, place = text.split("\n")[row], 0
        while place < len(line) and len(self._expanded(line[: place + 1])) <= column:
            place += 1
        return start + place

    # -- editor to text area ---------------------------------------------------------------

    def _show(self) -> None:
        """Show the editor's text, cursor and selection."""
        before, text = self._read(), self.editor.text
        if text != before:
            start = _same(before, text)
            end = _same(before[start:][::-1], text[start:][::-1])
            put = self._expanded(text[start : len(text) - end])
            area = self._area
            area.history.checkpoint()
            area.replace(
                put,
                self._location(start, before),
                self._location(len(before) - end, before),
                maintain_selection_offset=False,
            )
            area.history.checkpoint()
            self.editor.text = self._read()
        self._area.selection = self._placed = self._selection()
        self._changed()

    def _selection(self) -> Selection:
        """Return the selection to draw; the cursor is a block, which shows its own character."""
        editor = self.editor
        cursor, anchor = self._location(editor.cursor), self._location(editor.anchor)
        match editor.mode:
            case "visual" if editor.anchor > editor.cursor:
                return Selection(self._location(editor.anchor + 1), cursor)
            case "visual":
                return Selection(anchor, cursor)
            case "visual_line":
                extent = editor.selection
                first, last = self._location(extent.start), self._location(extent.end)
                is_up = editor.anchor > editor.cursor
                return Selection(last, first) if is_up else Selection(first, last)
            case _:
                return Selection.cursor(cursor)

    def _location(self, at: int, text: str | None = None) -> Location:
        """Return the place in the text area of an offset in the editor's text."""
        before = (self.editor.text if text is None else text)[:at]
        row = before.count("\n")
        return row, len(self._expanded(before.rpartition("\n")[2]))

    def _expanded(self, text: str, *, in_full: bool = False) -> str:
        """Return a text with chips, or with their pastes, in place of private characters."""
        if not any(character in self._chips for character in text):
            return text
        return "".join(
            (chip[1] if in_full else self._area.label_for(*chip))
            if (chip := self._chips.get(character))
            else character
            for character in text
        )

    def _copy_text(self, text: str) -> None:
        self._copy(self._expanded(text, in_full=True))


def _same(one: str, other: str) -> int:
    """Return the number of characters at the start that are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
