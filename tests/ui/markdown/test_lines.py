"""Lines of code are counted before they are drawn, and the count is right."""

from __future__ import annotations

from typing import get_args
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui.ui.markdown import Document, Line, code
from tui.ui.markdown.layout import Well
from tui.ui.markdown.lines import LazyLines, Part
from tui.ui.markdown.spans import plain

CODE = st.text(
    alphabet=st.one_of(
        st.sampled_from("\t\n\t\n 0123abc#'\"\ufe0f\u20e3\u0301\ufeff日👨\u200d👩"), st.characters()
    ),
    max_size=120,
)
LANGUAGES = st.sampled_from(["", "python", "json", "html", "diff", "console", "no such language"])


@settings(deadline=None, max_examples=400)
@given(LANGUAGES, CODE, st.integers(1, 50), st.booleans(), st.sampled_from(get_args(Well)))
@example("python", "x" * 46 + "\n" + "y" * 47, 50, False, "edge")
@example("python", "1\ufe0f\u20e3\tx\n", 10, False, "plain")
@example("python", "\ufeffx = 1", 5, True, "edge")
@example("", "", 20, True, "bar")
def test_counted_lines_of_code_are_as_many_as_drawn_ones(
    language: str, text: str, width: int, marks: bool, well: Well
) -> None:
    source = f"~~~~~{language} about it\n{text}\n~~~~~\n\nend"
    lines = Document(source, marks=marks, well=well).lines(width)
    assert len(lines) == len(list(lines))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 130), st.integers(8, 40))
def test_long_code_with_long_lines_is_counted_as_it_is_drawn(count: int, width: int) -> None:
    source = "".join(f"\tvalue = '{'ab' * (n % 40)}'  # {n}\n" for n in range(count))
    lines = Document(f"before\n\n```python\n{source}```\n\nafter").lines(width)
    assert len(lines) == len(list(lines))


def test_code_is_drawn_only_where_lines_are_asked_for() -> None:
    source = "".join(f"x = {n}\n" for n in range(1_000))
    with patch("tui.ui.markdown.layout.highlight", wraps=code.highlight) as highlight:
        lines = Document(f"```python\n{source}```").lines(40)
        assert len(lines) == 1_002
        assert highlight.call_count == 0
        assert [plain(line.spans).strip() for line in lines[501:521]] == [
            f"x = {n}" for n in range(500, 520)
        ]
        assert highlight.call_count == 1


def test_lines_are_found_across_blocks() -> None:
    a, b, c = Line(glue="a"), Line(glue="b"), Line(glue="c")
    lines = LazyLines()
    lines.append((a,))
    lines.append(())
    lines.append(Part(2, lambda: (b, c)))
    assert list(lines) == [a, b, c]
    assert [lines[n] for n in range(-3, 3)] == [a, b, c, a, b, c]
    assert list(lines[1:]) == [b, c]
    with pytest.raises(IndexError):
        lines[3]


def test_lines_are_removed_from_the_end() -> None:
    a, b = Line(glue="a"), Line(glue="b")
    lines = LazyLines()
    lines.append((a,))
    lines.append(Part(1, lambda: (b,)))
    lines.truncate(1)
    assert list(lines) == [a]
    assert len(lines) == 1
