"""Split terminal input into characters, control characters, escape sequences and pastes."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

ESC = "\x1b"
PASTE_BEGIN = "\x1b[200~"
PASTE_END = "\x1b[201~"

_REST_S = 0.5
"""Time limit in seconds for the rest of a sequence that cannot be a key of its own any more."""
_PASTE_REST_S = 2.0
"""Time in seconds after which a paste without an end is over."""
_LONGEST = 8192
"""Maximum length of a sequence in characters; a longer one is dropped."""

_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_STRING_BEGIN = r"(?:\][0-9]|P[0-9>!$+|=?]|_G)"  # with anything else it is Alt and this key
_STRING_BODY = r"[^\x00-\x1f\x7f-\x9f]*"
_FORMS = (
    r"\[M[^\x00-\x1f]{3}",  # mouse, as old terminals report it
    r"\[\[[A-Za-z]",  # a function key of the Linux console
    r"\[[0-9]+\$",  # a key with Shift in rxvt
    r"\[[ -?]+[@-~]",  # in any order: some terminals send negative coordinates
    r"\[[@-LN-Z\\-~]",
    r"O[0-9;]*[@-~]",
    _STRING_BEGIN + _STRING_BODY + r"(?:\x07|\x1b\\|\x9c)",
)
_BEGINNINGS = (r"\[M[^\x00-\x1f]{0,2}", r"\[\[", r"\[[ -?]*", r"O[0-9;]+")
_STRING = _STRING_BEGIN + _STRING_BODY
_COMPLETE = re.compile(f"{ESC}(?:{'|'.join(_FORMS)})")
_UNFINISHED = re.compile(rf"{ESC}(?:{'|'.join(_BEGINNINGS)}|O|[\]P_]|{_STRING}{ESC}?)?\Z")
_BROKEN = re.compile(f"{ESC}(?:{'|'.join(_BEGINNINGS)}|{_STRING})")
_ALT_KEY = re.compile(f"{ESC}[^{ESC}]", re.DOTALL)
_MAY_BE_A_KEY = re.compile(rf"{ESC}[\[O\]P_]?\Z")


@dataclass(slots=True)
class Characters:
    """Text without control characters."""

    text: str


@dataclass(slots=True)
class Control:
    """One control character other than ESC."""

    character: str


@dataclass(slots=True)
class Sequence:
    """Complete escape sequence, ESC alone, or ESC and the key that was pressed with Alt."""

    text: str


@dataclass(slots=True)
class PasteBegun:
    """Start of a bracketed paste."""


@dataclass(slots=True)
class Pasted:
    """Part of a bracketed paste, as received."""

    text: str


@dataclass(slots=True)
class PasteEnded:
    """End of a bracketed paste, or an end without a start."""


Token = Characters | Control | Sequence | PasteBegun | Pasted | PasteEnded


class Splitter:
    """Splits text that arrives in pieces. The tokens do not depend on the cuts between pieces.

    Characters of a paste are passed on as soon as they cannot be part of its end. A malformed,
    overlong or unfinished sequence is dropped, and nothing else.
    """

    def __init__(self, escape_delay_s: float = 0.1) -> None:
        self._escape_delay_s = escape_delay_s
        self._held = ""
        self._too_long = False
        self._pasting = False
        self._since_s = 0.0

    @property
    def is_holding(self) -> bool:
        """True if the start of a sequence, or of a paste's end, is held back."""
        return bool(self._held)

    @property
    def deadline_s(self) -> float | None:
        """Time at which to call :meth:`expire`; None if nothing is held back."""
        if self._pasting:
            return self._since_s + _PASTE_REST_S
        if not self._held:
            return None
        delay_s = self._escape_delay_s if _MAY_BE_A_KEY.match(self._held) else _REST_S
        return self._since_s + max(delay_s, self._escape_delay_s)

    def feed(self, text: str, now_s: float) -> Iterator[Token]:
        """Yield the tokens of text that arrived at ``now_s``."""
        if not text:
            return
        self._since_s = now_s
        rest, self._held = self._held + text, ""
        place = 0
        while place < len(rest):
            if self._pasting:
                place = yield from self._paste(rest, place)
            elif found := _TEXT.match(rest, place):
                yield Characters(found[0])
                place = found.end()
            elif rest[place] != ESC:
                yield Control(rest[place])
                place += 1
            else:
                place = yield from self._escape(rest, place)

    def expire(self, now_s: float) -> Iterator[Token]:
        """Yield the text held back if nothing has followed in time."""
        deadline_s = self.deadline_s
        if deadline_s is None or now_s < deadline_s:
            return
        held, self._held = self._held, ""
        if self._pasting:
            self._pasting = False
            if held:
                yield Pasted(held)
            yield PasteEnded()
        elif _MAY_BE_A_KEY.match(held) and not self._too_long:
            yield Sequence(held)
        self._too_long = False

    def _paste(self, rest: str, place: int) -> Generator[Token, None, int]:
        end = rest.find(PASTE_END, place)
        if end < 0:
            text = rest[place:]
            self._held = _end_begun(text)
            if text := text.removesuffix(self._held):
                yield Pasted(text)
            return len(rest)
        if end > place:
            yield Pasted(rest[place:end])
        self._pasting = False
        yield PasteEnded()
        return end + len(PASTE_END)

    def _escape(self, rest: str, place: int) -> Generator[Token, None, int]:
        if found := _COMPLETE.match(rest, place):
            if not self._too_long and len(found[0]) <= _LONGEST:
                yield self._token(found[0])
            self._too_long = False
            return found.end()
        if _UNFINISHED.match(rest, place):
            self._hold(rest[place:])
            return len(rest)
        self._too_long = False
        if found := _BROKEN.match(rest, place):
            return found.end()
        found = _ALT_KEY.match(rest, place)
        yield Sequence(found[0] if found else ESC)
        return found.end() if found else place + 1

    def _token(self, sequence: str) -> Token:
        if sequence == PASTE_BEGIN:
            self._pasting = True
            return PasteBegun()
        return PasteEnded() if sequence == PASTE_END else Sequence(sequence)

    def _hold(self, begun: str) -> None:
        if len(begun) > _LONGEST:
            self._too_long = True
            begun = begun[:3]  # enough to find its end
        self._held = begun


def _end_begun(text: str) -> str:
    """Return the end of ``text`` that may be the start of a paste's end."""
    for size in range(len(PASTE_END) - 1, 0, -1):
        if text.endswith(PASTE_END[:size]):
            return PASTE_END[:size]
    return ""
