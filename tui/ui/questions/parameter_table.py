"""Document of a skill's parameters that records which lines have been on screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from tui.core.parameters import ParameterGrid, ParameterRow
from tui.core.text import drawn
from tui.ui.keys.labels import key_at
from tui.ui.markdown.paint import paint, select, selected_text
from tui.ui.markdown.spans import Line, Span, Spans, cells, wrap
from tui.ui.textual_fixes.component_styles import component_style

_LABEL_CELLS = 24
_LEAST_VALUE_CELLS = 12
_LEAST_HINT_CELLS = 16
_WIDE_HINT_CELLS = 30
"""Room that hints get before values are given more than half."""
_GAP_CELLS = 3
"""Between the columns of a table, and before a hint."""
_DEEPEST_INDENT = 8
"""Depth from which rows are not indented further but show their depth."""
_TAB = 4
_FOLDED_LINES = 6
"""Lines shown of a longer text."""
_LONGEST_TEXT = 8
"""Lines of a text from which it is folded."""
_KEPT_LAYOUTS = 2
"""Widths whose layout is kept: with and without a scrollbar."""
EXPAND = "approval.expand"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Cells of the label, and of a value with a hint beside it (0: hints are below)."""

    label: int
    value: int


@dataclass(frozen=True, slots=True)
class _TableLayout:
    lines: tuple[Line, ...] = ()
    rows: tuple[int, ...] = ()
    """Parameter index of each line."""
    folded: frozenset[int] = frozenset()
    """Parameters of which lines are hidden."""
    hidden: int = 0
    """Number of hidden lines."""
    width: int = 0


class ParameterTable(Widget):
    """Label, value and hint of every parameter in three columns; lists of objects are tables.

    Its colors are those of the classes ``parameters--ROLE``. Long texts are folded until
    ``unfold`` is called.
    """

    def __init__(self, parameters: Sequence[ParameterRow]) -> None:
        super().__init__()
        self._parameters = parameters
        self._is_expanded = False
        self._layout_now = _TableLayout()
        self._layouts: dict[int, _TableLayout] = {}
        """Layouts of the last widths: Textual asks for more than one before it draws."""
        self._seen: set[int] = set()
        """Lines of the layout that have been on screen."""
        self._roles: dict[str, Style] = {}

    # -- seen lines ------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Number of lines at the current width."""
        return len(self._laid_out(self.size.width).lines)

    @property
    def first_line(self) -> int:
        """Position of the first line within the container."""
        return self.virtual_region.y + self.styles.gutter.top

    def see(self, first: int, end: int) -> None:
        """Record that the lines from ``first`` to before ``end`` are on screen."""
        self._seen.update(range(max(0, first), min(end, self.line_count)))

    @property
    def unseen(self) -> int:
        """Number of lines that have not been on screen; hidden ones count."""
        return self.line_count - len(self._seen) + self._layout_now.hidden

    @property
    def is_folded(self) -> bool:
        """True while lines of a long text are hidden."""
        return bool(self._laid_out(self.size.width).hidden)

    def unfold(self) -> None:
        """Show long texts completely."""
        self._is_expanded = True
        self._layouts.clear()
        self._lay_out(self._layout_now.width)
        self.refresh(layout=True)

    def _laid_out(self, width: int) -> _TableLayout:
        if width and width != self._layout_now.width:
            self._lay_out(width)
        return self._layout_now

    def _lay_out(self, width: int) -> None:
        """Lay out for a width; parameters that were seen completely stay seen."""
        before = self._layout_now
        self._layout_now = layout = self._layouts.pop(width, None) or self._layout_for(width)
        self._layouts[width] = layout
        if len(self._layouts) > _KEPT_LAYOUTS:
            del self._layouts[next(iter(self._layouts))]
        partly = {row for y, row in enumerate(before.rows) if y not in self._seen}
        seen_rows = set(before.rows) - partly - before.folded
        self._seen = {y for y, row in enumerate(layout.rows) if row in seen_rows}

    def _layout_for(self, width: int) -> _TableLayout:
        rows = self._parameters or [ParameterRow(label="", value="No parameters.", form="empty")]
        columns = _columns(rows, width)
        pairs: list[tuple[Line, int]] = []
        folded: dict[int, int] = {}
        for number, row in enumerate(rows):
            lines = [*self._lines(row, width, columns)]
            first = self._text_start(row, width)
            if not self._is_expanded and _is_text(row) and len(lines) - first > _LONGEST_TEXT:
                folded[number] = len(lines) - first - _FOLDED_LINES
                lines[first + _FOLDED_LINES :] = [
                    self._fold(self._indent(width, columns), folded[number])
                ]
            pairs += [(line, number) for line in lines]
        return _TableLayout(
            tuple(line for line, _ in pairs),
            tuple(number for _, number in pairs),
            frozenset(folded),
            sum(folded.values()),
            width,
        )

    def _text_start(self, row: ParameterRow, width: int) -> int:
        """Return the number of lines before the text of a row."""
        return 0

    def _indent(self, width: int, columns: _Columns) -> int:
        """Return the cells before a value."""
        return columns.label if width - columns.label >= _LEAST_VALUE_CELLS else 2

    def _fold(self, indent: int, hidden: int) -> Line:
        told = f"▸ {hidden:,} more {'line' if hidden == 1 else 'lines'}"
        key = key_at(self.screen, EXPAND)
        spans = (
            Span(" " * indent, copied=""),
            Span(told, "fold", ("screen.expand_texts", ())),
            Span(f"  {key}" if key else "", "key"),
            Span(" to expand" if key else "", "label"),
        )
        return Line(tuple(span for span in spans if span.text))

    # -- lines -----------------------------------------------------------------------------

    def _lines(self, row: ParameterRow, width: int, columns: _Columns) -> Iterator[Line]:
        indent = self._indent(width, columns)
        label = Span(_label(row), "label")
        beside = cells(label.text) < indent
        if not self._parameters:
            indent, beside = 0, True
        if not beside:
            yield from (Line(part, glue) for part, glue in wrap((label,), width))
        lead = label if beside else Span("")
        for line in _value_lines(
            row, width - indent, columns.value if indent == columns.label else 0
        ):
            space = Span(" " * (indent - cells(lead.text)), copied="  " if lead.text else "")
            spans = (lead, space, *line.spans)
            yield Line(tuple(span for span in spans if span.text), line.glue)
            lead = Span("")

    # -- drawing ---------------------------------------------------------------------------

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._laid_out(width).lines)

    def render_line(self, y: int) -> Strip:
        lines = self._laid_out(self.size.width).lines
        if y >= len(lines):
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        line = lines[y]
        if (selection := self.text_selection) and (reach := selection.get_span(y)):
            line = select(line, *reach)
        return paint(line, y, self.size.width, self._style_of)

    def notify_style_update(self) -> None:
        self._roles.clear()
        super().notify_style_update()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selected_text(self._laid_out(self.size.width).lines, selection), "\n"

    def _style_of(self, roles: str) -> Style:
        if (style := self._roles.get(roles)) is None:
            style = self.visual_style
            for role in roles.split():
                if role == "selected":
                    style += Style.from_styles(
                        self.screen.get_component_styles("screen--selection")
                    )
                else:
                    style += component_style(self, f"parameters--{role}")
            self._roles[roles] = style
        return style


class ReasonText(ParameterTable):
    """Text that says why the agent wants to run the skill."""

    def _text_start(self, row: ParameterRow, width: int) -> int:
        return len([*self._head(row, width)])

    def _indent(self, width: int, columns: _Columns) -> int:
        return 0

    def _lines(self, row: ParameterRow, width: int, columns: _Columns) -> Iterator[Line]:
        yield from self._head(row, width)
        yield from (Line(part, glue) for part, glue in wrap(_value(row), width))

    def _head(self, row: ParameterRow, width: int) -> Iterator[Line]:
        label, hint = Span(drawn(row.label), "head"), Span(row.hint, "hint")
        room = width - cells(label.text) - cells(hint.text)
        if room > _GAP_CELLS:
            spans = (label, Span(" " * room, copied="  "), hint)
            yield Line(tuple(span for span in spans if span.text))
            return
        for span in (label, hint):
            yield from (Line(part, glue) for part, glue in wrap((span,), width))


def _columns(rows: Iterable[ParameterRow], width: int) -> _Columns:
    """Return the columns that all rows share at a width."""
    labels = [cells(_label(row)) for row in rows]
    label = min(_LABEL_CELLS, max(labels, default=0)) + 2
    hinted = [row for row in rows if row.hint and row.form not in ("group", "table")]
    longest = max((cells(drawn(_first_line(row))) for row in hinted), default=0)
    room = width - label - _GAP_CELLS
    most = max(min(longest, room // 2), min(longest, room - _WIDE_HINT_CELLS))
    return _Columns(label, most if room - most >= _LEAST_HINT_CELLS else 0)


def _first_line(row: ParameterRow) -> str:
    raw = f" ({row.raw})" if row.raw else ""
    return row.value[:200].partition("\n")[0] + raw


def _value_lines(row: ParameterRow, room: int, value_cells: int) -> Iterator[Line]:
    """Yield the lines of a value, with its hint at the right if ``value_cells`` is not 0."""
    if row.grid is not None:
        yield from _grid_lines(row.grid, room)
        yield from (
            Line(part, glue) for part, glue in wrap((Span(row.hint, "hint"),), room) if part
        )
        return
    if not (row.hint and value_cells):
        value = [*wrap(_value(row), room)]
        if row.hint:
            value += wrap((Span(row.hint, "hint"),), room)
        yield from (Line(part, glue) for part, glue in value)
        return
    values = wrap(_value(row), value_cells)
    hints = wrap((Span(row.hint, "hint"),), room - value_cells - _GAP_CELLS)
    for value_line, hint_line in zip_longest(values, hints):
        part, glue = value_line or ((), "\n")
        if hint_line is not None:
            used = sum(cells(span.text) for span in part)
            pad = Span(" " * (value_cells + _GAP_CELLS - used), copied="  " if part else "")
            part = (*part, pad, *hint_line[0])
        yield Line(part, glue)


def _grid_lines(grid: ParameterGrid, room: int) -> Iterator[Line]:
    """Yield a table with one line for each item, or sentences if it is too wide."""
    texts = [[_value(cell) for cell in row] for row in grid.rows]
    heads = [drawn(column) for column in grid.columns]
    widths = [
        max(cells(heads[place]), *(_width(row[place]) for row in texts))
        for place in range(len(heads))
    ]
    if sum(widths) + _GAP_CELLS * (len(widths) - 1) > room:
        for number, row in enumerate(texts, start=1):
            spans: list[Span] = [Span(f"{number:,}  ", "label")]
            for place, cell in enumerate(row):
                spans += [Span(f"{heads[place]} ", "label"), *cell]
                spans += [Span(" · ", "label")] if place + 1 < len(row) else []
            yield from (Line(part, glue) for part, glue in wrap(tuple(spans), room))
        return
    first: list[Spans] = [(Span(head, "label"),) for head in heads]
    for line in (first, *texts):
        yield Line(tuple(_aligned(line, widths, grid.numbers)))


def _aligned(
    line: Sequence[Spans], widths: Sequence[int], numbers: frozenset[int]
) -> Iterator[Span]:
    for place, (cell, width) in enumerate(zip(line, widths, strict=True)):
        gap = Span(" " * _GAP_CELLS if place else "", copied="\t" if place else "")
        pad = Span(" " * (width - _width(cell)), copied="")
        parts = (gap, pad, *cell) if place in numbers else (gap, *cell, pad)
        yield from (span for span in parts if span.text)


def _width(spans: Spans) -> int:
    return sum(cells(span.text) for span in spans)


def _is_text(row: ParameterRow) -> bool:
    return row.form == "value"


def _label(row: ParameterRow) -> str:
    label = drawn(row.label)
    if row.depth > _DEEPEST_INDENT:
        return f"{'  ' * _DEEPEST_INDENT}{row.depth}> {label}"
    return "  " * row.depth + label


def _value(row: ParameterRow) -> Spans:
    value = row.value.expandtabs(_TAB)
    match row.form:
        case "value" if row.raw:
            return Span(value), Span(f" ({row.raw})", "label")
        case "value" | "secret":
            return (Span(value),)
        case "cut":
            return (Span(value, "cut"),)
        case _:
            return (Span(value, "label"),)
