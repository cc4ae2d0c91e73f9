"""Every word of a message that is not markup is drawn, at any width."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui.ui.markdown import Document
from tui.ui.markdown.extract import plain_text, web_links
from tui.ui.markdown.spans import plain

WORD = st.text("bcdfghjkmnpqrtvwxz", min_size=3, max_size=7)
WORDS = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
TARGET = st.sampled_from(["https://s.example/a", "<https://s.example/b>", "page.md", "#part"])
INLINE = st.one_of(
    WORDS,
    st.builds("**{}**".format, WORDS),
    st.builds("`{}`".format, WORDS),
    st.builds("[{}]({})".format, WORDS, TARGET),
    st.builds('[{}]({} "{}")'.format, WORDS, TARGET, WORDS),
    st.builds('![{}]({} "{}")'.format, WORDS, TARGET, WORDS),
    st.builds("![**{}** {}]({})".format, WORDS, WORDS, TARGET),
    st.builds("[![{}](https://s.example/i.png)](https://s.example)".format, WORDS),
    st.builds("<!-- {} -->".format, WORDS),
    st.builds("<b title='{}'>{}</b>".format, WORDS, WORDS),
    st.builds("[^{}]".format, WORD),
    st.builds("&{};".format, WORD),
    st.builds(r"\({}_{{{}}}\)".format, WORD, WORD),
    st.builds("{}<br>{}".format, WORDS, WORDS),
    st.builds("~~{}~~ \\*{}\\*".format, WORDS, WORDS),
)
LINE = st.lists(INLINE, min_size=1, max_size=3).map(" ".join)
BLOCK = st.one_of(
    LINE,
    st.builds("# {} #".format, LINE),
    st.builds("{}\n---".format, LINE),
    st.builds("[{}]: {}".format, WORD, WORD),
    st.builds('[{}]: {} "{}"'.format, WORDS, TARGET, WORDS),
    st.builds("[{}]:\n  {}\n  '{}\n{}'".format, WORD, TARGET, WORDS, WORDS),
    st.builds("[^{}]: {}".format, WORD, WORD),
    st.builds("- {}\n- [ ] {}".format, LINE, LINE),
    st.builds("1. [x] {}\n   - {}\n7. {}".format, LINE, LINE, LINE),
    st.builds("> {}\n> > {}".format, LINE, LINE),
    st.builds("```{}\n{}\n```".format, WORDS, WORDS),
    st.builds("~~~~\n{}\n~~~~".format, WORDS),
    st.builds("    {}".format, WORDS),
    st.builds("---\n{}: {}\n---".format, WORD, WORDS),
    st.builds("<details>\n{}\n</details>".format, WORDS),
    st.builds("<!-- {}\n\n{} -->".format, WORDS, WORDS),
    st.builds("| {} | {} |\n|---|---|\n| {} | {} | {} | {} |".format, *[WORDS] * 6),
    st.builds("{} | {}\n:-: | -:\n{}".format, WORDS, WORDS, WORDS),
    st.builds("\\[\n{}\n=\n{}\n\n- {}\n\\]".format, WORD, WORD, WORD),
    st.builds("$$\n{}\n$$".format, WORD),
)
CONTAINER = st.sampled_from(["", "", "", "> ", "- ", "3. "])


def contained(prefix: str, block: str) -> str:
    rest = prefix if prefix == "> " else " " * len(prefix)
    return prefix + block.replace("\n", f"\n{rest}")


MESSAGE = st.lists(st.builds(contained, CONTAINER, BLOCK), min_size=1, max_size=6).map("\n\n".join)


def drawn(text: str, width: int) -> str:
    return "".join(plain(line.spans) for line in Document(text).lines(width))


def words_of(text: str) -> Iterator[str]:
    """Words that are not the name of an HTML element or a character, and not where a link leads."""
    names = r"https?:[^\s)>]+|page\.md|i\.png|<br>|&\w+;|\\begin|\\end"
    without_targets = re.sub(names, " ", text)
    return iter(re.findall("[bcdfghjkmnpqrtvwxz]{3,}", without_targets))


@settings(deadline=None, max_examples=150)
@given(MESSAGE)
def test_every_word_of_the_markdown_is_drawn(text: str) -> None:
    shown = drawn(text, 1_000)
    assert [word for word in words_of(text) if word not in shown] == []


@settings(deadline=None, max_examples=150)
@given(MESSAGE, st.integers(8, 60))
def test_every_word_is_drawn_in_a_narrow_window(text: str, width: int) -> None:
    shown = re.sub("[^a-z]", "", drawn(text, width))
    assert [word for word in words_of(text) if word not in shown and len(word) <= 5] == []


@settings(deadline=None, max_examples=150)
@given(MESSAGE, st.lists(st.integers(0, 400), max_size=8))
@example("a\n\n- b\n\n- c | d\n  :-: | -:\n  e", [24])
@example("a\n\n<!-- b\n\nc -->\n\n3. d | e\n   :-: | -:\n   f", [30])
def test_a_streamed_message_is_drawn_like_a_whole_one(text: str, cuts: list[int]) -> None:
    streamed = Document()
    for cut in sorted(cuts):
        streamed.update(text[:cut], final=False)
        streamed.lines(40)
    streamed.update(text)
    assert list(streamed.lines(40)) == list(Document(text).lines(40))


@pytest.mark.parametrize(
    "text",
    [
        "[Status]: Approved",
        "[ERROR]: Timeout\n[ERROR]: Refused",
        "[Status]: Approved\nand more",
        "> [Note]: quoted",
        "[1]: https://a.example/x 'The title'",
    ],
)
def test_an_unused_link_definition_is_drawn_as_written(text: str) -> None:
    assert plain_text(text) == text.replace("> ", "")


def test_link_definitions_are_drawn_together_as_written() -> None:
    text = "Sources:\n\n[1]: https://a.example\n[2]: https://b.example\n\nEnd"
    assert plain_text(text) == text


def test_a_used_link_definition_is_not_drawn_again() -> None:
    assert plain_text("See [the page][1].\n\n[1]: https://a.example") == (
        "See the page (a.example)."
    )


def test_the_target_of_a_link_is_visible() -> None:
    assert plain_text("[Статус]: Одобрено\n\n[Статус]") == "Статус (Одобрено)"


def test_a_duplicate_link_definition_is_drawn() -> None:
    text = "See [x].\n\n[x]: https://a.example\n[X]: https://b.example"
    assert plain_text(text) == "See x (a.example).\n\n[X]: https://b.example"
    assert web_links(text) == ["https://a.example", "https://b.example"]


def test_links_of_unused_definitions_empty_links_and_images_can_be_opened() -> None:
    text = (
        "[](https://a.example/1) [![x](https://a.example/2)](https://a.example/3)\n\n"
        "[n]: https://a.example/4\n[m]: <https://a.example/5> 'T'"
    )
    assert web_links(text) == [f"https://a.example/{n}" for n in range(1, 6)]


def test_line_breaks_in_table_cells_are_drawn() -> None:
    text = "| a | b |\n|---|---|\n| one<br>two<BR />three | `<br>` |"
    assert [line.rstrip() for line in drawn_lines(text)[2:]] == ["one     <br>", "two", "three"]


def test_table_cells_without_a_column_are_drawn_with_the_last_one() -> None:
    assert drawn_lines("a | b\n-|-\n1 | 2 | 3\n\\|x | y")[2] == "1    2 | 3"


def test_numbered_task_lists_keep_their_numbers() -> None:
    assert plain_text("1. [ ] one\n2. [x] two") == "1. ☐ one\n2. ☑ two"


def test_list_items_keep_their_written_numbers() -> None:
    assert plain_text("2019. a\n2021. b\n2021. c") == "2019. a\n2021. b\n2022. c"
    assert plain_text("1. a\n1. b\n1. c") == "1. a\n2. b\n3. c"


@pytest.mark.parametrize(
    "text",
    [
        r"so \(a_1 * b_1 * c\) holds",
        r"\[ E = mc^2 \]",
        "\\[\na\n=\nb \\\\\n\n- c\n\\]",
        r"$$x \\ y$$",
        "$$\nx \\\\\n\n* y\n$$",
        r"costs $5 or $\frac{a}{b}\;x$",
        "\\begin{align}\na &= b \\\\\n# c\n\\end{align}",
        r"a \; b \, c",
    ],
)
def test_math_formulas_are_drawn_as_written(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\[note\] \*no em\*", "[note] *no em*"),
        ("costs $5 *or* $6", "costs $5 or $6"),
        ("\\[\nnever closed", "[\nnever closed"),
    ],
)
def test_dollar_signs_without_math_are_markdown(text: str, shown: str) -> None:
    assert plain_text(text) == shown


def drawn_lines(text: str) -> list[str]:
    return [plain(line.spans) for line in Document(text).lines(80)]
