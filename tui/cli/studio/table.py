"""Rows in aligned columns, as wide as the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_GAP = "  "
_NARROWEST = 6


def table(names: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """The lines of a table, its head in capitals. ``width`` None: as wide as it takes.

    The first column is what other commands are given, so it is cut last of all.
    """
    head = [name.replace("_", " ").upper() for name in names]
    wanted = [max(map(cells_of, column)) for column in zip(head, *rows, strict=True)]
    widths = _within(wanted, width - len(_GAP) * (len(names) - 1)) if width else wanted
    for row in (head, *rows):
        cut = [_cell(text, room) for text, room in zip(row, widths, strict=True)]
        yield _GAP.join(cut).rstrip()


def _within(wanted: Sequence[int], room: int) -> list[int]:
    first, *others = wanted
    if first + _NARROWEST * len(others) > room:
        return fitted(wanted, room)
    return [first, *fitted(others, room - first)] if others else [first]


def fitted(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that fit into ``room``: the widest columns give up first, none below six cells."""
    widths = list(wanted)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = max(widths)
        others = [width for width in widths if width < widest]
        several = widths.count(widest)
        floor = max([*others, _NARROWEST])
        step = min(widest - floor, -(-(sum(widths) - room) // several)) or 1
        widths = [width - step if width == widest else width for width in widths]
    return widths


def cells_of(text: str) -> int:
    """Return the width of a text in terminal cells."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _cell(text: str, room: int) -> str:
    """A text in exactly ``room`` cells, ``…`` where it is cut."""
    size = cells_of(text)
    if size > room:
        kept, size = "", 1
        for character in text:
            if size + _cells(character) > room:
                break
            kept += character
            size += _cells(character)
        text = kept + "…"
    return text + " " * (room - size)
