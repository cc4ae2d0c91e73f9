"""Hostile Markdown: nothing overflows the pane, loses code, or breaks the renderer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.ui.markdown import Document
from tui.ui.markdown.spans import cells, plain

HOSTILE = {
    "long word": "a" * 10_000,
    "deep quotes": ">" * 500 + " end",
    "deep list in a line": "- " * 500 + "end",
    "deep list": "\n".join("  " * depth + "- x" for depth in range(500)),
    "deep mixture": "> - " * 300 + "end",
    "long table": "| a | b |\n|---|---|\n" + "| x | **y** |\n" * 5_000,
    "broad table": "|" + " a |" * 300 + "\n|" + "---|" * 300 + "\n|" + " x |" * 300,
    "big fence": "```python\n" + "x = f('y')  # z\n" * 30_000 + "```",
    "long code line": "```json\n" + "[1, " * 100_000 + "\n```",
    "zalgo": "Z" + "\u0301\u0316\u0489" * 3_000,
    "emoji": "👨‍👩‍👧‍👦👍🏽🇩🇪" * 2_000,
    "brackets": "![[" * 20_000,
    "stars": "*a **b " * 8_000,
    "addresses": "<http://" * 7_000,
    "entities": "&#10;&#x202e;&#27;" * 3_000,
    "long paragraph": "word " * 40_000,
    "trailing spaces": ("a" + " " * 60_000 + "\n") * 3 + "b",
    "spaces in code": "`a" + " " * 8_000 + "`",
    "quote marks": ">" * 60_000 + "x",
    "empty lines": "\n" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markdown_fits_the_width(name: str) -> None:
    document = Document(HOSTILE[name])
    widest = max((cells(plain(line.spans)) for line in document.lines(40)), default=0)
    assert widest <= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markdown_streams_like_the_whole_text(name: str) -> None:
    text = HOSTILE[name]
    streamed = Document()
    for part in (1, 2, 3):
        streamed.update(text[: len(text) * part // 4], final=False)
        streamed.lines(40)
    streamed.update(text)
    assert list(streamed.lines(40)) == list(Document(text).lines(40))


def test_markdown_nested_too_deeply_is_shown_as_written() -> None:
    shown = "".join(plain(line.spans) for line in Document(HOSTILE["deep quotes"]).lines(40))
    assert shown.count(">") == 500
    assert shown.endswith("end")


def test_a_long_code_fence_is_complete() -> None:
    assert Document(HOSTILE["big fence"]).code_blocks() == [
        ("python", "x = f('y')  # z\n" * 30_000)
    ]


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet=st.one_of(st.sampled_from("-*_`~>#|[]()!<&;:\n 1."), st.characters())),
    st.integers(8, 60),
)
def test_any_markdown_fits_any_width(text: str, width: int) -> None:
    for line in Document(text).lines(width):
        assert cells(plain(line.spans)) <= width
        assert "\n" not in plain(line.spans)
