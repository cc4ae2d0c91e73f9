"""Copied text is the Markdown source, not the rendered text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual.geometry import Offset
from textual.selection import Selection
from textual.style import Style

from tui.core.text import clean, drawn
from tui.ui.markdown import Document
from tui.ui.markdown.extract import plain_text
from tui.ui.markdown.paint import paint, select, selected_text
from tui.ui.markdown.spans import cells, plain

INVISIBLE = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
WORD = st.text(
    st.sampled_from(f"abcé日本👩💻❤{INVISIBLE}"), min_size=1, max_size=12
) | st.sampled_from([ENGLAND, "👩\u200d💻", "con\u00adtract", "نیم\u200cروز", "क्\u200dष"])
WORDS = st.lists(WORD, min_size=1, max_size=12).map(" ".join)
CODE_LINE = st.lists(st.sampled_from(["\t", "x", " ", "日", "= 1", "# y"]), max_size=8).map("".join)
LANGUAGES = st.sampled_from(["", "py", "klingon", "make"])


def painted(text: str, width: int) -> list[list[Segment]]:
    lines = Document(text).lines(width)
    return [list(paint(line, y, width, lambda _: Style())) for y, line in enumerate(lines)]


@settings(deadline=None)
@given(WORDS, st.integers(4, 40))
def test_invisible_characters_are_copied_and_take_no_space(text: str, width: int) -> None:
    copied = selected_text(Document(text).lines(width), Selection(None, None))
    assert copied.split() == text.split()
    for line in painted(text, width):
        shown = "".join(segment.text for segment in line)
        assert shown == drawn(shown)
        assert sum(segment.cell_length for segment in line) <= width


@settings(deadline=None)
@given(WORDS)
def test_each_drawn_segment_has_its_offset_in_the_source(text: str) -> None:
    (line,) = Document(text).lines(1_000)
    whole = plain(line.spans)
    (strip,) = painted(text, 1_000)
    for segment in strip:
        assert segment.style is not None
        x, _ = segment.style.meta["offset"]
        assert whole[x : x + len(segment.text)] == segment.text


@settings(deadline=None)
@given(LANGUAGES, st.lists(CODE_LINE, min_size=1, max_size=6), st.integers(8, 60))
def test_code_is_copied_with_its_tabs(language: str, lines: list[str], width: int) -> None:
    source = "".join(f"{line}x\n" for line in lines)
    document = Document(f"```{language}\n{source}```")
    assert selected_text(document.lines(width), Selection(None, None)).strip("\n") == source[:-1]
    assert "\t" not in "".join(plain(line.spans) for line in document.lines(width))


@pytest.mark.parametrize("language", ["", "py"])
def test_tabs_in_code_extend_to_the_next_tab_stop(language: str) -> None:
    lines = [
        plain(line.spans) for line in Document(f"```{language}\n\tx\nab\tx\n日\tx\n```").lines(40)
    ]
    assert [line.rstrip() for line in lines[1:4]] == ["     x", " ab  x", " 日  x"]


def test_a_selected_part_of_a_tab_is_copied_as_a_tab_or_nothing() -> None:
    _, line, _ = Document("```\n\tx\n```").lines(40)
    for start, copied in ((0, "\tx"), (1, "\tx"), (2, "x"), (5, "x")):
        reach = Selection(Offset(start, 0), None)
        assert selected_text([line], reach) == copied
    assert selected_text([select(line, 2, 4)], Selection(None, None)) == "\tx"


def test_nested_lists_are_copied_with_their_indentation() -> None:
    source = "1. First\n   1. Inner a\n   2. Inner b\n\n      more of b\n2. Second"
    assert plain_text(source) == source


@pytest.mark.parametrize("width", [20, 100])
def test_a_wrapped_item_is_copied_as_one_line(width: int) -> None:
    source = "1. First\n   1. some words that have no room"
    assert selected_text(Document(source).lines(width), Selection(None, None)) == source


@settings(deadline=None)
@given(st.text(st.sampled_from(f"ab \n\t{INVISIBLE}日👩❤🏽\U000e0067")), st.integers(8, 40))
def test_every_line_is_as_wide_as_its_drawn_cells(text: str, width: int) -> None:
    for line in Document(clean(text)).lines(width):
        strip = paint(line, 0, width, lambda _: Style())
        assert sum(s.cell_length for s in strip) <= max(width, cells(plain(line.spans)))
