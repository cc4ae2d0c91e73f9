"""Ranges of a text that Vim's operators work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.ui.composer.vim.commands import VimCommand
from tui.ui.composer.vim.motions import (
    first_text,
    in_indent,
    last_row,
    line_end,
    line_start,
    row_below,
    row_of,
    word_end,
    word_start,
)
from tui.ui.composer.vim.objects import Extent, text_object

if TYPE_CHECKING:
    from tui.ui.composer.vim.moves import Moves


def whole_lines(text: str, one: int, other: int) -> Extent:
    """Return the lines from one place to another."""
    start, end = sorted((one, other))
    return Extent(line_start(text, start), line_end(text, end), is_linewise=True)


def operator_range(
    command: VimCommand, text: str, at: int, moves: Moves
) -> tuple[Extent, int] | None:
    """Return what an operator with a motion works on, and the cursor before it does.

    None if the motion fails.
    """
    name, motion = command.name, command.motion
    if motion in (name, "_"):  # whole lines
        if command.times > 1 and row_of(text, at) == last_row(text):
            return None
        last = row_below(text, at, command.times - 1)
        place = at if name == "y" else min(at, first_text(text, last))
        return whole_lines(text, at, last), place
    if motion[0] in "ia" and len(motion) == 2:
        found = text_object(text, at, motion[1], command.times, around=motion[0] == "a")
        if found and not found.is_linewise:
            found = _trimmed(name, text, found.start, found.end, was_inclusive=False)
        return found and (found, found.start)
    if name == "c" and motion in ("w", "W"):
        return _changed_word(command, text, at), at
    moved = VimCommand(motion, command.count, character=command.character)
    target = moves.target(moved, text, at, "operate")
    if target is None:
        return None
    start, end = sorted((at, target.at))
    if target.kind == "linewise":
        return whole_lines(text, start, end), start
    if target.kind == "inclusive":
        end = min(end + 1, line_end(text, end))
    return _trimmed(name, text, start, end, was_inclusive=target.kind == "inclusive"), start


def _changed_word(command: VimCommand, text: str, at: int) -> Extent:
    """Return what ``cw`` changes: a word up to its end, or blanks up to the next word."""
    big = command.motion == "W"
    if text[at : at + 1] in ("", " ", "\t", "\n"):
        end = word_start(text, at, command.times, big=big, in_line=True)
        return _trimmed("c", text, at, end, was_inclusive=False)
    end = word_end(text, at, command.times, big=big, stay=True)
    return Extent(at, min(end + 1, line_end(text, min(end, len(text)))))


def _trimmed(operator: str, text: str, start: int, end: int, *, was_inclusive: bool) -> Extent:
    """Apply Vim's rules for ranges that end at a line's start, or cover lines as a whole."""
    if "\n" not in text[start:end]:
        return Extent(start, end)
    if not was_inclusive and end == line_start(text, end):
        if in_indent(text, start):
            return whole_lines(text, start, end - 1)
        end -= 1
    crosses = "\n" in text[start:end]
    rest = text[end : line_end(text, end)]
    if operator == "d" and crosses and not rest.strip(" \t") and in_indent(text, start):
        return whole_lines(text, start, end)
    return Extent(start, end)
