"""Typed text: kept as it is, without control characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.draft import is_text, typed_text

WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))


@given(WORDS, WORDS)
def test_typed_unicode_characters_are_not_changed(one: str, two: str) -> None:
    text = f"{one}\n\t{two}"
    assert typed_text(text) == text
    assert all(map(is_text, one))


@given(st.text(st.characters()))
def test_control_characters_are_removed_idempotently(text: str) -> None:
    typed = typed_text(text)
    assert all(is_text(character) or character in "\n\t" for character in typed)
    assert typed_text(typed) == typed


@given(WORDS, WORDS)
def test_removed_escape_sequences_take_no_text_with_them(one: str, two: str) -> None:
    two = f" {two}"
    for inside in ("\x1b[31m", "\x1b]52;c;eA==\x07", "\x1b]0;x\x1b\\", "\x9b2J", "\x00", "\x7f"):
        assert typed_text(one + inside + two) == one + two
    assert typed_text(f"{one}\x1b\x1b[0m{two}") == one + two


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_line_break_becomes_one_newline(end: str) -> None:
    assert typed_text(f"one{end}two") == "one\ntwo"
