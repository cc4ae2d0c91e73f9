"""Markdown rendered as lines of text."""

from __future__ import annotations

import pytest
from textual.selection import Selection

from tui.ui.markdown import Document, Span
from tui.ui.markdown.paint import selected_text
from tui.ui.markdown.spans import cells, plain


def drawn(text: str, width: int = 40, *, marks: bool = False) -> list[str]:
    return [plain(line.spans).rstrip() for line in Document(text, marks=marks).lines(width)]


def spans(text: str, width: int = 80) -> list[Span]:
    return [span for line in Document(text).lines(width) for span in line.spans]


def span(text: str, wanted: str) -> Span:
    return next(span for span in spans(text) if span.text == wanted)


def test_blocks_are_separated_by_one_empty_line() -> None:
    assert drawn("# Title\ntext\n\n\n\nmore\n***") == [
        "Title",
        "",
        "text",
        "",
        "more",
        "",
        "─" * 40,
    ]


def test_emphasis_is_styled_also_when_nested() -> None:
    assert span("a **b *c* `d`** ~~e~~", "c").style == "strong em"
    assert span("a **b *c* `d`** ~~e~~", "d").style == "strong code"
    assert span("a **b *c* `d`** ~~e~~", "e").style == "strike"


def test_unclosed_markdown_syntax_is_shown_as_text() -> None:
    assert drawn("this is **bol") == ["this is **bol"]


def test_lists_have_hanging_indents() -> None:
    text = "- one two three four\n  - five six seven\n\n    more\n9. nine\n1. ten"
    assert drawn(text, 14) == [
        *("• one two", "  three four", "  ◦ five six", "    seven", "", "    more"),
        *("", "9. nine", "10. ten"),
    ]


def test_list_items_keep_their_spacing() -> None:
    assert drawn("- a\n- b\n\n- c") == ["• a", "• b", "", "• c"]


def test_task_lists_have_checkboxes() -> None:
    assert drawn("- [ ] open\n- [x] done\n- [y] text") == ["☐ open", "☑ done", "• [y] text"]


def test_an_empty_list_item_keeps_its_marker() -> None:
    assert drawn("-\n- b") == ["•", "• b"]


def test_block_quotes_have_a_bar_at_every_line() -> None:
    assert drawn("> aa bb cc\n>\n> > dd", 8) == ["▎ aa bb", "▎ cc", "▎", "▎ ▎ dd"]


def test_code_blocks_are_labeled_with_their_info_string() -> None:
    lines = drawn("```python title=x\nprint(1)\n```", 30)
    assert lines[0].split() == ["python", "title=x", "copy"]
    assert lines[1] == " print(1)"


def test_known_languages_are_syntax_highlighted_and_unknown_ones_plain() -> None:
    assert span("```python\ndef f(): 1\n```", "def").style == "panel keyword"
    assert span("```klingon\ndef f(): 1\n```", "def f(): 1").style == "panel"


def test_long_code_lines_are_wrapped_with_an_arrow() -> None:
    assert drawn("```\n0123456789abc\n```", 12)[1:4] == [" 01234567", " ↪ 89abc", ""]


def test_code_blocks_have_edges_instead_of_empty_lines_around_them() -> None:
    text = "before\n\n```sh\n0123456789abc\n```\n\nafter"
    lines = Document(text, well="edge").lines(16)
    assert [plain(line.spans) for line in lines] == [
        "before",
        "▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖",
        "▐ sh      copy ▌",
        "▐ 0123456789   ▌",
        "▐ ↪ abc        ▌",
        "▝▀▀▀▀▀▀▀▀▀▀▀▀▀▀▘",
        "after",
    ]
    copied = selected_text(lines, Selection(None, None))
    assert copied == "before\n\n0123456789abc\n\nafter"


def test_without_shades_code_blocks_have_a_bar() -> None:
    lines = Document("```sh\nls\n```", well="bar").lines(16)
    assert [plain(line.spans).rstrip() for line in lines] == ["│  sh      copy", "│ ls", ""]


def test_code_blocks_can_be_extracted_as_written() -> None:
    document = Document("```sh\n\tls\n\n```\n- ```\n  x\n  ```\n\n```py\n" + "y\n" * 120 + "```")
    assert document.code_blocks() == [("sh", "\tls\n\n"), ("", "x\n"), ("py", "y\n" * 120)]


def test_tables_have_a_rule_below_the_head_and_aligned_columns() -> None:
    assert drawn("| a | b | c |\n|:--|:-:|--:|\n| x | mid | 1 |\n| long | m |") == [
        "a       b    c",
        "──────────────",
        "x      mid   1",
        "long    m",
    ]


def test_tables_shrink_wide_columns_and_separate_their_rows() -> None:
    table = "| n | text |\n|---|---|\n| 1 | some words here |\n| 2 | b |"
    assert drawn(table, 14)[2:] == ["1   some words", "    here", "", "2   b"]


def test_tables_without_room_for_columns_become_records() -> None:
    table = "| name | age | town |\n|---|---|---|\n| Ann | 7 | Rome |\n| Bob | 8 | Oslo |"
    lines = drawn(table, 12)
    assert lines[:4] == ["name: Ann", "age: 7", "town: Rome", "─" * 12]


def test_links_show_their_host_unless_the_text_is_the_url() -> None:
    assert drawn("[here](https://a.example/x)", 60) == ["here (a.example)"]
    assert drawn("https://a.example/x", 60) == ["https://a.example/x"]
    assert drawn("[https://good.example](https://bad.example)", 60) == [
        "https://good.example (bad.example)"
    ]


def test_links_carry_their_url_as_an_argument_and_not_as_parsed_text() -> None:
    link = span("[x](https://a.example/'%22\\)?q=[/])", "x")
    assert link.action == ("app.open_link", ("https://a.example/'%22)?q=%5B/%5D",))


@pytest.mark.parametrize(
    "target", ["vscode://x", "mailto:a@b.example", "foo.md", "ftp://a.example"]
)
def test_links_with_other_schemes_are_text(target: str) -> None:
    assert drawn(f"[x]({target})", 60) == [f"x ({target})"]
    assert all(part.action is None for part in spans(f"[x]({target})"))


def test_file_names_are_not_links_to_country_domains() -> None:
    assert all(part.action is None for part in spans("see notes.md and main.py"))


def test_images_show_their_alt_text_and_can_be_opened() -> None:
    assert drawn("![A chart](https://i.example/c.png)", 60) == ["🖼 A chart (i.example)"]
    assert drawn("![](https://i.example/c.png)", 60) == ["🖼 c.png (i.example)"]


def test_html_math_footnotes_and_markup_are_text() -> None:
    text = "<b>x</b> $a_1$ [^1] [/x] [@click=app.quit]y[/]"
    assert drawn(text, 80) == [text]


def test_line_breaks_in_a_paragraph_are_kept() -> None:
    assert drawn("Name: Ann\nTown: Rome") == ["Name: Ann", "Town: Rome"]


def test_without_color_the_markdown_marks_stay() -> None:
    assert drawn("## T\n\na `b`\n\n```py\nc\n```", 20, marks=True) == [
        *("## T", "", "a `b`", "", "```py          copy", " c", "```"),
    ]


def test_control_characters_and_their_html_entities_are_replaced() -> None:
    text = "a\x1b[2Jb \x9b \u202e &#x202e; `\u2066`\n\n```\n\x1b]52;c;x\x07\n```"
    shown = "".join(drawn(text, 60))
    assert not set(shown) & set("\x1b\x07\x9b\u202e\u2066")
    assert shown.count("\ufffd") == 7


def test_an_html_entity_cannot_break_a_line() -> None:
    assert drawn("a&#10;b", 60) == ["a b"]


def test_wide_unicode_characters_are_measured_in_cells() -> None:
    lines = Document("日本語テキスト " * 20 + "👨‍👩‍👧‍👦" * 20).lines(21)
    assert max(cells(plain(line.spans)) for line in lines) <= 21
