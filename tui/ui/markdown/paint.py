"""Paint lines as strips: the only part of the renderer that knows colours and selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.segment import Segment
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style

from tui.core.links import terminal_link
from tui.core.text import drawn_parts
from tui.ui.markdown.spans import Line, Span

StyleOf = Callable[[str], Style]
"""Returns the style of some roles, given as in ``Span.style``."""


def paint(line: Line, y: int, width: int, style_of: StyleOf) -> Strip:
    """Return the strip of a line; its segments carry their offset in the text, for selection."""
    x = 0
    segments: list[Segment] = []
    for span in line.spans:
        style = style_of(span.style)
        if span.action is not None:
            style += Style.from_meta({"@click": span.action})
            name, arguments = span.action
            if name == "app.open_link" and (link := terminal_link(str(arguments[0]))):
                style += Style(link=link)
        for at, text in drawn_parts(span.text):
            segments.append(Segment(text, style.rich_style_with_offset(x + at, y)))
        x += len(span.text)
    strip = Strip(segments)
    if line.fill and strip.cell_length < width:
        strip = strip.extend_cell_length(width, style_of(line.fill).rich_style)
    return strip


def select(line: Line, start: int, end: int) -> Line:
    """Return the line with some characters in the role ``selected``; -1 is its end."""
    if end < 0:
        end = sum(len(span.text) for span in line.spans)
    spans: list[Span] = []
    at = 0
    for span in line.spans:
        size = len(span.text)
        left, right = max(0, start - at), max(start - at, end - at, 0)
        for first, last, role in ((0, left, ""), (left, right, " selected"), (right, size, "")):
            part = span.part(first, last)
            if part.text:
                spans.append(part._replace(style=f"{span.style}{role}".strip()))
        at += size
    return Line(tuple(spans), line.glue, line.fill)


def selected_text(lines: Sequence[Line], selection: Selection) -> str:
    """Return the selected text with soft wraps undone, without bars, boxes and indents."""
    first = selection.start.y if selection.start is not None else 0
    last = selection.end.y if selection.end is not None else len(lines) - 1
    parts: list[str] = []
    for y in range(max(0, first), min(last, len(lines) - 1) + 1):
        if (reach := selection.get_span(y)) is not None:
            parts += [lines[y].glue if y > first else "", *_slice(lines[y], *reach)]
    return "".join(parts)


def _slice(line: Line, start: int, end: int) -> Iterator[str]:
    at = 0
    for span in line.spans:
        part = span.part(start - at, len(span.text) if end < 0 else end - at)
        yield part.text if part.copied is None else part.copied
        at += len(span.text)
