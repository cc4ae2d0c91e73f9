"""Markdown of others as HTML that does nothing but show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from tui.core.links import link_host

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_DEEPEST = 48
_LONGEST_TEXT = 8_192
_LONGEST_COLOURED = 50_000
_BOXES = {"[ ] ": "☐", "[x] ": "☑"}


def words_as_html(source: str) -> str:
    """The HTML of some Markdown: no script, no style, no picture, no link but to the web.

    HTML in it is text. Blocks nested too deeply, and paragraphs too long to look at closely, are
    shown as they were written.
    """
    parser = _parser()
    lines = source.split("\n")
    return "".join(_block(parser, block, lines) for block in _blocks(parser.parse(source)))


def anchor(url: str, inner: str) -> str:
    """A link around HTML; only the HTML where the address is not one of the web."""
    if link_host(url) is None:
        return inner
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{inner}</a>'


def _block(parser: MarkdownIt, tokens: Sequence[Token], lines: Sequence[str]) -> str:
    if max(token.level for token in tokens) < _DEEPEST - 1:
        html: str = parser.renderer.render(tokens, parser.options, {})
        return html
    start, stop = tokens[0].map or (0, len(lines))
    return f"<pre>{escape(chr(10).join(lines[start:stop]))}</pre>\n"


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each top-level block."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like", {"html": False, "maxNesting": _DEEPEST})
    parser.validateLink = lambda url: link_host(url) is not None  # type: ignore[method-assign]
    parser.core.ruler.before("inline", "long", _spare_long_text)
    parser.core.ruler.push("tasks", _tick_tasks)
    if parser.linkify is not None:
        # Without a scheme, every `notes.md` would be a link to a country.
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("link_close", _link_close)
    parser.add_render_rule("image", _picture)
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    parser.add_render_rule("th_open", _cell_open)
    parser.add_render_rule("td_open", _cell_open)
    parser.add_render_rule("table_open", lambda *_: '<div class="table"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


def _spare_long_text(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > _LONGEST_TEXT:
            token.children = [token.copy(type="text", content=token.content)]
            token.content = ""


def _tick_tasks(state: StateCore) -> None:
    """Boxes instead of the brackets of a task list."""
    for item, _, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        box = _BOXES.get(inline.content[:4].lower())
        if item.type == "list_item_open" and inline.children and box:
            item.attrSet("class", "task")
            first = inline.children[0]
            first.content = f"{box} {first.content[4:]}"


def _link_open(renderer: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    url = str(tokens[place].attrGet("href") or "")
    return anchor(url, "").removesuffix("</a>") or "<span>"


def _link_close(renderer: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    opened = next(t for t in tokens[place::-1] if t.type == "link_open")
    return "</a>" if link_host(str(opened.attrGet("href") or "")) else "</span>"


def _picture(renderer: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    """A link to the picture: loading it would tell its host that the file is being read."""
    token = tokens[place]
    return anchor(str(token.attrGet("src") or ""), f"🖼 {escape(token.content or 'Picture')}")


def _cell_open(renderer: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    """A cell aligned by its class: styles in attributes are not allowed in the page."""
    token = tokens[place]
    align = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f'<{token.tag} class="{align}">' if align in ("right", "center") else f"<{token.tag}>"


def _code(renderer: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    token = tokens[place]
    language = (token.info.split() or [""])[0]
    caption = f"<figcaption>{escape(language)}</figcaption>" if language else ""
    code = _coloured(token.content, language)
    return f"<figure>{caption}<pre><code>{code}</code></pre></figure>\n"


def _coloured(code: str, language: str) -> str:
    """Code as HTML, with classes for its colours where the language is known."""
    if not language or len(code) > _LONGEST_COLOURED:
        return escape(code)
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    coloured: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return coloured
