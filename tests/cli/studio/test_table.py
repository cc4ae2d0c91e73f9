"""Tables that fit the terminal."""

from __future__ import annotations

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from tui.cli.studio.output import fitted, table
from tui.core.text import clean_line


def test_table_columns_are_aligned_by_cells_not_characters() -> None:
    lines = list(table(("name", "state"), [("日本", "on"), ("a", "off")], None))
    assert lines == ["NAME  STATE", "日本  on", "a     off"]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("日本語", 6),
        ("e\u0301te\u0301", 3),
        ("👨\u200d👩\u200d👧\u200d👦", 2),
        ("👍🏽", 2),
        ("❤\ufe0f", 2),
        ("🇩🇪", 2),
        ("\u0915\u094d\u0937\u093f", 2),
    ],
    ids=["wide", "combining", "joined", "skin tone", "emoji style", "flag", "conjunct"],
)
def test_the_next_table_column_starts_after_the_drawn_cells(text: str, cells: int) -> None:
    _, row, plain = table(("name", "state"), [(text, "on"), ("abcdefgh", "off")], None)
    assert row == f"{text}{' ' * (8 - cells)}  on"
    assert plain == "abcdefgh  off"


def test_truncation_keeps_joined_and_wide_unicode_characters_whole() -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    _, cut = table(("id", "name"), [("x", family * 9)], 14)
    assert cut == f"x   {family * 4}…"
    _, cut = table(("id", "name"), [("x", "日" * 9)], 14)
    assert cut == "x   日日日日…"


def test_the_widest_table_column_is_truncated_first_with_an_ellipsis() -> None:
    rows = [("gin-12345678", "active", "a long description of what it does")]
    head, row = table(("id", "state", "description"), rows, 40)
    assert row == "gin-12345678  active  a long descriptio…"
    assert wcwidth.width(row) <= 40
    assert head.startswith("ID            STATE   DESC")


def test_the_first_table_column_is_never_truncated() -> None:
    rows = [("j-BgXg1VlR-DlqZGv", "failed", "Recipe error: 403 Forbidden from the archive")]
    _, row = table(("id", "status", "error"), rows, 40)
    assert row == "j-BgXg1VlR-DlqZGv  failed  Recipe error…"


@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=8),
    st.integers(1, 400),
)
def test_table_widths_fit_unless_every_column_has_its_minimum(wanted: list[int], room: int) -> None:
    widths = fitted(wanted, room)
    assert sum(widths) <= room or max(widths) <= 6
    assert all(w <= full for w, full in zip(widths, wanted, strict=True))
    if sum(wanted) <= room:
        assert widths == wanted


texts = st.text(max_size=30).map(clean_line)


@given(
    st.lists(st.tuples(texts, texts), max_size=5),
    st.integers(20, 60),
)
def test_no_table_line_is_wider_than_the_terminal(rows: list[tuple[str, str]], width: int) -> None:
    assert all(wcwidth.width(line) <= width for line in table(("one", "two"), rows, width))
