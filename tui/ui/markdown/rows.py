"""What a Markdown text consists of once it is parsed and before it has a width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.ui.markdown.spans import Spans

Align = Literal["left", "center", "right"]
Cells = tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Margin:
    """What stands to the left of a row: list markers, indents and the bars of quotes."""

    first: Spans = ()
    rest: Spans = ()
    """The same for the row's other lines."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """A paragraph or heading; it is wrapped."""

    margin: Margin
    spans: Spans


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code block, or some lines of a long one."""

    margin: Margin
    number: int
    """Which code block of the message it is, from 0."""
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
    """The columns of a table, measured on its first rows so that later ones move nothing."""

    head: Cells
    aligns: tuple[Align, ...]
    widths: tuple[int, ...]
    """Cells each column would take without wrapping."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or some rows of a long one."""

    margin: Margin
    grid: Grid
    rows: tuple[Cells, ...]
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line."""

    margin: Margin


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty line."""

    margin: Margin


Row = TextRow | CodeRow | Table | Rule | Gap


@dataclass(frozen=True, slots=True)
class Resume:
    """What the parser has to know to go on at a segment without the source before it."""

    lead: str = ""
    """Source to put in front: the opening line of a fence, the head of a table."""
    gap: bool = True
    """Whether an empty line stands before the segment, unless it is the first."""
    number: int | None = None
    """Number of the list item the segment starts with."""
    grid: Grid | None = None
    codes: int = 0
    """How many code blocks begin before it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What can be parsed by itself: a block, a list item, a part of a long fence or table."""

    line: int
    """Line of the parsed source where it starts."""
    rows: tuple[Row, ...]
    resume: Resume
