"""Table of a skill call's parameters that records which lines have been on screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from tui.core.parameters import ParameterRow
from tui.core.text import drawn
from tui.ui.markdown.paint import paint, select, selected_text
from tui.ui.markdown.spans import Line, Span, Spans, cells, wrap
from tui.ui.textual_fixes.component_styles import component_style

_LABEL_CELLS = 24
_LEAST_VALUE_CELLS = 12
_DEEPEST_INDENT = 8
"""Depth from which rows are not indented further but show their depth."""
_TAB = 4


@dataclass(frozen=True, slots=True)
class _TableLayout:
    lines: tuple[Line, ...] = ()
    rows: tuple[int, ...] = ()
    """Parameter index of each line."""
    width: int = 0


class ParameterTable(Widget):
    """Label, value and hint of every parameter; fields of an object are indented.

    Its colors are those of the classes ``parameters--ROLE``.
    """

    def __init__(self, parameters: Sequence[ParameterRow]) -> None:
        super().__init__()
        self._parameters = parameters
        longest = max((cells(_label(row)) for row in parameters), default=0)
        self._label_cells = min(_LABEL_CELLS, longest) + 2
        self._layout_now = _TableLayout()
        self._seen: set[int] = set()
        """Lines of the layout that have been on screen."""
        self._roles: dict[str, Style] = {}

    # -- seen lines ------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Number of lines at the current width."""
        return len(self._laid_out(self.size.width).lines)

    def see(self, first: int, end: int) -> None:
        """Record that the lines from ``first`` to before ``end`` are on screen."""
        self._seen.update(range(max(0, first), min(end, self.line_count)))

    @property
    def unseen(self) -> int:
        """Number of lines that have not been on screen."""
        return self.line_count - len(self._seen)

    def _laid_out(self, width: int) -> _TableLayout:
        """Return the layout at a width.

        When the width changes, parameters that were seen completely stay seen.
        """
        before = self._layout_now
        if width and width != before.width:
            pairs = [
                (line, n) for n, row in enumerate(self._rows()) for line in self._lines(row, width)
            ]
            self._layout_now = _TableLayout(
                tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), width
            )
            partly = {row for y, row in enumerate(before.rows) if y not in self._seen}
            seen_rows = set(before.rows) - partly
            self._seen = {y for y, row in enumerate(self._layout_now.rows) if row in seen_rows}
        return self._layout_now

    def _rows(self) -> Sequence[ParameterRow]:
        return self._parameters or [ParameterRow(label="", value="No parameters.", form="empty")]

    def _lines(self, row: ParameterRow, width: int) -> Iterator[Line]:
        indent = self._label_cells if width - self._label_cells >= _LEAST_VALUE_CELLS else 2
        label = Span(_label(row), "group" if row.form == "group" else "label")
        beside = cells(label.text) < indent
        if not self._parameters:
            indent, beside = 0, True
        if not beside:
            yield from (Line(part, glue) for part, glue in wrap((label,), width))
        value = [*wrap(_value(row), width - indent)]
        if row.hint:
            value += wrap((Span(row.hint, "hint"),), width - indent)
        if not beside and not row.value and not row.hint:
            return
        for number, (part, glue) in enumerate(value):
            lead = label if beside and number == 0 else Span("")
            space = Span(" " * (indent - cells(lead.text)), copied="  " if lead.text else "")
            yield Line(tuple(span for span in (lead, space, *part) if span.text), glue)

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


def _label(row: ParameterRow) -> str:
    label = drawn(row.label)
    if row.depth > _DEEPEST_INDENT:
        return f"{'  ' * _DEEPEST_INDENT}{row.depth}> {label}"
    return "  " * row.depth + label


def _value(row: ParameterRow) -> Spans:
    value = row.value.expandtabs(_TAB)
    match row.form:
        case "value":
            return (Span(value),)
        case "cut":
            return (Span(value, "cut"),)
        case "secret":
            return Span(value), Span("  hidden", "label")
        case _:
            return (Span(value, "label"),)
