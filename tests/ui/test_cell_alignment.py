"""Alignment: no character moves the rest of its line, whatever width the terminal gives it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from tui.ui.terminal.cell_alignment import in_place
from tui.ui.terminal.output_diff import OutputDiff

COLUMNS = 60
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
CLUSTERS = (
    *(
        "❤\ufe0f",
        "👍🏽",
        "👩\u200d💻",
        "👨\u200d👩\u200d👧",
        "🇩🇪",
        ENGLAND,
        "نیم\u200cروز",
        "☺\ufe0e",
    ),
    *("con\u00adtract", "a\u200bb", "\u200eabc\u200f", "1\ufe0f⃣", "\ufeff"),
)
LINES = st.lists(st.sampled_from((*CLUSTERS, "plain", " ", "日本")), max_size=4)

WidthOf = Callable[[str], int]


def generous(character: str) -> int:
    """A terminal that joins nothing: every part of an emoji takes two cells."""
    if character in "\ufe0f\ufe0e":
        return 0
    return 2 if ord(character) > 0x1F000 else get_character_cell_size(character)


def sparing(character: str) -> int:
    """A terminal without wide characters but ideographs."""
    return get_character_cell_size(character) if ord(character) < 0x1F000 else 1


class OddTerminal:
    """Draws each character as wide as its rule says, and obeys what moves the cursor."""

    def __init__(self, width_of: WidthOf) -> None:
        self._width_of = width_of
        self.rows = [[" "] * COLUMNS for _ in range(3)]
        self._row = self._column = 0
        self._wraps = True

    def feed(self, data: str) -> None:
        for sequence, character in re.findall(r"\x1b\[([?0-9;]*[A-Za-z])|(.)", data):
            if character:
                self._draw(character)
            elif sequence.endswith("H"):
                self._row, self._column = (int(n) - 1 for n in sequence[:-1].split(";"))
            elif sequence.endswith("G"):
                self._column = int(sequence[:-1]) - 1
            elif sequence.startswith("?7"):
                self._wraps = sequence.endswith("h")

    def _draw(self, character: str) -> None:
        width = self._width_of(character)
        if self._column + width > COLUMNS:
            if not self._wraps:
                self._column = COLUMNS - width
            else:
                self._row, self._column = self._row + 1, 0
        for cell in range(width):
            self.rows[self._row][self._column + cell] = "" if cell else character
        self._column += width


@pytest.mark.parametrize("width_of", [generous, sparing, get_character_cell_size])
@given(line=LINES)
def test_text_after_a_unicode_cluster_is_aligned(width_of: WidthOf, line: list[str]) -> None:
    content = f"{''.join(line)}|"
    fill = COLUMNS - cell_len(content)
    terminal = OddTerminal(width_of)
    whole = f"{'-' * fill}{content}"
    terminal.feed(f"\x1b[1;1H{in_place(whole, 1)}\x1b[2;1H{'=' * COLUMNS}")
    terminal.feed(f"\x1b[1;1H{in_place(whole, 1)}")
    assert terminal.rows[0][-1] == "|"
    assert terminal.rows[0][:fill] == ["-"] * fill
    assert terminal.rows[1] == ["="] * COLUMNS


@given(line=LINES, column=st.integers(1, 9))
def test_no_text_is_lost_in_a_terminal_that_stops_at_unknown_unicode(
    line: list[str], column: int
) -> None:
    screen = pyte.Screen(COLUMNS, 2)
    content = f"{''.join(line)}\x1b[1m|\x1b[0mend"
    frame = f"\x1b[1;{column}H{content}\x1b[1;1H"
    pyte.Stream(screen).feed(OutputDiff().needed(frame))
    assert "|end" in screen.display[0]
    assert screen.buffer[0][column - 1 + cell_len("".join(line))].data == "|"


@given(st.text("ab é日─✓•", max_size=20))
def test_ordinary_text_is_not_realigned(text: str) -> None:
    assert in_place(text, 1) == text


def test_zero_width_characters_are_not_sent_to_the_terminal() -> None:
    sent = in_place("a\u200bb\u200e\ufeffc\u00add", 1)
    assert not set(sent) & set("\u200b\u200e\ufeff\u00ad")


@given(st.text("ab\u202e\u2066\u2069é👩 ", max_size=12))
def test_bidirectional_text_is_not_reordered(text: str) -> None:
    without = re.sub("[\u202e\u2066\u2069]", "", text)
    assert in_place(text, 3) == in_place(without, 3)
