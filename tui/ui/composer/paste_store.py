"""Large pastes behind the chips in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.core.draft import fold, show_folded
from tui.core.text import utf8_size

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
