"""Text that streams in pieces looks like the same text at once."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui.ui.markdown import Document

WORDS = st.sampled_from(["alpha", "**bold**", "*em*", "`code`", "https://x.example/a", "日本", "|"])
SENTENCE = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
FENCE = st.integers(0, 130).map(lambda n: "```python\n" + "x = 1\n" * n + "```")
TABLE = st.integers(0, 70).map(
    lambda n: "| a | b |\n|---|--:|\n" + "".join(f"| {i} | cell {i} |\n" for i in range(n))
)
ITEM = st.builds(
    lambda indent, marker, text: f"{indent}{marker} {text}",
    st.sampled_from(["", "", "  ", "   ", "    "]),
    st.sampled_from(["-", "*", "1.", "7)", "- [ ]", "- [x]", "#", ">", ">>", "> -"]),
    SENTENCE,
)
ODD = st.sampled_from(
    ["---", "===", "", "", "    indented", "```", "~~~ x", "<div>", "[a]: https://x.example", "[a]"]
)
DOCUMENT = st.lists(st.one_of(SENTENCE, ITEM, ODD, FENCE, TABLE), max_size=14).map("\n".join)
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
NOISE = st.text(alphabet="-*+_=#>`~|:[]()!<&;1. \n\tab\r\x1b$\\" + FLAG, max_size=80)


def pieces(text: str, cuts: list[int]) -> Iterator[str]:
    for cut in sorted(cut % (len(text) + 1) for cut in cuts):
        yield text[:cut]


@settings(deadline=None, max_examples=150)
@given(st.one_of(DOCUMENT, NOISE), st.lists(st.integers(0, 10_000), max_size=30))
@example("> quote\n-x", [9])
@example("- a\n\n**b**", [5, 6])
@example("1. a\n1. b\n\n1. c\n\nafter", [5, 10, 16, 17])
@example("[a]\n\ntext\n\n[a]: https://x.example", [5, 12, 20])
@example("para\n#hash", [6])
@example("a\r\nb", [2])
@example(f"x{FLAG}y", [3, 5])
@example("\\[\na\n\n- b\n\\]", [5, 9])
def test_streamed_markdown_renders_like_the_whole_text(text: str, cuts: list[int]) -> None:
    streamed = Document()
    for piece in pieces(text, cuts):
        streamed.update(piece, final=False)
        streamed.lines(40)
    streamed.update(text)
    whole = Document(text)
    assert list(streamed.lines(40)) == list(whole.lines(40))
    assert streamed.code_blocks() == whole.code_blocks()
