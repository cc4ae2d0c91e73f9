"""Rows with a gutter on the left and an aside on the right, drawn by one widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.css.styles import RulesMap
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widget import Widget

from tui.core.text import plural

GUTTER_CELLS = 2
_LEAST_TEXT_CELLS = 8
_NOTHING = Content("")


@dataclass(frozen=True, slots=True)
class Row:
    """Text that wraps under itself, never into the gutter."""

    text: Content
    glyph: Content = _NOTHING
    """Shown before the text of the first line, in the cells of the indent."""
    aside: Content = _NOTHING
    """Shown at the right end of the first line, such as a time; dropped if there is no room."""
    indent: int = GUTTER_CELLS
    """Cells before the text, the gutter included."""
    lines: int | None = None
    """Maximum number of lines; None for all."""
    rest: str = ""
    """Style of a last line that counts the missing lines; empty: ``…`` where the text is cut."""


class Rows(Visual):
    """Rows below each other, wrapped to the available width."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = tuple(rows)
        self._laid_out: tuple[int, Content, int] = (0, _NOTHING, 0)

    def laid_out(self, width: int) -> Content:
        """Return all lines, wrapped, as one content."""
        return self._lay_out(width)[1]

    def text(self, width: int) -> str:
        """Return the same lines as text for copying: without asides."""
        return "\n".join(
            line.plain for row in self._rows for line in _lines(row, width, asides=False)
        )

    def height(self, width: int) -> int:
        """Return the number of lines at a width."""
        return self._lay_out(width)[2]

    def _lay_out(self, width: int) -> tuple[int, Content, int]:
        if self._laid_out[0] != width:
            lines = [line for row in self._rows for line in _lines(row, width)]
            self._laid_out = (width, Content("\n").join(lines), len(lines))
        return self._laid_out

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return self.laid_out(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.height(width)


class RowsView(Widget):
    """Widget that draws rows over its whole width. Its text can be selected."""

    def rows(self) -> Sequence[Row]:
        """Return the rows to draw."""
        raise NotImplementedError

    def render(self) -> Rows:
        return Rows(self.rows())

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract(self.render().text(self.content_size.width)), "\n"

    def height_of(self, rows: Sequence[Row]) -> int:
        """Return the number of lines that rows take in this widget."""
        return Rows(rows).height(self.content_size.width)

    def redraw(self) -> None:
        """Draw ``rows`` again; lays out the screen only when the height changes."""
        width, height = self.content_size
        self.refresh(layout=self.render().height(width) != height)


def _lines(row: Row, width: int, *, asides: bool = True) -> Iterator[Content]:
    """Yield the lines of a row, each at most ``width`` cells wide."""
    indent = row.indent if width - row.indent >= _LEAST_TEXT_CELLS else 0
    text = row.text if indent or not row.glyph else Content.assemble(row.glyph, " ", row.text)
    aside = row.aside if row.aside.cell_length <= (width - indent) // 2 else _NOTHING
    room = width - indent - (aside.cell_length + 2 if aside else 0)
    for number, line in enumerate(_broken(text, row, max(1, room))):
        line = line.rstrip()
        if number == 0 and aside and asides:
            line = Content.assemble(line.pad_right(max(0, room - line.cell_length)), "  ", aside)
        glyph = row.glyph if number == 0 and indent else _NOTHING
        yield Content.assemble(glyph.pad_right(max(0, indent - glyph.cell_length)), line)


def _broken(text: Content, row: Row, room: int) -> list[Content]:
    """Break a row's text into lines of at most ``room`` cells."""
    if row.lines == 1 and not row.rest:
        return [text.split("\n", allow_blank=True)[0].truncate(room, ellipsis=True)]
    lines = text.wrap(room) if text else [_NOTHING]
    if row.lines is None or len(lines) <= row.lines:
        return lines
    kept, last = lines[: row.lines - 1], lines[row.lines - 1]
    if row.rest:
        return [*kept, Content.styled(f"▸ {plural(len(lines) - len(kept), 'more line')}", row.rest)]
    return [*kept, Content.assemble(last.rstrip().truncate(max(1, room - 1)), "…")]
