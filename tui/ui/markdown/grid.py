"""Tables: column widths and box drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from tui.ui.markdown.rows import Align, Cells, Grid, Table
from tui.ui.markdown.spans import Line, Span, Spans, cells, plain, wrap

_NARROWEST = 5
_BOX = "box"


def grid_of(head: Cells, aligns: tuple[Align, ...], rows: Sequence[Cells]) -> Grid:
    """Return the columns of a table, measured on its first rows."""
    columns = zip_longest(head, *(row[: len(head)] for row in rows), fillvalue=())
    widths = tuple(max(1, *(_natural(cell) for cell in column)) for column in columns)
    return Grid(head, aligns, widths)


def draw_table(table: Table, width: int) -> Iterator[Line]:
    """Draw a table as a box of at most ``width`` cells, or else as ``name: value`` lines."""
    columns = len(table.grid.widths)
    room = width - 3 * columns - 1
    if room < min(_NARROWEST * columns, sum(table.grid.widths)):
        yield from _records(table, width)
        return
    widths = fit(table.grid.widths, room)
    ruled = widths != table.grid.widths
    if table.begins:
        yield _edge("╭┬╮", widths)
        yield from _row(table.grid.head, table.grid.aligns, widths)
        yield _edge("├┼┤", widths)
    for index, row in enumerate(table.rows):
        if ruled and (index or not table.begins):
            yield _edge("├┼┤", widths)
        yield from _row(row, table.grid.aligns, widths)
    if table.ends:
        yield _edge("╰┴╯", widths)


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


def _edge(ends: str, widths: Iterable[int]) -> Line:
    body = ends[1].join("─" * (width + 2) for width in widths)
    return Line((Span(f"{ends[0]}{body}{ends[2]}", _BOX, copied=""),), glue="")


def _row(row: Cells, aligns: Sequence[Align], widths: Sequence[int]) -> Iterator[Line]:
    """Yield the lines of one row, with wrapped cells."""
    padded = [*row, *[()] * (len(widths) - len(row))]
    columns = [wrap(cell, width) for cell, width in zip(padded, widths, strict=False)]
    for parts in zip_longest(*columns, fillvalue=((), "")):
        spans: list[Span] = [Span("│ ", _BOX)]
        for (part, _), align, width in zip(parts, aligns, widths, strict=True):
            before, after = _padding(width - cells(plain(part)), align)
            spans += [Span(" " * before), *part, Span(" " * after), Span(" │ ", _BOX)]
        spans[-1] = Span(" │", _BOX)
        yield Line(tuple(span for span in spans if span.text))


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
            yield Line((Span("─" * min(width, 12), _BOX, copied=""),))
        for name, cell in zip(names, row, strict=False):
            spans = (Span(name, "strong"), Span(": ", "muted"), *cell)
            yield from (Line(part, glue) for part, glue in wrap(spans, width))
