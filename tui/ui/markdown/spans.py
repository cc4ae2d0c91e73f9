"""Styled text, and how it is broken into lines of a given width. Knows nothing of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

Action = tuple[str, tuple[object, ...]]
"""What a click does: the name of a Textual action and its arguments, never parsed from text."""

_WORD = re.compile(" *[^ ]+")
_SHORT_REST = 8


class Span(NamedTuple):
    """A run of text in one style."""

    text: str
    style: str = ""
    """Names of the roles it plays, separated by spaces, for example ``"strong link"``."""
    action: Action | None = None
    drawn: bool = False
    """True for what is drawn around the text (bars, indents, boxes): it is not copied."""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line on the screen."""

    spans: Spans = ()
    glue: str = "\n"
    """What stands between this line and the one before it once soft wraps are undone."""
    fill: str = ""
    """Role that colours the cells to the right of the text."""


class Piece(NamedTuple):
    """A range of characters which fits on a line, and what joins it to the one before."""

    start: int
    end: int
    glue: str


def cells(text: str) -> int:
    """Width of a text in cells."""
    return len(text) if text.isascii() else cell_len(text)


def plain(spans: Iterable[Span]) -> str:
    """The text of some spans."""
    return "".join(span.text for span in spans)


def wrap(spans: Spans, width: int) -> list[tuple[Spans, str]]:
    """Break text at spaces into lines of at most ``width`` cells; longer words are cut.

    Returns each line with its glue: a newline, a space, or nothing where a word was cut.
    """
    pieces: list[Piece] = []
    at = 0
    for paragraph in plain(spans).split("\n"):
        pieces += _break(paragraph.rstrip(" "), at, max(1, width))
        at += len(paragraph) + 1
    return list(_cut(spans, pieces))


def fold(spans: Spans, width: int) -> list[tuple[Spans, str]]:
    """Break one line of text after every ``width`` cells, wherever that is."""
    text = plain(spans)
    if cells(text) <= width:
        return [(spans, "\n")]
    pieces: list[Piece] = []
    at = 0
    for part in chop_cells(text, max(2, width)):
        pieces.append(Piece(at, at := at + len(part), "" if pieces else "\n"))
    return list(_cut(spans, pieces))


def _break(text: str, at: int, width: int) -> Iterator[Piece]:
    """Pieces of a paragraph which starts at the offset ``at`` of a longer text."""
    if len(text) <= width and text.isascii():
        yield Piece(at, at + len(text), "\n")
        return
    start = end = used = 0
    glue = "\n"
    for match in _WORD.finditer(text):
        word = match[0]
        size = cells(word)
        if used + size > width and (size <= width or width - used < _SHORT_REST):
            if used:
                yield Piece(at + start, at + end, glue)
                glue = " "
            word = word.lstrip(" ")
            start, used, size = match.end() - len(word), 0, cells(word)
        if used + size > width:
            for part in _parts(word, width - used, width)[:-1]:
                end = match.end() - len(word) + len(part)
                yield Piece(at + start, at + end, glue)
                start, glue, word = end, "", word[len(part) :]
            used, size = 0, cells(word)
        used += size
        end = match.end()
    yield Piece(at + start, at + end, glue)


def _parts(word: str, first: int, width: int) -> list[str]:
    """A long word in parts: one of ``first`` cells to fill the line, the others of ``width``."""
    if first >= width:
        return chop_cells(word, max(2, width))
    head = chop_cells(word, max(2, first))[0]
    return [head, *chop_cells(word[len(head) :], max(2, width))]


def _cut(spans: Spans, pieces: Sequence[Piece]) -> Iterator[tuple[Spans, str]]:
    """The spans of each piece; pieces are in order and do not overlap."""
    index = offset = 0
    for start, end, glue in pieces:
        line: list[Span] = []
        while index < len(spans):
            span = spans[index]
            stop = offset + len(span.text)
            if part := span.text[max(0, start - offset) : max(0, end - offset)]:
                line.append(span if part is span.text else span._replace(text=part))
            if stop > end:
                break
            index, offset = index + 1, stop
        yield tuple(line), glue
