"""Styled text, broken into lines of a given width. Independent of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from tui.core.text import drawn, drawn_parts

_EAST_ASIAN = (
    "\u2e80-\u2fdf\u3003-\u3007\u3012-\u3013\u3020-\u3029\u3030-\u30ff\u31c0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_WIDE_OPENING = (
    "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301a\u301d\uff08\uff3b\uff5b\uff5f\uff62"
)
_OPENING = f"(\\[{{\u2018\u201c{_WIDE_OPENING}"
# Closing punctuation, small kana, and marks that belong to the character before them.
_CLOSING = (
    ",.:;!?%)\\]}\u2019\u201d\u2026\u3001\u3002\u3005\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019"
    "\u301b\u301e\u301f\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u3099-\u309e\u30a1"
    "\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30f5\u30f6\u30fb-\u30fe\uff01\uff05\uff09"
    "\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d\uff60\uff61\uff63-\uff65\uff67-\uff70\uff9e\uff9f"
    "\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef"
)

UNIT = re.compile(
    f" *(?:[{_OPENING}]*[{_EAST_ASIAN}][{_CLOSING}]*"
    f"|[{_WIDE_OPENING}]*[^ \u200b{_EAST_ASIAN}{_WIDE_OPENING}]+\u200b*"
    f"|[{_WIDE_OPENING}\u200b]+)"
)
"""Unbreakable unit: a word, or an ideograph or kana with its punctuation; leading spaces included.
"""


Action = tuple[str, tuple[object, ...]]
"""Effect of a click: name and arguments of a Textual action, never parsed from text."""

_SHORT_REST = 8


class Span(NamedTuple):
    """Run of text in one style."""

    text: str
    style: str = ""
    """Role names, separated by spaces, for example ``"strong link"``."""
    action: Action | None = None
    copied: str | None = None
    """Text copied in its place: nothing for bars, boxes and indents, a tab for its spaces."""

    def part(self, start: int, end: int) -> Span:
        """Return some of its characters; text copied in its place goes with the first of them."""
        if start <= 0 and end >= len(self.text):
            return self
        copied = self.copied if self.copied is None or start <= 0 < end else ""
        return Span(self.text[max(0, start) : max(0, end)], self.style, self.action, copied)


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line on the screen."""

    spans: Spans = ()
    glue: str = "\n"
    """Text between this line and the one before it once soft wraps are undone."""
    fill: str = ""
    """Role that colours the cells to the right of the text."""


class Piece(NamedTuple):
    """Range of characters that fits on a line, and the glue that joins it to the one before."""

    start: int
    end: int
    glue: str


def cells(text: str) -> int:
    """Return the width of a text in cells."""
    return len(text) if text.isascii() else cell_len(drawn(text))


def plain(spans: Iterable[Span]) -> str:
    """Return the text of some spans."""
    return "".join(span.text for span in spans)


def wrap(spans: Spans, width: int) -> list[tuple[Spans, str]]:
    """Break text between words into lines of at most ``width`` cells; longer words are cut.

    Returns each line with its glue: a newline, the spaces that are not drawn, or nothing.
    """
    pieces: list[Piece] = []
    at = 0
    for paragraph in plain(spans).split("\n"):
        pieces += _break(paragraph.rstrip(" "), at, max(1, width))
        at += len(paragraph) + 1
    return list(_cut(spans, pieces))


def fold(spans: Spans, width: int) -> list[tuple[Spans, str]]:
    """Break one line of text after every ``width`` cells, anywhere."""
    text = plain(spans)
    if cells(text) <= width:
        return [(spans, "\n")]
    pieces: list[Piece] = []
    at = 0
    for part in _chop(text, width):
        pieces.append(Piece(at, at := at + len(part), "" if pieces else "\n"))
    return list(_cut(spans, pieces))


def folds(text: str, width: int) -> int:
    """Return the number of lines that ``fold`` makes of a text."""
    if (size := cells(text)) <= width:
        return 1
    return ceil(size / max(2, width)) if text.isascii() else len(_chop(text, width))


def _break(text: str, at: int, width: int) -> Iterator[Piece]:
    """Yield the pieces of a paragraph that starts at the offset ``at`` of a longer text."""
    if len(text) <= width and text.isascii():
        yield Piece(at, at + len(text), "\n")
        return
    start = end = used = 0
    glue = "\n"
    for match in UNIT.finditer(text):
        word = match[0]
        size = cells(word)
        if used + size > width and (size <= width or width - used < _SHORT_REST):
            if end > start:
                yield Piece(at + start, at + end, glue)
                glue = word[: len(word) - len(word.lstrip(" "))]
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
    """Split a long word: one part of ``first`` cells to fill the line, the others of ``width``."""
    if first >= width:
        return _chop(word, width)
    head = _chop(word, first)[0]
    return [head, *_chop(word[len(head) :], width)]


def _chop(text: str, width: int) -> list[str]:
    """Split text into parts of at most ``width`` cells, or two if that is less."""
    seen = drawn(text)
    parts = chop_cells(seen, max(2, width))
    if seen == text and parts:
        return parts
    places = [at + n for at, run in drawn_parts(text) for n in range(len(run))]
    starts = [places[n] for n in accumulate(map(len, parts[:-1]))]
    return [text[start:end] for start, end in pairwise((0, *starts, len(text)))]


def _cut(spans: Spans, pieces: Sequence[Piece]) -> Iterator[tuple[Spans, str]]:
    """Yield the spans of each piece; pieces are in order and do not overlap."""
    index = offset = 0
    for start, end, glue in pieces:
        line: list[Span] = []
        while index < len(spans):
            span = spans[index]
            stop = offset + len(span.text)
            part = span.part(start - offset, end - offset)
            if part.text:
                line.append(part)
            if stop > end:
                break
            index, offset = index + 1, stop
        yield tuple(line), glue
