"""Tables: column widths and drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from tui.ui.markdown.rows import Align, Cells, Grid, Table
from tui.ui.markdown.spans import Line, Span, Spans, cells, plain, wrap

_NARROWEST = 5
_GAP = "   "
_RULE = "rule"


def grid_of(head: Cells, aligns: tuple[Align, ...], rows: Sequence[Cells]) -> Grid:
    """Return the columns of a table, measured on its first rows."""
    columns = zip_longest(head, *(row[: len(head)] for row in rows), fillvalue=())
    widths = tuple(max(1, *(_natural(cell) for cell in column)) for column in columns)
    return Grid(head, aligns, widths)


def draw_table(table: Table, width: int) -> Iterator[Line]:
    """Draw a table with a rule below its head, at most ``width`` cells wide, or else as lines of
    ``name: value``.
    """
    columns = len(table.grid.widths)
    room = width - len(_GAP) * (columns - 1)
    if room < min(_NARROWEST * columns, sum(table.grid.widths)):
        yield from _records(table, width)
        return
    widths = fit(table.grid.widths, room)
    apart = widths != table.grid.widths
    if table.begins:
        head = tuple(_as_head(cell) for cell in table.grid.head)
        yield from _row(head, table.grid.aligns, widths)
        rule = "─" * (sum(widths) + len(_GAP) * (columns - 1))
        yield Line((Span(rule, _RULE, copied=""),), glue="")
    for index, row in enumerate(table.rows):
        if apart and (index or not table.begins):
            yield Line(glue="")
        yield from _row(row, table.grid.aligns, widths)


def _as_head(cell: Spans) -> Spans:
    return tuple(span._replace(style=f"{span.style} head".strip()) for span in cell)


def fit(widths: tuple[int, ...], room: int) -> tuple[int, ...]:
    """Fit column widths into ``room`` in all: narrow columns keep theirs, wide ones share."""
    if sum(widths) <= room:
        return widths
    fitted = dict.fromkeys(range(len(widths)), 0)
    left = len(widths)
    for column in sorted(fitted, key=lambda index: widths[index]):
        fitted[column] = max(1, min(widths[column], room // left))
        room, left = room - fitted[column], left - 1
    return tuple(fitted.values())


def _natural(cell: Spans) -> int:
    return max(cells(line) for line in plain(cell).split("\n"))


def _row(row: Cells, aligns: Sequence[Align], widths: Sequence[int]) -> Iterator[Line]:
    """Yield the lines of one row, with wrapped cells."""
    padded = [*row, *[()] * (len(widths) - len(row))]
    columns = [wrap(cell, width) for cell, width in zip(padded, widths, strict=False)]
    for parts in zip_longest(*columns, fillvalue=((), "")):
        spans: list[Span] = []
        for (part, _), align, width in zip(parts, aligns, widths, strict=True):
            before, after = _padding(width - cells(plain(part)), align)
            spans += [Span(" " * before), *part, Span(" " * after), Span(_GAP)]
        yield Line(tuple(span for span in spans[:-2] if span.text))


def _padding(space: int, align: Align) -> tuple[int, int]:
    space = max(0, space)
    if align == "right":
        return space, 0
    return (space // 2, space - space // 2) if align == "center" else (0, space)


def _records(table: Table, width: int) -> Iterator[Line]:
    names = [plain(cell) for cell in table.grid.head]
    if not table.rows and table.begins:
        yield from (Line(spans, glue) for spans, glue in wrap((Span(" · ".join(names)),), width))
    for index, row in enumerate(table.rows):
        if index or not table.begins:
            yield Line((Span("─" * min(width, 12), _RULE, copied=""),))
        for name, cell in zip(names, row, strict=False):
            spans = (Span(name, "strong"), Span(": ", "muted"), *cell)
            yield from (Line(part, glue) for part, glue in wrap(spans, width))
