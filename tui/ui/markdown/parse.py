"""Markdown source to segments of rows. Pure: no width, no colours, no application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from tui.core.text import clean
from tui.ui.markdown.reader import Reader
from tui.ui.markdown.rows import Resume, Segment

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_DEEPEST = 48
_LONGEST_TEXT = 8_192
_START = Resume()


def parse(source: str, resume: Resume = _START, *, marks: bool = False) -> list[Segment]:
    """The segments of some Markdown source, which must be clean and have ``\\n`` line ends.

    With ``resume``, the source starts at that segment, and what comes out is what would have come
    had the whole text been parsed. With ``marks``, code keeps its backticks. HTML is text. Blocks
    nested too deeply and paragraphs too long to look at closely are shown as they were written.
    """
    reader = Reader((resume.lead + source).split("\n"), resume, marks=marks)
    for block in _blocks(_parser().parse(resume.lead + source)):
        if max(token.level for token in block) < _DEEPEST - 1:
            for token in block:
                reader.feed(token)
        else:
            reader.raw(block[0])
    return reader.segments()


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like", {"html": False, "maxNesting": _DEEPEST})
    parser.core.ruler.before("inline", "long", _spare_long_text)
    if parser.linkify is not None:
        # Without a scheme, every `notes.md` and `main.py` would be a link to a country.
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    return parser


def _spare_long_text(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > _LONGEST_TEXT:
            token.children = [token.copy(type="raw", content=clean(token.content))]
            token.content = ""


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each top-level block."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []
