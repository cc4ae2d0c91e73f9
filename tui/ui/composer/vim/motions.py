"""Vim's motions over a text, in offsets.

The offset of a line break is the place after the last character of its line. Word motions follow
the algorithm of Vim's ``textobject.c``, so that operators end where they do in Vim.
"""

from __future__ import annotations

import unicodedata
from typing import Literal, NamedTuple

Kind = Literal["exclusive", "inclusive", "linewise"]

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_OPENING = {closing: opening for opening, closing in _BRACKETS.items()}


class MotionTarget(NamedTuple):
    """Place that a motion leads to, and how an operator takes it."""

    at: int
    kind: Kind


# -- lines -----------------------------------------------------------------------------------


def line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return the offset of the line break, or the end of the text."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def first_text(text: str, at: int) -> int:
    """Return the first character of the line that is not blank."""
    start, end = line_start(text, at), line_end(text, at)
    while start < end and text[start] in " \t":
        start += 1
    return start


def row_of(text: str, at: int) -> int:
    return text.count("\n", 0, at)


def row_start(text: str, row: int) -> int:
    """Return the start of a row, or of the last one if there are fewer."""
    at = 0
    for _ in range(row):
        following = text.find("\n", at) + 1
        if not following:
            break
        at = following
    return at


def row_below(text: str, at: int, rows: int) -> int:
    """Return the start of the row some rows below a place, or of the last one."""
    return row_start(text, row_of(text, at) + rows)


def last_row(text: str) -> int:
    return text.count("\n")


def on_text(text: str, at: int) -> int:
    """Return the place moved to the line's last character, unless the line is empty."""
    at = max(0, min(at, len(text)))
    return at - 1 if at == line_end(text, at) and at > line_start(text, at) else at


def in_indent(text: str, at: int) -> bool:
    """Return True if nothing but blanks is before a place in its line."""
    return not text[line_start(text, at) : at].strip(" \t")


# -- words -----------------------------------------------------------------------------------


def char_class(text: str, at: int, *, big: bool) -> int:
    """Return the class of a character: a word has one class; 0 is blank or the end of a line."""
    character = text[at] if at < len(text) else "\n"
    if character in " \t\n\xa0":
        return 0
    if big:
        return 1
    if character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M":
        return _script(character)
    return 3 if unicodedata.category(character) == "So" else 1


def _script(character: str) -> int:
    """Return the class of a letter: scripts without spaces have their own."""
    code = ord(character)
    if code < 0x2E80:
        return 2
    if 0x3040 <= code <= 0x309F:
        return 4
    if 0x30A0 <= code <= 0x30FF:
        return 5
    if 0xAC00 <= code <= 0xD7A3:
        return 6
    return 7 if 0x2E80 <= code <= 0x9FFF or 0x20000 <= code <= 0x2FFFF else 2


def is_empty_line(text: str, at: int) -> bool:
    return line_start(text, at) == at == line_end(text, at)


def _step(text: str, at: int) -> tuple[int, int]:
    """Return the next place, and 1 for the next line, 2 for the end of the line, -1 for none."""
    if at >= len(text):
        return at, -1
    if text[at] == "\n":
        return at + 1, 1
    return at + 1, 2 if at + 1 == line_end(text, at) else 0


def word_start(text: str, at: int, count: int, *, big: bool, in_line: bool) -> int:
    """Return the start of the next word. ``in_line``: the last one ends at the end of a line."""
    for left in range(count - 1, -1, -1):
        start_class = char_class(text, at, big=big)
        is_last = line_end(text, at) == len(text)
        at, moved = _step(text, at)
        if moved == -1 or (moved >= 1 and is_last):
            return at
        if moved >= 1 and in_line and left == 0:
            return at
        while start_class and char_class(text, at, big=big) == start_class:
            at, moved = _step(text, at)
            if moved == -1 or (moved >= 1 and in_line and left == 0):
                return at
        while char_class(text, at, big=big) == 0 and not is_empty_line(text, at):
            at, moved = _step(text, at)
            if moved == -1 or (moved >= 1 and (is_last or (in_line and left == 0))):
                return at
    return at


def word_back(text: str, at: int, count: int, *, big: bool) -> int | None:
    """Return the start of the word before; None at the start of the text."""
    for _ in range(count):
        if at == 0:
            return None
        at -= 1
        while char_class(text, at, big=big) == 0:
            if is_empty_line(text, at):
                break
            if at == 0:
                return 0
            at -= 1
        else:
            own = char_class(text, at, big=big)
            while at and char_class(text, at - 1, big=big) == own:
                at -= 1
            if at == 0:
                return 0
    return at


def word_end(
    text: str, at: int, count: int, *, big: bool, stay: bool = False, at_empty: bool = False
) -> int:
    """Return the last character of the next word; beyond the text, its end.

    ``stay``: the word under the cursor counts, also at its end. ``at_empty`` stops at empty lines.
    """
    for _ in range(count):
        own = char_class(text, at, big=big)
        at, moved = _step(text, at)
        if moved == -1:
            return at
        if own and char_class(text, at, big=big) == own:
            at = _skip(text, at, own, big=big)
        elif not stay or own == 0:
            while char_class(text, at, big=big) == 0:
                if at_empty and is_empty_line(text, at):
                    return at
                at, moved = _step(text, at)
                if moved == -1:
                    return at
            at = _skip(text, at, char_class(text, at, big=big), big=big)
        at -= 1
        stay = False
    return at


def word_end_back(text: str, at: int, count: int, *, big: bool) -> int | None:
    """Return the end of the word before; None at the start of the text."""
    for _ in range(count):
        if at == 0:
            return None
        own = char_class(text, at, big=big)
        at -= 1
        while own and at and char_class(text, at, big=big) == own:
            at -= 1
        if at == 0 and own and char_class(text, at, big=big) == own:
            return 0
        while char_class(text, at, big=big) == 0 and not is_empty_line(text, at):
            if at == 0:
                return 0
            at -= 1
    return at


def _skip(text: str, at: int, own: int, *, big: bool) -> int:
    while at < len(text) and char_class(text, at, big=big) == own:
        at += 1
    return at


# -- characters, brackets, paragraphs --------------------------------------------------------


def find_char(text: str, at: int, how: str, wanted: str, count: int, *, again: bool) -> int | None:
    """Return the place for ``f``, ``F``, ``t`` or ``T``; None if there is none in the line.

    ``again``: with ``;``, a match right beside the cursor does not count for ``t`` and ``T``.
    """
    start, end = line_start(text, at), line_end(text, at)
    step = 1 if how in "ft" else -1
    skips = again and how in "tT" and count == 1
    place = at
    for _ in range(count):
        place += step
        if skips and start <= place < end and text[place] == wanted:
            place += step
        while start <= place < end and text[place] != wanted:
            place += step
        if not start <= place < end:
            return None
    return place if how in "fF" else place - step


def matching_bracket(text: str, at: int) -> int | None:
    """Return the bracket that matches the first one at or after a place in its line."""
    end = line_end(text, at)
    while at < end and text[at] not in "()[]{}":
        at += 1
    if at >= end:
        return None
    if text[at] in _BRACKETS:
        return closing_bracket(text, at + 1, text[at], _BRACKETS[text[at]])
    return opening_bracket(text, at - 1, _OPENING[text[at]], text[at])


def opening_bracket(text: str, at: int, opening: str, closing: str, depth: int = 1) -> int | None:
    """Return the place of the bracket that is still open, going back from a place."""
    while at >= 0:
        depth += (text[at] == closing) - (text[at] == opening)
        if depth == 0:
            return at
        at -= 1
    return None


def closing_bracket(text: str, at: int, opening: str, closing: str) -> int | None:
    """Return the place where a bracket closes that was opened before a place."""
    depth = 1
    while at < len(text):
        depth += (text[at] == opening) - (text[at] == closing)
        if depth == 0:
            return at
        at += 1
    return None


def paragraph(text: str, at: int, count: int, step: Literal[1, -1]) -> MotionTarget | None:
    """Return the empty line after (1) or before (-1) the paragraph."""
    lines = text.split("\n")
    row = row_of(text, at)
    for left in range(count - 1, -1, -1):
        skipped, first = False, True
        while True:
            skipped = skipped or bool(lines[row])
            if not first and skipped and not lines[row]:
                break
            first = False
            if not 0 <= row + step < len(lines):
                if left:
                    return None
                break
            row += step
    place = row_start(text, row)
    if row == len(lines) - 1 and step == 1 and lines[row]:
        return MotionTarget(line_end(text, place) - 1, "inclusive")
    return MotionTarget(place, "exclusive")
