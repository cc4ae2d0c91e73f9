"""Changes that Vim's commands make; each returns the new text and the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.ui.composer.vim.motions import (
    first_text,
    last_row,
    line_end,
    line_start,
    on_text,
    row_of,
    row_start,
)

if TYPE_CHECKING:
    from tui.ui.composer.vim.objects import Extent
    from tui.ui.composer.vim.registers import Register

INDENT = "    "
_LARGEST = 1_000_000
"""Most characters that a count can multiply a text to."""


class Edit(NamedTuple):
    """Text after a change, and the cursor in it."""

    text: str
    cursor: int


def multiplied(text: str, times: int) -> int:
    """Return how often a text can be repeated, at most ``times``."""
    return max(1, min(times, _LARGEST // max(1, len(text))))


def spliced(text: str, start: int, end: int, put: str) -> str:
    return text[:start] + put + text[end:]


def deleted(text: str, extent: Extent) -> Edit:
    start, end = extent.start, extent.end
    if not extent.is_linewise:
        text = spliced(text, start, end, "")
        return Edit(text, on_text(text, start))
    if end < len(text):
        end += 1
    elif start:
        start -= 1
    text = spliced(text, start, end, "")
    return Edit(text, on_text(text, first_text(text, min(extent.start, len(text)))))


def shifted(text: str, extent: Extent, times: int) -> Edit:
    """Indent lines, or outdent them where ``times`` is negative."""
    lines = text[extent.start : extent.end].split("\n")
    if times > 0:
        moved = [INDENT * times + line if line else line for line in lines]
    else:
        moved = [_outdented(line, -times) for line in lines]
    text = spliced(text, extent.start, extent.end, "\n".join(moved))
    return Edit(text, on_text(text, first_text(text, extent.start)))


def _outdented(line: str, times: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(blanks, len(INDENT) * times) :]


def recased(text: str, extent: Extent, operator: str, at: int) -> Edit:
    """Change the case by ``g~``, ``gu`` or ``gU``."""
    part = text[extent.start : extent.end]
    put = {"g~": part.swapcase, "gu": part.lower, "gU": part.upper}[operator]()
    text = spliced(text, extent.start, extent.end, put)
    return Edit(text, on_text(text, at))


def case_toggled(text: str, at: int, times: int) -> Edit | None:
    """Change the case of characters of the line, and go behind them; None without any."""
    end = min(at + times, line_end(text, at))
    if end == at:
        return None
    text = spliced(text, at, end, text[at:end].swapcase())
    return Edit(text, on_text(text, end))


def replaced(text: str, at: int, times: int, character: str) -> Edit | None:
    """Replace characters of the line; None if there are fewer."""
    end = at + times
    if end > line_end(text, at):
        return None
    is_break = character == "\n"
    text = spliced(text, at, end, "\n" if is_break else character * times)
    return Edit(text, on_text(text, at + 1 if is_break else end - 1))


def selection_replaced(text: str, extent: Extent, character: str) -> Edit:
    part = text[extent.start : extent.end]
    put = "".join(c if c == "\n" else character for c in part)
    text = spliced(text, extent.start, extent.end, put)
    return Edit(text, on_text(text, extent.start))


def joined(text: str, at: int, rows: int, *, spaced: bool) -> Edit | None:
    """Join rows from a place on; ``spaced``: blanks between them become one space."""
    row, rows = row_of(text, at), max(2, rows)
    if row + rows - 1 > last_row(text):
        if row == last_row(text) or rows == 2:
            return None
        rows = last_row(text) - row + 1
    start = row_start(text, row)
    for _ in range(rows - 1):
        end = line_end(text, start)
        at = end
        if not spaced:
            text = spliced(text, end, end + 1, "")
            continue
        following = line_end(text, end + 1)
        line, after = text[start:end], text[end + 1 : following].lstrip(" \t")
        needs = line and after and after[0] != ")" and line[-1] not in " \t"
        text = spliced(text, end, following, " " * bool(needs) + after)
    return Edit(text, on_text(text, at))


def put(text: str, at: int, content: Register, times: int, *, after: bool) -> Edit:
    """Put a register's text after or before the cursor or its line."""
    times = multiplied(content.text, times)
    if content.is_linewise:
        lines = "\n".join([content.text] * times)
        if after:
            end = line_end(text, at)
            text, at = spliced(text, end, end, "\n" + lines), end + 1
        else:
            at = line_start(text, at)
            text = spliced(text, at, at, lines + "\n")
        return Edit(text, on_text(text, first_text(text, at)))
    words = content.text * times
    at = min(at + 1, line_end(text, at)) if after else at
    text = spliced(text, at, at, words)
    return Edit(text, on_text(text, at if "\n" in words else at + len(words) - 1))


def put_over(text: str, extent: Extent, content: Register, times: int) -> Edit:
    """Put a register's text in place of a selection."""
    times, start = multiplied(content.text, times), extent.start
    words = ("\n" if content.is_linewise else "").join([content.text] * times)
    if content.is_linewise and not extent.is_linewise:
        words = f"\n{words}\n"
        start += 1
    text = spliced(text, extent.start, extent.end, words)
    if content.is_linewise or extent.is_linewise:
        return Edit(text, on_text(text, first_text(text, start)))
    return Edit(text, on_text(text, start if "\n" in words else max(start, start + len(words) - 1)))
