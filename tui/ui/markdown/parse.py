"""Parse Markdown source into segments of rows. Pure: no width, no colours, no application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from tui.ui.markdown.reader import Reader
from tui.ui.markdown.rows import Resume, Segment

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_START = Resume()


def parse(source: str, resume: Resume = _START, *, marks: bool = False) -> list[Segment]:
    """Return the segments of Markdown source, which must be clean and have ``
    `` line ends.

    With ``resume``, the source starts at that segment, and the result is the same as if the whole
    text had been parsed. With ``marks``, code keeps its backticks. HTML is text, and so are
    definitions to which no link refers. Blocks nested too deeply and paragraphs too long to parse
    are shown as source.
    """
    reader = Reader((resume.lead + source).split("\n"), resume, marks=marks)
    from tui.ui.markdown.syntax import DEEPEST, tokens_of

    for block in _blocks(tokens_of(_parser(), resume.lead + source)):
        if max(token.level for token in block) < DEEPEST - 1:
            for token in block:
                reader.feed(token)
        else:
            reader.raw(block[0])
    return reader.segments()


@cache
def _parser() -> MarkdownIt:
    from tui.ui.markdown.syntax import new_parser

    return new_parser()


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each top-level block."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []
