"""Markdown of others inside a Markdown file of ours: it stays what it is, and does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_LINK_TO_ELSEWHERE = re.compile(r"\]\((?!https?://)", re.IGNORECASE)
_PICTURE = re.compile(r"!+\[")
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#!]")
_RUN = re.compile(r"\\.|`+", re.DOTALL)
_CODE = ("fence", "code_block")
_LEAVES = ("paragraph_open", "heading_open")


def literal(text: str) -> str:
    """A line of text as Markdown that shows just this line."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def quoted(text: str, *, keep_lines: bool = False) -> str:
    """Markdown as a quotation that nothing in it can leave, not even an open fence.

    In it HTML is text, pictures and links are links, and those lead to http and https only.
    Code stays as it was. ``keep_lines``: a new line is a new line in the text, too.
    """
    lines = text.split("\n")
    if keep_lines:
        broken = zip(lines, [*lines[1:], ""], strict=True)
        lines = [f"{line}  " if line.strip() and below.strip() else line for line, below in broken]
    lines = [f"> {line}" if line.strip() else ">" for line in lines]
    return "\n".join(_neutral(lines))


def _neutral(lines: list[str]) -> Iterator[str]:
    """The lines of a quotation; it is read exactly as whoever opens the file will read it."""
    done = 0
    for start, stop, kind in _blocks("\n".join(lines)):
        if start < done:
            continue
        yield from (_disarmed(line) for line in lines[done:start])
        block = "\n".join(lines[start:stop])
        if kind == "text":
            block = _disarmed_around_code(block)
        yield from block.split("\n")
        done = stop
    yield from (_disarmed(line) for line in lines[done:])


def _blocks(source: str) -> Iterator[tuple[int, int, str]]:
    """First line, line behind the last, and kind of each block of code and of running text."""
    tokens = _parser().parse(source)
    for token in tokens:
        if token.map and token.type in _CODE:
            yield token.map[0], token.map[1], "code"
        elif token.map and token.type in _LEAVES:
            yield token.map[0], token.map[1], "text"


def _disarmed_around_code(block: str) -> str:
    """A paragraph or heading in which code between backticks is left alone.

    Not so where it begins like the definition of a link, which ends sooner than code in it does.
    """
    if block.lstrip("> *+-0123456789.)").startswith("["):
        return _disarmed(block)
    done = ""
    at = 0
    while opener := _RUN.search(block, at):
        ticks = opener.group()
        done += _disarmed(block[at : opener.start()])
        at = opener.end()
        closer = None
        if ticks[0] == "`":
            closer = re.compile(rf"(?<!`){ticks}(?!`)").search(block, at)
        if closer:
            span = block[opener.start() : closer.end()]
            # A line of HTML begins a block of its own, also amid code.
            done += _disarmed(span) if "\n" in span else span
            at = closer.end()
        else:
            done += ticks if ticks[0] == "`" else _disarmed(ticks)
    return done + _disarmed(block[at:])


def _disarmed(text: str) -> str:
    """Text without HTML, pictures, definitions, and links to anything but the web."""
    text = _PICTURE.sub("[Picture: ", text.replace("<", "&lt;"))
    return _LINK_TO_ELSEWHERE.sub(r"]\\(", text).replace("]:", "]\\:")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like", {"html": False, "linkify": False, "maxNesting": 40})
    return parser.disable("reference")  # there are no definitions left when others read it
