"""Places that Vim's motions lead to, with what they remember of those before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.ui.composer.vim.motions import (
    MotionTarget,
    find_char,
    first_text,
    last_row,
    line_end,
    line_start,
    matching_bracket,
    on_text,
    paragraph,
    row_below,
    row_of,
    row_start,
    word_back,
    word_end,
    word_end_back,
    word_start,
)

if TYPE_CHECKING:
    from tui.ui.composer.vim.commands import VimCommand

Use = Literal["move", "select", "operate"]
"""Purpose of a motion: of the cursor, of a selection's end, or of an operator."""

NAMED_MOTIONS = {"left": "h", "right": "l", "up": "k", "down": "j", "home": "0", "end": "$"}
_AGAIN = {"f": "F", "F": "f", "t": "T", "T": "t"}
_END = 1 << 30
"""Goal after ``$``."""


class Moves:
    """Motions, with the column that ``j`` and ``k`` keep, and the character that ``;`` finds."""

    def __init__(self) -> None:
        self.goal: int | None = None
        self._found = ("", "")

    def target(self, command: VimCommand, text: str, at: int, use: Use) -> MotionTarget | None:
        """Return the place that a motion leads to; None if it fails."""
        name = NAMED_MOTIONS.get(command.name, command.name)
        found = self._target(name, command, text, at, use)
        if name not in ("j", "k", "$"):
            self.goal = None
        return found

    def _target(
        self, name: str, command: VimCommand, text: str, at: int, use: Use
    ) -> MotionTarget | None:
        count = command.times
        start, end = line_start(text, at), line_end(text, at)
        reach = max(start, end - 1) if use == "move" else end
        place: int | None
        match name:
            case "h":
                return MotionTarget(max(start, at - count), "exclusive")
            case "l":
                return MotionTarget(min(reach, at + count), "exclusive")
            case " ":
                return MotionTarget(min(len(text), at + count), "exclusive")
            case "backspace":
                return MotionTarget(max(0, at - count), "exclusive")
            case "j" | "k":
                return self._vertical(text, at, count if name == "j" else -count, use)
            case "w" | "W":
                to = word_start(text, at, count, big=name == "W", in_line=use == "operate")
                return MotionTarget(to, "exclusive")
            case "b" | "B":
                place, kind = word_back(text, at, count, big=name == "B"), "exclusive"
            case "e" | "E":
                place, kind = word_end(text, at, count, big=name == "E"), "inclusive"
            case "ge" | "gE":
                place, kind = word_end_back(text, at, count, big=name == "gE"), "inclusive"
            case "0":
                return MotionTarget(start, "exclusive")
            case "^":
                return MotionTarget(on_text(text, first_text(text, at)), "exclusive")
            case "|":
                return MotionTarget(min(start + count - 1, max(start, end - 1)), "exclusive")
            case "$":
                return self._line_end(text, at, count, use)
            case "g_":
                last = row_below(text, at, count - 1)
                stop = line_end(text, last)
                blank = len(text[last:stop]) - len(text[last:stop].rstrip(" \t"))
                return MotionTarget(max(last, stop - blank - 1), "inclusive")
            case "+" | "-" | "_":
                step = {"+": count, "-": -count, "_": count - 1}[name]
                row = row_of(text, at) + step
                if not 0 <= row <= last_row(text):
                    return None
                return MotionTarget(first_text(text, row_start(text, row)), "linewise")
            case "gg" | "G":
                usual = 0 if name == "gg" else last_row(text)
                row = usual if command.count is None else min(command.count - 1, last_row(text))
                return MotionTarget(first_text(text, row_start(text, row)), "linewise")
            case "f" | "F" | "t" | "T":
                self._found = (name, command.character)
                place = find_char(text, at, name, command.character, count, again=False)
                kind = "inclusive" if name in "ft" else "exclusive"
            case ";" | ",":
                how, wanted = self._found
                if not how:
                    return None
                how = how if name == ";" else _AGAIN[how]
                place = find_char(text, at, how, wanted, count, again=True)
                kind = "inclusive" if how in "ft" else "exclusive"
            case "%":
                place, kind = matching_bracket(text, at), "inclusive"
            case "{":
                return paragraph(text, at, count, -1)
            case "}":
                return paragraph(text, at, count, 1)
            case _:
                return None
        if place is None:
            return None
        return MotionTarget(place, "inclusive" if kind == "inclusive" else "exclusive")

    def _line_end(self, text: str, at: int, count: int, use: Use) -> MotionTarget | None:
        if count > 1 and row_of(text, at) == last_row(text):
            return None
        self.goal = _END
        start = row_below(text, at, count - 1)
        end = line_end(text, start)
        return MotionTarget(end if use == "select" else max(start, end - 1), "inclusive")

    def _vertical(self, text: str, at: int, rows: int, use: Use) -> MotionTarget | None:
        row = row_of(text, at)
        if (rows < 0 and row == 0) or (rows > 0 and row == last_row(text)):
            return None
        if self.goal is None:
            self.goal = at - line_start(text, at)
        start = row_start(text, max(0, min(row + rows, last_row(text))))
        end = line_end(text, start)
        last = end if use == "select" else max(start, end - 1)
        return MotionTarget(min(start + self.goal, last), "linewise")
