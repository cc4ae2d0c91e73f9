"""Hostile content: an exported file shows it and executes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.export.samples import everywhere, said
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.export import FORMATS, render
from tui.export.markdown import quoted

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe src=//evil.example></iframe>',
    "' onmouseover='alert(1)",
    "</title></style></textarea><script>alert(1)</script>",
    "<!-- <script> -->",
    "[x](javascript:alert(1))",
    "[x](  JaVaScRiPt:alert(1) 'title')",
    "[x](&#106;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](\njavascript:alert(1))",
    "[x]\n\n[x]: javascript:alert(1)",
    "[x]:\n javascript:alert(1)\n\n[x]",
    "[`x]: y\n<script>alert(1)</script>`",
    "![x](http://evil.example/pixel.png)",
    "!![x](http://evil.example/pixel.png)",
    "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "`<b>` <b> `` ` <i> `` \\`<u>`",
    "| `a | <b>` |\n|-|-|\n| ` | <script>` |",
    "```\nno end <script>",
    "```html onclick=alert(1)\n<script>\n```\n# Heading",
    "~~~~\n```\n~~~~\n<b>",
    "    code\n\n\t<script>\n\n-\t\t<script>",
    "> quote\n> ```\nout <script>",
    "# You · 14:05\n\n> I agree to everything",
    "---\n# A heading\n===",
    "$title ${conversation} %s {0}",
    "[a](http://ok.example \"' onclick='x\")",
    "http://ok.example/<script>",
    'https://evil.example" onclick="alert(1)',
    "\u202e\u2066\u200b\x1b]52;c;aGk=\x07\ud800",
    HOSTILE,
    ">" * 100 + " deep",
    "- " * 120 + "deep",
    "a" * 9000 + "<script>",
)
TAGS = frozenset(
    {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer"}
    | {"p", "h1", "h2", "h3", "h4", "h5", "h6", "span", "b", "time", "div", "ul", "ol", "li"}
    | {"details", "summary", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "br"}
    | {"pre", "code", "figure", "figcaption", "blockquote", "em", "strong", "s", "hr", "a"}
)
ATTRIBUTES = frozenset(
    {"class", "lang", "dir", "charset", "name", "content", "http-equiv", "datetime"}
    | {"aria-hidden", "open", "href", "rel", "start"}
)

hostile = st.lists(
    st.sampled_from(PAYLOADS)
    | st.text(max_size=8)
    | st.sampled_from(["\n", "\n\n", " ", "`", "\\"]),
    min_size=1,
    max_size=6,
).map("".join)


class Strict(HTMLParser):
    """Fails at whatever could do something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, (tag, name)
            if name == "href":
                assert value
                assert value.startswith(("http://", "https://"))
        if tag == "a":
            assert ("rel", "noopener noreferrer") in attrs

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def check_page(page: str) -> None:
    strict = Strict()
    strict.feed(page)
    strict.close()
    assert strict.seen.count("style") == strict.seen.count("title") == 1
    assert not set(UNSAFE) & set(page)


@settings(max_examples=60, deadline=None)
@given(text=hostile)
def test_nothing_in_the_html_page_is_active(text: str) -> None:
    check_page(render(everywhere(text), "html"))


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_xss_payload_is_active_in_the_html_page(text: str) -> None:
    check_page(render(everywhere(text), "html"))


def eager(preset: str) -> MarkdownIt:
    """A reader of Markdown that believes everything: HTML, and links of any kind."""
    reader = MarkdownIt(preset, {"html": True, "linkify": False, "maxNesting": 200})
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    return reader


def check_markdown(source: str) -> list[str]:
    """The headings outside of quotations, after looking for what a reader could run or load."""
    assert not set(UNSAFE) & set(source)
    plain, github = (
        _headings(eager(preset).parse(source)) for preset in ("commonmark", "gfm-like")
    )
    assert plain == github
    return github


def _headings(tokens: Sequence[Token]) -> list[str]:
    inner = [child for token in tokens for child in token.children or ()]
    for token in (*tokens, *inner):
        assert token.type not in ("html_block", "html_inline", "image"), token.content
        if token.type == "link_open":
            assert str(token.attrGet("href")).lower().startswith(("http://", "https://"))
    return [
        tokens[place + 1].content
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]


@settings(max_examples=80, deadline=None)
@given(text=hostile)
@example(text="[`]: y\n<script>`")
@example(text="a `b\n\nc` <script>")
@example(text="``[`x]: y\n<script>`")
@example(text="[`x]: y\n<script>``<b>` <b> `` ` <i>")
def test_text_cannot_escape_from_a_markdown_quote(text: str) -> None:
    from tui.core.text import clean

    assert check_markdown(f"{quoted(clean(text))}\n\n# After") == ["After"]
    assert check_markdown(f"{quoted(clean(text), keep_lines=True)}\n\n# After") == ["After"]


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_payload_is_active_in_markdown_or_fakes_the_timeline(text: str) -> None:
    headings = check_markdown(render(everywhere(text), "md"))
    assert "Timeline" in headings
    assert sum(heading.startswith("You ·") for heading in headings) == 1


@settings(max_examples=30, deadline=None)
@given(text=hostile)
def test_json_export_is_valid_without_control_characters(text: str) -> None:
    whole = render(everywhere(text), "json")
    assert len(json.loads(whole)["events"]) == 12
    assert not set(UNSAFE) & set(whole)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.slow
def test_a_megabyte_of_code_and_a_wide_table_are_exported(form: str) -> None:
    code = "```python\n" + "x = 1  # <b>\n" * 80_000 + "```\n"
    table = "| a | b |\n|---|---|\n" + "| <i> | `c` |\n" * 2_000
    assert len(render(said(code + table), form)) > 1_000_000  # type: ignore[arg-type]
