"""Large pastes: a chip in the text stands for each, and the whole goes with the message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.core.draft import fold, show_folded
from tui.core.text import utf8_size

FOLD_LINES = 12
"""Pastes with more lines are folded; as many as the composer has room for are not."""
FOLD_CHARACTERS = 1500
_CHIP = re.compile(r"\[Pasted text #(\d+) · [\d,]+ (?:lines|characters)\]")


@dataclass(frozen=True, slots=True)
class PasteChip:
    """Where a chip stands in a text."""

    start: int
    end: int
    label: str


def is_large(text: str) -> bool:
    """Whether a paste is to be folded."""
    return text.count("\n") >= FOLD_LINES or len(text) > FOLD_CHARACTERS


def line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


class PasteStore:
    """The pastes behind the chips of one text. A chip that was undone finds its paste again."""

    def __init__(self) -> None:
        self._pastes: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def add(self, paste: str) -> str:
        """The chip for a paste."""
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
        """The chips in a text, from left to right."""
        if self._pastes:
            for found in _CHIP.finditer(text):
                if found[0] in self._pastes:
                    yield PasteChip(found.start(), found.end(), found[0])

    def expand(self, text: str) -> str:
        """The text with the pastes instead of their chips."""
        return self._replace(text, lambda paste: paste)

    def size_bytes(self, text: str) -> int:
        """Size of the expanded text, as UTF-8."""
        more = (self._sizes[chip.label] - utf8_size(chip.label) for chip in self.chips(text))
        return utf8_size(text) + sum(more)

    def to_draft(self, text: str) -> str:
        """The text with its pastes, as drafts have them."""
        return self._replace(text, fold)

    def of_draft(self, kept: str) -> str:
        """The text to show for a draft, with a chip for each paste."""
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
