"""Lay out rows for a width: wrapped, indented and boxed, one ``Line`` per screen line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from tui.ui.markdown.code import expand_tabs, highlight
from tui.ui.markdown.grid import draw_table
from tui.ui.markdown.rows import CodeRow, Gap, Margin, Row, Rule, Table, TextRow
from tui.ui.markdown.spans import Line, Span, Spans, cells, fold, folds, plain, wrap

Well = Literal["plain", "edge", "bar"]
"""How code blocks stand out: by their ground alone, with edges of half cells around it, or by a bar
at the left where there is no ground to see.
"""
_PAD = Span(" ", "panel", copied="")
_LEFT = (Span("▐", "edge", copied=""), _PAD)
_RIGHT = Span("▌", "edge", copied="")
_BAR = Span("│ ", "rule", copied="")
_WRAPPED = Span("↪ ", "panel muted", copied="")
_COPY = "copy"


def layout(
    rows: Iterable[Row], width: int, *, marks: bool = False, well: Well = "plain"
) -> Iterator[Line]:
    """Yield the lines of rows at a width in cells; none is wider, unless ``width`` is under 8.

    With ``marks``, code blocks keep their fences, for screens without colour.
    """
    for row in rows:
        margin = _crop(row.margin, width // 2)
        room = max(4, width - cells(plain(margin.rest)))
        for number, line in enumerate(_draw(row, room, marks, well)):
            spans = margin.rest if number else margin.first
            if isinstance(row, TextRow) and line.glue == "\n":
                spans = tuple(map(_copied_indent, spans))
            yield replace(line, spans=(*spans, *line.spans))


def height_of(
    rows: Sequence[Row], width: int, *, marks: bool = False, well: Well = "plain"
) -> int | None:
    """Return the number of lines that ``layout`` makes of a part of a fence, by counting alone.

    None for other rows, which have to be laid out to be counted.
    """
    match rows:
        case (CodeRow(margin=Margin(first=(), rest=())) as code,) if len(rows) == 1:
            pass
        case _:
            return None
    room = max(4, width)
    lines = expand_tabs(code.text)
    if lines is None:
        return None
    edged = has_edges(code, well)
    inner = room if well == "plain" else room - 2
    label = sum(1 for _ in _label(code, inner, marks)) + edged if code.begins else 0
    return label + sum(folds(line, _code_cells(room, well)) for line in lines) + code.ends


def has_edges(row: Row, well: Well) -> bool:
    """Return True for a code block with edges, which need no empty line around it."""
    return well == "edge" and isinstance(row, CodeRow) and row.margin == Margin()


def _copied_indent(span: Span) -> Span:
    """Return the indent of a list as it is copied with a line that begins inside it."""
    return span._replace(copied=None) if span.text.isspace() else span


def _draw(row: Row, width: int, marks: bool, well: Well) -> Iterator[Line]:
    match row:
        case TextRow(spans=spans):
            yield from (Line(part, glue) for part, glue in wrap(spans, width))
        case CodeRow():
            yield from _code(row, width, marks, well)
        case Table():
            yield from draw_table(row, width)
        case Rule():
            yield Line((Span("─" * width, "rule", copied=""),))
        case Gap():
            yield Line()


def _crop(margin: Margin, limit: int) -> Margin:
    """Return the innermost part of a margin that would leave no room for the text."""
    if cells(plain(margin.rest)) <= limit:
        return margin
    return Margin(_innermost(margin.first, limit), _innermost(margin.rest, limit))


def _innermost(spans: Spans, limit: int) -> Spans:
    kept: list[Span] = []
    for span in reversed(spans):
        limit -= cells(span.text)
        if limit < 0:
            break
        kept.insert(0, span)
    return tuple(kept)


def _code(code: CodeRow, width: int, marks: bool, well: Well) -> Iterator[Line]:
    if has_edges(code, well):
        yield from _edged(code, width)
        return
    bar = (_BAR,) if well == "bar" and not marks else ()
    if code.begins:
        for line in _label(code, width - cells(plain(bar)), marks):
            yield replace(line, spans=(*bar, *line.spans))
    if code.text:
        lead = bar or (_PAD,)
        for spans in highlight(code.language, code.text):
            for part, glue in _code_lines(spans, _code_cells(width, well)):
                yield Line((*lead, *part), glue, fill="panel")
    if code.ends:
        fence = (Span("```", "panel muted", copied=""),) if marks else ()
        yield Line(fence, glue="", fill="panel" if not bar else "")


def _edged(code: CodeRow, width: int) -> Iterator[Line]:
    """Yield a code block with edges of half cells; its words begin in the third cell."""
    if code.begins:
        yield Line((Span(f"▗{'▄' * (width - 2)}▖", "edge", copied=""),))
        for line in _label(code, width - 2, marks=False):
            yield replace(line, spans=_between_edges(line.spans, width, _LEFT[:1]), fill="")
    if code.text:
        for spans in highlight(code.language, code.text):
            for part, glue in _code_lines(spans, _code_cells(width, "edge")):
                yield Line(_between_edges(part, width, _LEFT), glue)
    if code.ends:
        yield Line((Span(f"▝{'▀' * (width - 2)}▘", "edge", copied=""),), glue="")


def _between_edges(spans: Spans, width: int, left: Spans) -> Spans:
    space = max(0, width - cells(plain(left)) - cells(plain(spans)) - 1)
    return (*left, *spans, Span(" " * space, "panel", copied=""), _RIGHT)


def _code_cells(width: int, well: Well) -> int:
    """Return the cells that a line of code may take, without the arrow of a wrapped one."""
    return max(2, width - (4 if well == "plain" else 6))


def _label(code: CodeRow, width: int, marks: bool) -> Iterator[Line]:
    """Yield the top of a code block: language, rest of the info string, and a mark to copy it."""
    info = f"{code.language} {code.about}".rstrip()
    name = Span(f"{'```' if marks else ' '}{info}", "panel muted", copied="")
    space = width - cells(name.text) - cells(_COPY) - 1
    if space < 1:
        yield from (Line(part, glue="", fill="panel") for part, _ in wrap((name,), width))
        return
    copy = Span(_COPY, "panel muted", ("copy_code", (code.number,)), copied="")
    yield Line((name, Span(" " * space, "panel", copied=""), copy), glue="", fill="panel")


def _code_lines(spans: Spans, room: int) -> Iterator[tuple[Spans, str]]:
    """Yield a line of code, wrapped if too long; continuation lines start with an arrow."""
    painted = tuple(
        Span(span.text, f"panel {span.style}".rstrip(), span.action, span.copied) for span in spans
    )
    for index, (part, glue) in enumerate(fold(painted, room)):
        yield (_WRAPPED, *part) if index else part, glue
