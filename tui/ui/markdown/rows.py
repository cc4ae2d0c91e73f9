"""Rows of parsed Markdown, before they are laid out for a width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.ui.markdown.spans import Spans

Align = Literal["left", "center", "right"]
Cells = tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Margin:
    """Text to the left of a row: list markers, indents and the bars of quotes."""

    first: Spans = ()
    rest: Spans = ()
    """The same for the row's other lines."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """Paragraph or heading; it is wrapped."""

    margin: Margin
    spans: Spans


@dataclass(frozen=True, slots=True)
class CodeRow:
    """Code block, or some lines of a long one."""

    margin: Margin
    number: int
    """Number of the code block in the message, from 0."""
    language: str
    """First word of the info string, or empty."""
    about: str
    """The rest of the info string."""
    text: str
    """The code, each line with its newline."""
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns of a table, measured on its first rows so that later ones move nothing."""

    head: Cells
    aligns: tuple[Align, ...]
    widths: tuple[int, ...]
    """Cells that each column would take without wrapping."""


@dataclass(frozen=True, slots=True)
class Table:
    """Table, or some rows of a long one."""

    margin: Margin
    grid: Grid
    rows: tuple[Cells, ...]
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """Horizontal line."""

    margin: Margin


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty line."""

    margin: Margin


Row = TextRow | CodeRow | Table | Rule | Gap


@dataclass(frozen=True, slots=True)
class Resume:
    """State of the parser needed to resume at a segment without the source before it."""

    lead: str = ""
    """Source to prepend: the opening line of a fence, the head of a table."""
    gap: bool = True
    """True if an empty line precedes the segment, unless it is the first."""
    number: int | None = None
    """Number of the list item that the segment starts with."""
    grid: Grid | None = None
    codes: int = 0
    """Number of code blocks that begin before it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Part that can be parsed alone: a block, a list item, part of a long fence or table."""

    line: int
    """Line of the parsed source at which it starts."""
    rows: tuple[Row, ...]
    resume: Resume
