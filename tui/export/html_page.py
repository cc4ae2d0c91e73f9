"""HTML export: one self-contained page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from tui.core.links import link_host
from tui.core.parameters import ParameterRow
from tui.core.text import plural
from tui.export.blocks import ActionBlock, Block, TextBlock, blocks_of, counted
from tui.export.sanitize import Sanitizer
from tui.export.source import ExportRow, ExportRun, ExportSource, day_name, runs_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token


_DEEPEST = 48
_LONGEST_TEXT = 8_192
_LONGEST_COLOURED = 50_000
_BOXES = {"[ ] ": "☐", "[x] ": "☑"}


def words_as_html(source: str) -> str:
    """Render Markdown as HTML without scripts, styles, pictures, and links other than to the web.

    HTML in it is text. Blocks nested too deeply, and paragraphs too long to parse, are shown as
    source.
    """
    parser = _parser()
    lines = source.split("\n")
    return "".join(_block(parser, block, lines) for block in _blocks(parser.parse(source)))


def anchor(url: str, inner: str) -> str:
    """Return a link around HTML; only the HTML if the address is not one of the web."""
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
    """Yield the tokens of each top-level block."""
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
        # Without this, every `notes.md` would link to a country's domain.
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
    """Replace the brackets of a task list by boxes."""
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
    """Link to the picture: loading it would tell its host that the file is being read."""
    token = tokens[place]
    return anchor(str(token.attrGet("src") or ""), f"🖼 {escape(token.content or 'Picture')}")


def _cell_open(renderer: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    """Align a cell by its class: styles in attributes are not allowed in the page."""
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
    """Return code as HTML, with classes for its colours if the language is known."""
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


def as_html(chronicle: ExportSource) -> str:
    """Return the page. It runs no script and loads nothing, and declares that to the browser."""
    safe = Sanitizer(chronicle.events)
    blocks = [block for turn in chronicle.turns for block in blocks_of(turn, safe)]
    style = _asset("page.css")
    exported = chronicle.moment(chronicle.exported_ms)
    return Template(_asset("page.html")).substitute(
        title=escape(safe.line(chronicle.title, 100)),
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        agent=escape(safe.line(chronicle.agent)),
        counted=counted(blocks),
        span=escape(_span(chronicle, blocks)),
        exported=f"{day_name(exported.date())}, {exported:%H:%M %Z}",
        exported_iso=chronicle.iso(chronicle.exported_ms),
        conversation="\n".join(_conversation(chronicle, blocks, safe)),
        timeline=_timeline(chronicle, runs_of(chronicle.events, safe)),
    )


@cache
def _asset(name: str) -> str:
    return (files("tui.export") / name).read_text(encoding="utf-8")


def _span(chronicle: ExportSource, blocks: list[Block]) -> str:
    """Return the days of the first and last message."""
    times = [
        block.at_ms for block in blocks if isinstance(block, TextBlock) and block.at_ms is not None
    ]
    if not times:
        return ""
    first, last = chronicle.day(min(times)), chronicle.day(max(times))
    return _short(first) if first == last else f"{_short(first)} to {_short(last)}"


def _short(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _conversation(chronicle: ExportSource, blocks: list[Block], safe: Sanitizer) -> Iterator[str]:
    agent = safe.line(chronicle.agent)
    day = None
    for block in blocks:
        if isinstance(block, ActionBlock):
            yield _done(block)
            continue
        if block.at_ms is not None and chronicle.day(block.at_ms) != day:
            day = chronicle.day(block.at_ms)
            yield f"<h2>{day_name(day)}</h2>"
        yield _said(block, chronicle, agent)


def _said(block: TextBlock, chronicle: ExportSource, agent: str) -> str:
    who = block.author(agent)
    kind = "user" if block.by_user else "agent"
    text = escape(block.text) if block.by_user else words_as_html(block.text)
    files = "".join(f"<li>{escape(name)}</li>" for name in block.files)
    return (
        f'<section class="said {kind}"><header><b>{escape(who)}</b>{_time(block.at_ms, chronicle)}'
        f'</header><div class="text" dir="auto">{text}</div>'
        + (f'<ul class="files">{files}</ul>' if files else "")
        + (f'<p class="note">{escape(block.note)}</p>' if block.note else "")
        + "</section>"
    )


def _done(block: ActionBlock) -> str:
    line = (
        f'<span class="glyph" aria-hidden="true">{block.glyph}</span> <b>{escape(block.what)}</b>'
        + (f' <span class="about">{escape(block.about)}</span>' if block.about else "")
        + (f' <span class="took">{block.took}</span>' if block.took else "")
    )
    if not block.rows:
        return f'<p class="done {block.tone}">{line}</p>'
    rows = "".join(_parameter(row) for row in block.rows)
    inner = f"<summary>{line}</summary><dl>{rows}</dl>"
    return f'<details class="done {block.tone}" open>{inner}</details>'


def _parameter(row: ParameterRow) -> str:
    depth = f"depth-{min(row.depth, 4)}"
    value = escape(row.value)
    return f'<dt class="{depth}">{escape(row.label)}</dt><dd class="{row.form}">{value}</dd>'


def _time(at_ms: int | None, chronicle: ExportSource, *, seconds: bool = False) -> str:
    if at_ms is None:
        return ""
    at = chronicle.clock(at_ms, seconds=seconds)
    return f'<time datetime="{chronicle.iso(at_ms)}">{at}</time>'


def _timeline(chronicle: ExportSource, runs: list[ExportRun]) -> str:
    count = sum(len(run.rows) for run in runs)
    if not count:
        return ""
    tables = "".join(_run(run, chronicle) for run in runs)
    events = plural(count, "event")
    return (
        f'<details class="timeline"><summary>Timeline <span>{events}</span></summary>'
        f"{tables}</details>"
    )


def _run(run: ExportRun, chronicle: ExportSource) -> str:
    rows = "".join(_event(row, chronicle) for row in run.rows)
    name = escape(run.name) or "outside a run"
    return f"<h3>{name}</h3><table><tbody>{rows}</tbody></table>"


def _event(row: ExportRow, chronicle: ExportSource) -> str:
    about = f' <span class="about">{escape(row.about)}</span>' if row.about else ""
    return (
        f"<tr><td>{_time(row.at_ms, chronicle, seconds=True)}</td><td>{row.glyph}</td>"
        f'<td dir="auto">{escape(row.what)}{about}</td><td>{row.took}</td></tr>'
    )
