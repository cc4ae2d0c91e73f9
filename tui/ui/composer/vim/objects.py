"""Vim's text objects: the range around a place that ``iw``, ``a(`` or ``ip`` mean."""

from __future__ import annotations

from typing import NamedTuple

from tui.ui.composer.vim.motions import (
    char_class,
    closing_bracket,
    in_indent,
    is_empty_line,
    line_end,
    line_start,
    opening_bracket,
    row_of,
    row_start,
    word_end,
    word_start,
)

PAIRS = {
    "(": "()", ")": "()", "b": "()",
    "[": "[]", "]": "[]",
    "{": "{}", "}": "{}", "B": "{}",
    "<": "<>", ">": "<>",
}  # fmt: skip
QUOTES = "\"'`"
NAMES = frozenset({*PAIRS, *QUOTES, "w", "W", "p"})
"""Keys after ``i`` and ``a``."""


class Extent(NamedTuple):
    """Range of a text; ``end`` is not part of it."""

    start: int
    end: int
    is_linewise: bool = False


def text_object(text: str, at: int, name: str, count: int, *, around: bool) -> Extent | None:
    """Return the range of a text object; None if there is none here."""
    if name in "wW":
        return _word(text, at, count, around=around, big=name == "W")
    if name == "p":
        return _paragraph(text, at, count, around=around)
    if name in QUOTES:
        return _quoted(text, at, name, around=around)
    return _block(text, at, PAIRS[name], count, around=around)


def _word(text: str, at: int, count: int, *, around: bool, big: bool) -> Extent | None:
    """Words and blanks in turn; the rules are those of Vim's ``current_word``."""

    def is_blank(place: int) -> bool:
        return char_class(text, place, big=big) == 0

    def end_of_word(place: int) -> int | None:
        end = word_end(text, place, 1, big=big, stay=True, at_empty=True)
        return end if end < len(text) or is_empty_line(text, end) else None

    def end_of_blanks(place: int) -> int:
        """Return the last character before the next word, which may be a line's break."""
        following = word_start(text, place, 1, big=big, in_line=True)
        return following - 1 if following > place else following

    first, own = line_start(text, at), char_class(text, at, big=big)
    start = at
    while start > first and char_class(text, start - 1, big=big) == own:
        start -= 1
    takes_before = False
    if is_blank(start) == around:
        end = end_of_word(start)
    else:
        end, takes_before = end_of_blanks(start), around
    for _ in range(count - 1):
        if end is None or end + 1 >= len(text):
            return None
        place = end + 1
        if text[place] == "\n" and place + 1 < len(text) and not is_empty_line(text, place):
            place += 1
        end = (
            end_of_word(place)
            if around == is_blank(place) or (not around and not is_blank(place))
            else end_of_blanks(place)
        )
    if end is None:
        return None
    if takes_before and not is_blank(end):  # no blanks after it: those before, but no indent
        before = start
        while before > first and is_blank(before - 1):
            before -= 1
        start = before if before > first else start
    return Extent(start, min(end + 1, line_end(text, end)))


def _quoted(text: str, at: int, quote: str, *, around: bool) -> Extent | None:
    first, last = line_start(text, at), line_end(text, at)
    places = [n for n in range(first, last) if text[n] == quote and not _is_escaped(text, n, first)]
    opening = closing = None
    if at < last and at in places:
        number = places.index(at)
        pair = places[number - number % 2 :][:2]
        opening, closing = (pair[0], pair[1]) if len(pair) == 2 else (None, None)
    else:
        before = [n for n in places if n < at]
        after = [n for n in places if n > at]
        if before and after:
            opening, closing = before[-1], after[0]
        elif len(after) >= 2:
            opening, closing = after[0], after[1]
    if opening is None or closing is None:
        return None
    if not around:
        return Extent(opening + 1, closing)
    start, end = opening, closing + 1
    while end < last and text[end] in " \t":
        end += 1
    if end == closing + 1:
        while start > first and text[start - 1] in " \t":
            start -= 1
    return Extent(start, end)


def _is_escaped(text: str, at: int, first: int) -> bool:
    place = at
    while place > first and text[place - 1] == "\\":
        place -= 1
    return (at - place) % 2 == 1


def _block(text: str, at: int, pair: str, count: int, *, around: bool) -> Extent | None:
    opening, closing = pair[0], pair[1]
    start: int | None = at
    if at < len(text) and text[at] == opening:
        count -= 1
    elif at < len(text) and text[at] == closing:
        start = opening_bracket(text, at - 1, opening, closing)
        count -= 1
    for _ in range(count):
        if start is None:
            return None
        start = opening_bracket(text, start - 1, opening, closing)
    if start is None:  # not within a block: the next one
        start = text.find(opening, at)
        start = None if start < 0 else start
    if start is None or (end := closing_bracket(text, start + 1, opening, closing)) is None:
        return None
    if around:
        return Extent(start, end + 1)
    start += 1
    if start < end and text[start] == "\n":
        start += 1
    if in_indent(text, end) and line_start(text, end) >= start:
        end = line_start(text, end)
    return Extent(start, max(start, end))


def _paragraph(text: str, at: int, count: int, *, around: bool) -> Extent | None:
    lines = text.split("\n")
    blank = [not line.strip() for line in lines]
    top = bottom = row_of(text, at)
    while top and blank[top - 1] == blank[bottom]:
        top -= 1

    def to_end(row: int) -> int:
        while row + 1 < len(lines) and blank[row + 1] == blank[row]:
            row += 1
        return row

    bottom = to_end(bottom)
    runs = count * (2 if around else 1)
    for number in range(1, runs):
        if bottom + 1 == len(lines):
            if around and number == runs - 1 and not blank[bottom]:
                break
            return None
        bottom = to_end(bottom + 1)
    if around and not blank[top] and not blank[bottom]:  # no blank lines after it: those before
        while top and blank[top - 1]:
            top -= 1
    return Extent(row_start(text, top), line_end(text, row_start(text, bottom)), is_linewise=True)
