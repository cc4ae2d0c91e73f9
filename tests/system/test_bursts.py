"""Lines that come at once are a paste, and an Enter that somebody presses is one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.system.bursts import Bursts

TYPED = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
LINES = st.lists(TYPED.filter(bool), min_size=2, max_size=6).filter(
    lambda lines: sum(map(len, lines)) >= 16
)


def read(*parts: str, pause_s: float = 0.001) -> list[str | None]:
    bursts = Bursts()
    return [bursts.lines_in(part, number * pause_s) for number, part in enumerate(parts, 1)]


@given(LINES, st.sampled_from(["", "\r"]))
def test_lines_that_come_at_once_are_a_paste(lines: list[str], end: str) -> None:
    assert read("\r".join(lines) + end) == ["\n".join(lines) + end.replace("\r", "\n")]


@given(TYPED)
def test_an_enter_behind_what_was_typed_is_an_enter_however_it_is_read(text: str) -> None:
    assert read(f"{text}\r") == [None]
    assert read(text, "\r", text, "\r") == [None] * 4
    assert read(f"{text}\r", f"{text}\r", pause_s=0.0001) == [None, None]
    assert read("\r\r") == [None]


def test_a_paste_may_be_read_in_parts_and_an_enter_after_it_is_one() -> None:
    first, lines = "the first\rthe second\r", "the first\nthe second\n"
    assert read(first, "three\r", "four") == [lines, "three\n", "four"]
    assert read(first, "\r", pause_s=0.05) == [lines, None]


def test_a_few_keys_that_a_busy_machine_reads_late_are_keys() -> None:
    assert read("yes\rand then") == [None]


@pytest.mark.parametrize(
    "parts",
    [
        ["\x1b[200~the first\rthe second\x1b[201~"],
        ["\x1b[200~the first\rthe second", "\rthe third\rthe fourth", "five\rsix\x1b[201~"],
        ["\x1b[20", "0~the first\rthe second", "the third\rthe fourth"],
        ["\x1b[200~one", "the second\rthe third\x1b[20", "1~"],
        ["more than\rsixteen\x1b[A"],
        ["\x1b", "[1\rmore than sixteen"],
        ["the first\rthe second\x11"],
        ["the first\nthe second"],
        [""],
    ],
)
def test_marked_pastes_sequences_and_chords_are_left_to_the_parser(parts: Iterable[str]) -> None:
    assert not any(read(*parts))


def test_after_a_marked_paste_lines_are_seen_again() -> None:
    assert read("\x1b[200~the first\rthe second\x1b[201~", "the third\rthe fourth")[1]
