"""Convert bytes of a terminal and their times to user input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tui.system.input import sequences
from tui.system.input.decoder import TerminalDecoder
from tui.system.input.key_codes import is_key, key_code
from tui.system.input.paste_detector import (
    Event,
    KeyInput,
    PasteDetector,
    PastedText,
    Report,
    TypedText,
    Unit,
)
from tui.system.input.sequences import Splitter

_REST_S = 0.25
"""Time limit in seconds for the rest of a UTF-8 sequence."""
_REPORT = re.compile(
    r"\x1b(?:\[(?:(<.*M|M...)|<.*|[IO]|\?.*\$y|\?[0-9;]*c|48;.*t|[0-9]+;[0-9]+R)|[\]P_]..*)",
    re.DOTALL,
)


class TerminalInput:
    """Accepts any bytes in any pieces. Invalid input is dropped, and nothing around it."""

    def __init__(self, charset: str, escape_delay_s: float) -> None:
        self._decoder = TerminalDecoder(charset)
        self._splitter = Splitter(escape_delay_s)
        self._bursts = PasteDetector()
        self._last_s = float("-inf")

    @property
    def deadline_s(self) -> float | None:
        """Time at which to call :meth:`expire`; None if nothing is held back."""
        if self._decoder.is_holding:
            return self._last_s + _REST_S
        # As long as a sequence is incomplete, so is its burst.
        deadline_s = self._splitter.deadline_s
        return self._bursts.deadline_s if deadline_s is None else deadline_s

    def feed(self, data: bytes, now_s: float, since_s: float | None = None) -> list[Event]:
        """Return the events of bytes that arrived at ``now_s``.

        ``since_s``: earliest possible arrival, if the exact time is not known.
        """
        goes_on = self._splitter.is_holding or self._decoder.is_holding
        self._last_s = now_s
        tokens = self._splitter.feed(self._decoder.feed(data), now_s)
        return self._bursts.feed([*_units(tokens)], now_s, since_s, goes_on=goes_on)

    def expire(self, now_s: float) -> list[Event]:
        """Return the events of input held back, if nothing has followed in time."""
        deadline_s = self.deadline_s
        if deadline_s is None or now_s < deadline_s:
            return []
        if self._decoder.is_holding:
            tokens = self._splitter.feed(self._decoder.flush(), self._last_s)
        elif self._splitter.deadline_s is not None:
            tokens = self._splitter.expire(now_s)
        else:
            return self._bursts.expire(now_s)
        return self._bursts.feed([*_units(tokens)], self._last_s, goes_on=True)


def _units(tokens: Iterable[sequences.Token]) -> Iterator[Unit]:
    for token in tokens:
        match token:
            case sequences.Characters(text):
                yield TypedText(text)
            case sequences.Control(character) if character < "\x80":
                yield KeyInput(character)
            case sequences.Sequence(sequence):
                yield from _unit(sequence)
            case sequences.Pasted(text):
                yield PastedText(text)
            case sequences.PasteBegun() | sequences.PasteEnded():
                yield token
            case sequences.Control():
                pass  # of no meaning to us


def _unit(sequence: str) -> Iterator[Unit]:
    if found := _REPORT.fullmatch(sequence):
        yield Report(sequence, is_press=bool(found[1]))
    elif not is_key(sequence):
        yield KeyInput(sequence)
    elif code := key_code(sequence):
        yield TypedText(code.text) if code.text else KeyInput(code.sequence)
