"""Lines of a text at one width, drawn on demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import overload

from tui.ui.markdown.spans import Line


class Part:
    """Lines that are drawn together, when one of them is first asked for."""

    def __init__(self, height: int, draw: Callable[[], Iterable[Line]]) -> None:
        self.height = height
        self._draw = draw

    @cached_property
    def lines(self) -> Sequence[Line]:
        return tuple(self._draw())


class LazyLines(Sequence[Line]):
    """Sequence of lines, made of parts. Its length is known before any line is drawn."""

    def __init__(self) -> None:
        self._parts: list[Part | Sequence[Line]] = []
        self._starts: list[int] = []
        """Number of the first line of each part."""
        self._length = 0

    def append(self, part: Part | Sequence[Line]) -> None:
        """Add a part at the end."""
        self._parts.append(part)
        self._starts.append(self._length)
        self._length += part.height if isinstance(part, Part) else len(part)

    def truncate(self, length: int) -> None:
        """Remove all lines from a number on, which must be the start of a part."""
        while self._length > length:
            self._parts.pop()
            self._length = self._starts.pop()

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._length))]
        number = range(self._length)[index]
        place = bisect_right(self._starts, number) - 1
        return _drawn(self._parts[place])[number - self._starts[place]]

    def __iter__(self) -> Iterator[Line]:
        for part in self._parts:
            yield from _drawn(part)


def _drawn(part: Part | Sequence[Line]) -> Sequence[Line]:
    return part.lines if isinstance(part, Part) else part
