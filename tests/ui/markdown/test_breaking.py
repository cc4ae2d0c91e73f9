"""Line breaks: between words and ideographs, and never inside a word that fits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.ui.markdown import Document, Span
from tui.ui.markdown.spans import cells, plain, wrap

LATIN = st.text("abcXYZ019'-_.", min_size=1, max_size=10)
IDEOGRAPHS = st.text("日本語中文字かなカナ", min_size=1, max_size=20)
MIXED = st.lists(LATIN | IDEOGRAPHS | st.sampled_from(" （）「」。、"), max_size=30).map("".join)


def broken(text: str, width: int) -> list[str]:
    return [plain(spans) for spans, _ in wrap((Span(text),), width)]


@settings(deadline=None)
@given(MIXED, st.integers(6, 40))
def test_no_latin_word_is_split_by_wrapping_unless_longer_than_a_line(
    text: str, width: int
) -> None:
    lines = broken(text, width)
    for run in re.findall("[!-~（「）」。、]+", text):
        for word in re.findall("[a-zA-Z0-9]+", run) if cells(run) <= width else ():
            assert any(word in line for line in lines)


@settings(deadline=None)
@given(MIXED, st.integers(2, 40))
def test_no_text_is_lost_at_a_line_break(text: str, width: int) -> None:
    text = text.strip(" ")
    pieces = wrap((Span(text),), width)
    assert "".join(glue + plain(spans) for spans, glue in pieces)[1:] == text
    assert all(cells(plain(spans)) <= width for spans, _ in pieces)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("使用libpng和openssl编译", ["使用", "libpng和", "openssl", "编译"]),
        ("これは「引用」です。", ["これは", "「引用」", "です。"]),
        ("请看版本（见 README）", ["请看版本", "（见", "README）"]),
        ("abc\u200bdefgh\u200bij", ["abc\u200bdefgh\u200b", "ij"]),
        ("한국어 문장은", ["한국어", "문장은"]),
    ],
)
def test_lines_wrap_at_expected_positions(text: str, lines: list[str]) -> None:
    assert broken(text, 8) == lines


def test_ideographs_fill_the_line() -> None:
    lines = Document("日本語テキスト" * 20).lines(21)
    assert all(cells(plain(line.spans)) == 20 for line in lines[:-1])
