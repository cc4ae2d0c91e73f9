"""Growing Markdown text: finished parts are parsed and laid out once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from tui.core.text import clean
from tui.ui.markdown.layout import Well, has_edges, height_of, layout
from tui.ui.markdown.lines import LazyLines, Part
from tui.ui.markdown.parse import parse
from tui.ui.markdown.rows import CodeRow, Gap, Margin, Resume, Segment

if TYPE_CHECKING:
    from tui.ui.markdown.spans import Line

# Link definitions and formulas: lines that may change the meaning of earlier ones.
_LOOKS_BACK = re.compile(r"\]:|\\\[|\$\$|\\begin\{")
# First half of a line break or of a flag.
_MAY_GO_ON = re.compile("\r$|[\U0001f3f4\U000e0000-\U000e007f][\U000e0000-\U000e007f]*$")
_UNDECIDED = re.compile(r"[ >]*(?:[-+*_=#~`|>]+|\d{1,9}[.)]?)[ \t]*")
_LONGEST_MARKER = 40
_LAYOUTS_KEPT = 2


@dataclass(slots=True)
class _Layout:
    """Lines at one width: first those of settled segments, then those of the live ones."""

    lines: LazyLines = field(default_factory=LazyLines)
    segments: int = 0
    steady: int = 0
    revision: int = -1


class Document:
    """Markdown of a message. Update it with the newest text, ask for its lines at any width.

    While the text only grows, the cost of an update depends on its last block alone: blocks, list
    items and parts of long fences and tables are settled as soon as nothing can change them. Parts
    of fences are drawn when one of their lines is asked for.

    The lines of a finished text do not depend on the steps in which it arrived.
    """

    _given: str
    """The newest text as received."""
    _source: str
    _settled: list[Segment]
    _live: list[Segment]
    _tail_at: int
    _resume: Resume
    _layouts: dict[int, _Layout]

    def __init__(
        self, text: str = "", *, marks: bool = False, well: Well = "plain", final: bool = True
    ) -> None:
        self._marks = marks
        self.well: Well = "plain" if marks else well
        self._revision = 0
        self._given = ""
        self._clear()
        if text:
            self.update(text, final=final)

    @property
    def source(self) -> str:
        """The Markdown, without control characters."""
        return self._source

    def update(self, text: str, *, final: bool = True) -> bool:
        """Set the newest text; before the ``final`` one, an undecided last line is held back.

        Returns True if the text only grew, so that the steady lines are still the same.
        """
        text = self._cleaned(text)
        grown = text.startswith(self._source)
        if final and self._settled and _LOOKS_BACK.search(text):
            grown = False
        if not grown:
            self._clear()
        self._source = text
        self._read(final)
        return grown

    def _cleaned(self, text: str) -> str:
        """Strip control characters; of grown text, only the new part is scanned."""
        before, self._given = self._given, text
        if before and text.startswith(before) and not _MAY_GO_ON.search(before, len(before) - 8):
            return self._source + clean(text[len(before) :])
        return clean(text)

    def lines(self, width: int) -> Sequence[Line]:
        """Return the lines of the text at a width in cells. Valid until the next update."""
        return self._layout(width).lines

    def steady(self, width: int) -> int:
        """Return the number of lines, from the top, that further text will not change."""
        return self._layout(width).steady

    def code_blocks(self) -> list[tuple[str, str]]:
        """Return language and code of each code block; an open one has the code so far."""
        blocks: dict[int, tuple[str, str]] = {}
        for segment in chain(self._settled, self._live):
            for row in segment.rows:
                if isinstance(row, CodeRow):
                    _, before = blocks.get(row.number, ("", ""))
                    blocks[row.number] = (row.language, before + row.text)
        return list(blocks.values())

    def _clear(self) -> None:
        self._source = ""
        self._settled = []
        self._live = []
        self._tail_at = 0
        self._resume = Resume()
        self._layouts = {}

    def _read(self, final: bool) -> None:
        """Parse the unsettled rest, and settle each segment followed by a complete line."""
        tail = self._source[self._tail_at :]
        shown = tail if final else _decided(tail)
        segments = parse(shown, self._resume, marks=self._marks)
        complete = shown.count("\n")
        done = max((i for i, part in enumerate(segments) if part.line < complete), default=0)
        self._live = segments[done:]
        if done:
            self._settled += segments[:done]
            self._tail_at += _offset(shown, segments[done].line)
            self._resume = segments[done].resume
        self._revision += 1

    def _layout(self, width: int) -> _Layout:
        laid = self._layouts.pop(width, None) or _Layout()
        self._layouts[width] = laid
        while len(self._layouts) > _LAYOUTS_KEPT:
            del self._layouts[next(iter(self._layouts))]
        if laid.revision != self._revision:
            laid.lines.truncate(laid.steady)
            above = self._settled[laid.segments - 1] if laid.segments else None
            for segment in self._settled[laid.segments :]:
                self._lay(laid, segment, width, above)
                above = segment
            laid.segments, laid.steady = len(self._settled), len(laid.lines)
            for segment in self._live:
                self._lay(laid, segment, width, above)
                above = segment
            laid.revision = self._revision
        return laid

    def _lay(self, laid: _Layout, segment: Segment, width: int, above: Segment | None) -> None:
        gap = bool(laid.lines and segment.resume.gap)
        below_edge = gap and above is not None and has_edges(above.rows[-1], self.well)
        at_edge = bool(segment.rows) and has_edges(segment.rows[0], self.well)
        if gap and not (below_edge or at_edge):
            laid.lines.append(tuple(layout([Gap(Margin())], width)))
        draw = partial(layout, segment.rows, width, marks=self._marks, well=self.well)
        height = height_of(segment.rows, width, marks=self._marks, well=self.well)
        if height is not None:
            laid.lines.append(Part(height, draw))
            return
        lines = tuple(draw())
        if below_edge and not at_edge and lines:
            # Copied, the edge is an empty line like any other between blocks.
            lines = (replace(lines[0], glue=f"\n{lines[0].glue}"), *lines[1:])
        laid.lines.append(lines)


def _decided(text: str) -> str:
    """Drop a last line that may still become anything, such as a lone ``-`` or ``1.``."""
    head, newline, last = text.rpartition("\n")
    undecided = len(last) < _LONGEST_MARKER and _UNDECIDED.fullmatch(last)
    return head + newline if undecided else text


def _offset(text: str, line: int) -> int:
    """Return the offset in characters at which a line of the text starts."""
    at = 0
    for _ in range(line):
        at = text.index("\n", at) + 1
    return at
