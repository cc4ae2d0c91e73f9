"""Text area that shows large pastes as chips."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.content import Content
from textual.widgets.text_area import Edit, EditResult

from tui.core.draft import fold, show_folded, unfold
from tui.core.text import utf8_size
from tui.ui.textual_fixes.text_area import SafeTextArea

FOLD_LINES = 12
"""Pastes of more lines become chips: the composer has no room for them."""
FOLD_CHARACTERS = 1500
_CHIP = re.compile(r"\[Pasted text #(\d+) · [\d,]+ (?:lines|characters)\]")


@dataclass(frozen=True, slots=True)
class PasteChip:
    """Position of a chip in a line."""

    start: int
    end: int
    label: str


def is_large(text: str) -> bool:
    """Return True if a paste becomes a chip."""
    return text.count("\n") >= FOLD_LINES or len(text) > FOLD_CHARACTERS


def line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


class PasteStore:
    """Pastes behind the chips of one text, kept until it is replaced, so that undo works."""

    def __init__(self) -> None:
        self._pastes: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def add(self, paste: str) -> str:
        """Store a paste and return its chip."""
        number = 1 + max((int(_number(label)) for label in self._pastes), default=0)
        lines = line_count(paste)
        amount = f"{lines:,} lines" if lines > 1 else f"{len(paste):,} characters"
        label = f"[Pasted text #{number} · {amount}]"
        self._pastes[label] = paste
        self._sizes[label] = utf8_size(paste)
        return label

    def paste(self, label: str) -> str:
        return self._pastes[label]

    def label_for(self, label: str, paste: str) -> str:
        """Return the chip of a paste, which may have been removed since it had this label."""
        return label if self._pastes.get(label) == paste else self.add(paste)

    def clear(self) -> None:
        self._pastes.clear()
        self._sizes.clear()

    def chips(self, text: str) -> Iterator[PasteChip]:
        """Return the chips in a text, from left to right."""
        if self._pastes:
            for found in _CHIP.finditer(text):
                if found[0] in self._pastes:
                    yield PasteChip(found.start(), found.end(), found[0])

    def expand(self, text: str) -> str:
        """Return the text with the pastes in place of their chips."""
        return self._replace(text, lambda paste: paste)

    def size_bytes(self, text: str) -> int:
        """Size of the expanded text, as UTF-8."""
        more = (self._sizes[chip.label] - utf8_size(chip.label) for chip in self.chips(text))
        return utf8_size(text) + sum(more)

    def to_draft(self, text: str) -> str:
        """Return the text with its pastes, in stored form."""
        return self._replace(text, fold)

    def of_draft(self, kept: str) -> str:
        """Return the text to show for a draft, with a chip for each paste."""
        return show_folded(kept, self.add)

    def _replace(self, text: str, put: Callable[[str], str]) -> str:
        return _CHIP.sub(
            lambda found: put(self._pastes[found[0]]) if found[0] in self._pastes else found[0],
            text,
        )


def _number(label: str) -> str:
    found = _CHIP.match(label)
    assert found is not None
    return found[1]


class PasteArea(SafeTextArea):
    """Text area with chips: each is moved over and deleted as a whole."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"folding-area--chip"}

    def __init__(self, placeholder: Content) -> None:
        self._pastes = PasteStore()
        super().__init__(
            placeholder=placeholder,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
        )

    @property
    def message(self) -> str:
        """Text with every paste in full."""
        return self._pastes.expand(self.text)

    @property
    def size_bytes(self) -> int:
        """Size of the message, as UTF-8."""
        return self._pastes.size_bytes(self.text)

    @property
    def kept(self) -> str:
        """Text as it is stored in a draft."""
        return self._pastes.to_draft(self.text)

    def start_with(self, kept: str) -> None:
        """Load a draft, cursor at its end; clears the undo history."""
        self._pastes.clear()
        self.load_text(self._pastes.of_draft(kept))
        self.move_cursor(self.document.end)

    def put(self, text: str) -> None:
        """Replace the text, with the cursor at its end. Can be undone."""
        shown = self._pastes.of_draft(text)
        if shown != self.text:
            self.history.checkpoint()
            self.replace(shown, self.document.start, self.document.end)
            self.history.checkpoint()
        self.move_cursor(self.document.end)

    def put_edited(self, text: str) -> None:
        """Replace the text with an edited message; pastes that it still contains become chips."""
        for paste in [self.paste_of(chip) for chip in self._pastes.chips(self.text)]:
            text = text.replace(paste, fold(paste), 1)
        self.put(text)

    def insert_chip(self, paste: str) -> None:
        """Insert a chip for a paste at the cursor."""
        self.replace(self._pastes.add(paste), *self.selection, maintain_selection_offset=False)

    def chip_at(self, row: int, column: int) -> PasteChip | None:
        """Return the chip at a position, also at its edges."""
        chips = self._pastes.chips(self.document.get_line(row))
        return next((chip for chip in chips if chip.start <= column <= chip.end), None)

    def chip_nearby(self) -> tuple[int, PasteChip] | None:
        """Return the chip at the cursor with its row, else the first in the text."""
        row, column = self.cursor_location
        if chip := self.chip_at(row, column):
            return row, chip
        for number in range(self.document.line_count):
            for chip in self._pastes.chips(self.document.get_line(number)):
                return number, chip
        return None

    def paste_of(self, chip: PasteChip) -> str:
        return self._pastes.paste(chip.label)

    def chips(self) -> Iterator[PasteChip]:
        """Return the chips, with their places in the whole text."""
        return self._pastes.chips(self.text)

    def paste_with(self, label: str) -> str:
        return self._pastes.paste(label)

    def label_for(self, label: str, paste: str) -> str:
        """Return the chip of a paste, which may have been removed since it had this label."""
        return self._pastes.label_for(label, paste)

    def swap_chip(self, label: str, text: str) -> None:
        """Replace a chip with a text, if it still exists."""
        for row in range(self.document.line_count):
            for chip in self._pastes.chips(self.document.get_line(row)):
                if chip.label == label:
                    self.history.checkpoint()
                    self.replace(unfold(text), (row, chip.start), (row, chip.end))
                    return

    def edit(self, edit: Edit) -> EditResult:
        """Extend an edit that begins or ends within a chip to all of it."""
        start, end = edit.top, edit.bottom
        if start == end:
            edit.from_location = edit.to_location = self._edge(start, at_end=True)
        else:
            edit.from_location = self._edge(start, at_end=False)
            edit.to_location = self._edge(end, at_end=True)
        return super().edit(edit)

    def _edge(self, place: tuple[int, int], *, at_end: bool) -> tuple[int, int]:
        row, column = place
        if row >= self.document.line_count:  # Textual's way to include the line's end
            return place
        for chip in self._pastes.chips(self.document.get_line(row)):
            if chip.start < column < chip.end:
                return row, chip.end if at_end else chip.start
        return place

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for chip in self._pastes.chips(line.plain):
            style = self.get_component_rich_style("folding-area--chip", partial=True)
            line.stylize(style, chip.start, chip.end)
        return line
