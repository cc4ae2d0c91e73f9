"""Detect pastes by the times of characters, and which Enter sends.

Characters that arrive with gaps under :data:`GAP_S` form a burst. A burst with text after a line
break is a paste: it is one text, and no Enter in it is a key. A burst whose only line breaks are at
its end is typed text and Enter. Nothing in a burst with a bracketed paste is a key.

Text is passed on at once, so that it is visible at once. A line break or Tab waits, with everything
after it, until the burst has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui.core.draft import typed_text
from tui.system.input.sequences import PasteBegun, PasteEnded

GAP_S = 0.015
"""Shortest time in seconds between two bursts."""
_MANY = 200
"""Number of characters that cannot be typed at once; they are passed on as one text for speed."""
LARGEST = 4 * 1024 * 1024
"""Number of characters of a burst to keep; the composer refuses a longer paste."""

_BREAKS = {"\r", "\n"}
_AS_TEXT = _BREAKS | {"\t"}


@dataclass(slots=True)
class TypedText:
    """Typed characters."""

    text: str


@dataclass(slots=True)
class KeyInput:
    """Key that types no text; ``sequence`` is what a terminal sends for it."""

    sequence: str


@dataclass(slots=True)
class PastedText:
    """Pasted text.

    ``lines``: number of lines kept from being sent although the terminal marked no paste; else 0.
    """

    text: str
    lines: int = 0


@dataclass(slots=True)
class Report:
    """Report of the terminal: mouse, focus, size, a mode, or a reply to a query."""

    sequence: str
    is_press: bool = False
    """A mouse button was pressed."""


Unit = TypedText | KeyInput | Report | PastedText | PasteBegun | PasteEnded
"""Input unit; a ``PastedText`` is a part of a bracketed paste, as received."""
Event = TypedText | KeyInput | Report | PastedText
"""Output of the detector."""


class PasteDetector:
    """Converts units and their times to keys and pastes. It reads no clock."""

    def __init__(self, gap_s: float = GAP_S) -> None:
        self._gap_s = gap_s
        self._last_s = float("-inf")
        self._begin()

    def _begin(self) -> None:
        self._waiting: list[TypedText | KeyInput] = []
        self._size = 0
        self._broken = self._is_paste = False
        self._marked: list[list[str]] | None = None
        """Bracketed pastes of this burst, each with the text around it."""
        self._is_open = False
        """The end of a bracketed paste is still to come."""

    @property
    def is_marked(self) -> bool:
        """True if this burst has a bracketed paste."""
        return self._marked is not None

    @property
    def deadline_s(self) -> float | None:
        """Time at which to call :meth:`expire`; None if nothing waits."""
        waits = (self._waiting or self.is_marked) and not self._is_open
        return self._last_s + self._gap_s if waits else None

    def feed(
        self,
        units: Sequence[Unit],
        now_s: float,
        since_s: float | None = None,
        *,
        goes_on: bool = False,
    ) -> list[Event]:
        """Return the events of units that arrived at ``now_s``; ``units`` may still be incomplete.

        ``since_s``: earliest possible arrival, if the exact time is not known. ``goes_on``: the
        rest of an incomplete unit, however long it took.
        """
        ended = not goes_on and self._has_ended(units, now_s, since_s)
        events = list(self._end()) if ended else []
        if not units or not all(isinstance(unit, Report) for unit in units):
            self._last_s = now_s
        if not self._waiting and not self.is_marked and (_are_lines(units) or _are_many(units)):
            self._waiting = [TypedText("")]  # with its first line, so that it is one text
        for unit in units:
            events += self._take(unit)
        return events

    def expire(self, now_s: float) -> list[Event]:
        """Return the waiting events if their burst has ended."""
        deadline_s = self.deadline_s
        return list(self._end()) if deadline_s is not None and now_s >= deadline_s else []

    def _has_ended(self, units: Iterable[Unit], now_s: float, since_s: float | None) -> bool:
        """Return True if a burst ended before these units; lines of a paste may come together."""
        if self._is_open or now_s - self._last_s < self._gap_s:
            return False
        may_be_the_same = since_s is not None and since_s - self._last_s < self._gap_s
        is_paste = self._is_paste or self.is_marked or _are_lines(units)
        return not (may_be_the_same and is_paste)

    def _take(self, unit: Unit) -> Iterator[Event]:
        match unit:
            case Report():
                if not (unit.is_press and self.is_marked):  # which may be part of a paste
                    yield unit
            case PasteBegun() | PasteEnded():
                self._mark(opens=isinstance(unit, PasteBegun))
            case PastedText(text):
                self._mark(opens=True)
                self._keep(text)
            case _ if self.is_marked:
                self._keep(_as_text(unit))
            case _ if self._waiting or (isinstance(unit, KeyInput) and unit.sequence in _AS_TEXT):
                self._wait(unit)
            case _:
                yield unit

    def _mark(self, *, opens: bool) -> None:
        if self._marked is None:
            self._marked = [[*map(_as_text, self._waiting)]]
            self._waiting = []
        elif opens and not self._is_open:
            self._marked.append([])
        self._is_open = opens

    def _keep(self, text: str) -> None:
        if self._marked and self._size <= LARGEST:
            self._marked[-1].append(text)
            self._size += len(text)

    def _wait(self, unit: TypedText | KeyInput) -> None:
        if self._size > LARGEST:
            return
        text = _as_text(unit)
        self._waiting.append(unit)
        self._size += len(text)
        self._broken |= text in _BREAKS
        self._is_paste |= self._broken and isinstance(unit, TypedText)

    def _end(self) -> Iterator[Event]:
        marked, waiting, is_paste = self._marked, self._waiting, self._is_paste
        self._begin()
        if marked is not None:
            texts = (typed_text("".join(parts)) for parts in marked)
            yield from (PastedText(text) for text in texts if text)
        elif is_paste:
            text = typed_text("".join(map(_as_text, waiting)))
            yield PastedText(text, text.count("\n") + (not text.endswith("\n")))
        else:
            yield from _keys(waiting)


def _as_text(unit: TypedText | KeyInput) -> str:
    if isinstance(unit, TypedText):
        return unit.text
    return unit.sequence if unit.sequence in _AS_TEXT else ""


def _are_lines(units: Iterable[Unit]) -> bool:
    """Return True for text after a line break."""
    broken = False
    for unit in units:
        if isinstance(unit, TypedText) and broken:
            return True
        broken |= isinstance(unit, KeyInput) and unit.sequence in _BREAKS
    return False


def _are_many(units: Iterable[Unit]) -> bool:
    return sum(len(unit.text) for unit in units if isinstance(unit, TypedText)) >= _MANY


def _keys(waiting: Iterable[TypedText | KeyInput]) -> Iterator[Event]:
    before: TypedText | KeyInput | None = None
    for unit in waiting:
        if isinstance(unit, TypedText) and len(unit.text) >= _MANY:
            yield PastedText(unit.text)
        elif unit != TypedText("") and not (unit == KeyInput("\n") and before == KeyInput("\r")):
            yield unit  # but CR LF is one Enter
        before = unit
