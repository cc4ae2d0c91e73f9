"""Time axis: bars of half a cell's precision, and the labels above them, as styled text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from textual.content import Content

_STEPS_S = (
    2, 4, 8, 15, 30, 60, 120, 240, 480, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
)  # fmt: skip
_TICKS_S = (
    1, 2, 4, 5, 10, 20, 30, 60, 120, 240, 300, 600, 900, 1_800, 3_600, 14_400, 28_800, 43_200,
)  # fmt: skip
_UNITS = ((3_600, "h"), (60, "m"))
_DAY_S = 86_400
_TICK_CELLS = 5
"""Least distance between two labels."""
_MOMENT = "•"
_FULL, _LEFT, _RIGHT, _DOTTED = "━", "╸", "╺", "┄"


def axis_ms(elapsed_ms: float) -> int:
    """Return the length of an axis for this time; it grows in steps, so bars seldom rescale."""
    elapsed_s = elapsed_ms / 1000
    step_s = next((step for step in _STEPS_S if elapsed_s <= step), None)
    return 1000 * (step_s or _DAY_S * (1 + int(elapsed_s // _DAY_S)))


@dataclass(frozen=True, slots=True)
class AxisSpan:
    """Part of a bar. ``dotted``: time without news, or whose start is not known."""

    begin_ms: float
    end_ms: float
    style: str
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Axis from a time on, drawn in a number of cells."""

    begin_ms: float
    length_ms: float
    cells: int

    def bar(self, spans: Iterable[AxisSpan]) -> Content:
        """Return the spans in one line; each at least half a cell, the later ones on top."""
        line = [(" ", "")] * self.cells
        for span in spans:
            first = min(self._half(span.begin_ms), 2 * self.cells - 1)
            last = max(self._half(span.end_ms), first + 1)
            for cell in range(first // 2, (last + 1) // 2):
                line[cell] = (_shape(span, line[cell][0], first, last, cell), span.style)
        return _joined(line)

    def moment(self, at_ms: float, style: str, glyph: str = _MOMENT) -> Content:
        """Return a line with one glyph at a time."""
        line = [(" ", "")] * self.cells
        if line:
            line[self.cell(at_ms)] = (glyph, style)
        return _joined(line)

    def cell(self, at_ms: float) -> int:
        """Return the cell of a time."""
        return min(self._half(at_ms) // 2, self.cells - 1)

    def labels(self) -> str:
        """Return the times above the axis, from 0 on; the last one has the unit."""
        length_s = round(self.length_ms / 1000)
        unit_s, unit = next(((s, u) for s, u in _UNITS if length_s >= 2 * s), (1, "s"))
        for step_s in _TICKS_S:
            if step_s % unit_s or step_s * self.cells < _TICK_CELLS * length_s:
                continue
            text = self._labels_every(step_s, length_s, unit_s, unit)
            if len(text) <= self.cells:
                return text
        return "0"

    def _labels_every(self, step_s: int, length_s: int, unit_s: int, unit: str) -> str:
        text = "0"
        for time_s in range(step_s, length_s + 1, step_s):
            label = str(time_s // unit_s)
            if time_s + step_s > length_s:
                label += f" {unit}"
            at = min(round(self.cells * time_s / length_s), self.cells - len(label))
            text = text.ljust(max(len(text) + 1, at)) + label
        return text

    def _half(self, at_ms: float) -> int:
        """Return a time as a number of half cells, within the axis."""
        share = (at_ms - self.begin_ms) / self.length_ms
        return max(0, min(2 * self.cells, round(2 * self.cells * share)))


def _shape(span: AxisSpan, before: str, first: int, last: int, cell: int) -> str:
    if span.dotted:
        return _DOTTED
    left, right = first <= 2 * cell, last >= 2 * cell + 2
    if left and right:
        return _FULL
    meets = before in ((_RIGHT, _FULL) if left else (_LEFT, _FULL))
    return _FULL if meets else (_LEFT if left else _RIGHT)


def _joined(line: list[tuple[str, str]]) -> Content:
    runs = (
        ("".join(glyph for glyph, _ in run), style)
        for style, run in groupby(line, key=lambda cell: cell[1])
    )
    return Content.assemble(*(Content.styled(text, style) for text, style in runs))
