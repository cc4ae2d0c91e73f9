"""Terminal input as Textual's events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from textual import constants, events, messages
from textual.geometry import Size
from textual.message import Message

from tui.core.draft import is_text, typed_text
from tui.system.input import paste_detector
from tui.system.input.key_codes import is_key
from tui.system.terminal import background_of, has_256_colours, takes_sixel
from tui.ui.app.messages import BackgroundSeen, ColoursSeen, SixelSeen
from tui.ui.textual_fixes.terminal_input import (
    IS_ITERM,
    KEYS_BY_SEQUENCE,
    KITTY_FUNCTIONAL_KEYS,
    TerminalParser,
)

_CHORDS = ("alt+", "ctrl+", "meta+", "super+", "hyper+")


class Key(events.Key):
    """Key that types a character, including those that Python does not call printable.

    Such are the joiners of emoji and Persian, wide and no-break spaces, and emoji that are newer
    than Python. Textual finds handlers by class name, so the name has to be the same.
    """

    @property
    def is_printable(self) -> bool:
        return self.character is not None and is_text(self.character)


class Paste(events.Paste):
    """Paste.

    ``lines``: number of lines kept from being sent although the terminal marked no paste; else
    0.
    """

    def __init__(self, text: str, lines: int = 0) -> None:
        super().__init__(text)
        self.lines = lines


def as_typed(event: events.Event) -> events.Event:
    """Return a key or paste of any driver as one of these; other events unchanged."""
    match event:
        case Key() | Paste():
            return event
        case events.Key() if not event.is_printable:
            typed = Key(event.key, event.character)
            return typed if typed.is_printable else event
        case events.Paste():
            return Paste(typed_text(event.text))
        case _:
            return event


def is_typed(event: events.Event) -> bool:
    """Return True if an event writes text: a character without modifiers, or a paste."""
    if isinstance(event, events.Key):
        return event.is_printable and not event.key.startswith(_CHORDS)
    return isinstance(event, events.Paste)


_RENAMED = {"\x1b[R": "\x1b[13~"}
"""F3 of older kitty, which later ones call otherwise: it begins like a report of the cursor."""
_MOST_CELLS = 500_000
_CODE = re.compile(r"\x1b\[(\d*)(?:;\d+)?(.)")
_RESERVED = range(57344, 63744)
"""Code points of the kitty protocol for keys without a character."""
_MOUSE = re.compile(r"\x1b\[<(\d{1,4});(-?\d{1,5});(-?\d{1,5})([Mm])")
_SIZE = re.compile(r"\x1b\[48;(\d{1,5})[\d:]*;(\d{1,5})[\d:]*;(\d{1,6})[\d:]*;(\d{1,6})[\d:]*t")
_MODE = re.compile(r"\x1b\[\?(\d{1,5});(\d)\$y")
_SYNCHRONIZED_OUTPUT, _IN_BAND_RESIZE = "2026", "2048"


class TerminalEvents:
    """Converts terminal input to messages. ``size`` returns the size of the screen."""

    def __init__(self, size: Callable[[], Size]) -> None:
        self._size = size
        self._parser = TerminalParser()

    def messages(self, event: paste_detector.Event) -> Iterable[Message]:
        """Return the messages for an event; none if it is not used."""
        match event:
            case paste_detector.TypedText(text):
                return [key for character in text for key in self._named(character)]
            case paste_detector.KeyInput(sequence):
                return self._keys(sequence)
            case paste_detector.PastedText(text, lines):
                return [Paste(text, lines)]
            case paste_detector.Report(sequence):
                return self._report(sequence)

    # -- keys ------------------------------------------------------------------------------

    def _keys(self, sequence: str) -> Iterable[events.Key]:
        sequence = _RENAMED.get(sequence, sequence)
        if len(sequence) == 1 or _has_name(sequence):
            return self._named(sequence)
        if len(sequence) == 2 and sequence not in KEYS_BY_SEQUENCE:
            return self._with_alt(sequence[1])
        known = KEYS_BY_SEQUENCE.get(sequence)
        if isinstance(known, tuple):
            return [events.Key(key.value, None) for key in known]
        return self._named(known) if isinstance(known, str) else []

    def _named(self, sequence: str) -> Iterable[events.Key]:
        return self._parser.keys(sequence)

    def _with_alt(self, character: str) -> Iterator[events.Key]:
        for key in self._parser.keys(character, alt=True):
            yield key if key.key.startswith("alt+") else events.Key(f"alt+{key.key}", None)

    # -- reports ---------------------------------------------------------------------------

    def _report(self, sequence: str) -> Iterator[Message]:
        if sequence == "\x1b[I":
            yield events.AppFocus()
        elif sequence == "\x1b[O":
            yield events.AppBlur()
        elif found := _MOUSE.fullmatch(sequence):
            yield from self._mouse(found[1], int(found[2]), int(found[3]), found[4])
        elif found := _SIZE.fullmatch(sequence):
            yield from self._resize(*map(int, found.groups()))
        elif found := _MODE.fullmatch(sequence):
            yield from _supported(found[1], int(found[2]))
        elif (dark := background_of(sequence)) is not None:
            yield BackgroundSeen(dark=dark)
        elif takes_sixel(sequence):
            yield SixelSeen()
        elif has_256_colours(sequence):
            yield ColoursSeen(256)

    def _mouse(self, buttons: str, column: int, row: int, state: str) -> Iterator[Message]:
        width, height = self._size()
        if self._parser.mouse_pixels and self._parser.terminal_pixel_size:
            width, height = self._parser.terminal_pixel_size
        x, y = min(column, width), min(row, height)
        if (x, y) != (column, row) and state == "M":
            return  # outside the screen; but a released button ends a drag anywhere
        if event := self._parser.parse_mouse_code(f"\x1b[<{buttons};{x};{y}{state}"):
            yield event

    def _resize(self, rows: int, columns: int, height: int, width: int) -> Iterator[Message]:
        if not 0 < rows * columns <= _MOST_CELLS:
            return
        has_pixels = height >= rows and width >= columns
        event = events.Resize.from_dimensions(
            (columns, rows), (width, height) if has_pixels else None
        )
        self._parser.terminal_size = event.size
        self._parser.terminal_pixel_size = event.pixel_size
        self._parser.mouse_pixels = has_pixels
        yield event


def _has_name(sequence: str) -> bool:
    """Return True if a sequence of the kitty protocol names a key that Textual knows."""
    found = _CODE.fullmatch(sequence)
    if found is None or not is_key(sequence):
        return False
    number = int(found[1] or 1)
    is_character = found[2] == "u" and number not in _RESERVED
    return is_character or f"{number}{found[2]}" in KITTY_FUNCTIONAL_KEYS


def _supported(mode: str, setting: int) -> Iterator[Message]:
    if mode == _SYNCHRONIZED_OUTPUT and setting > 0:
        yield messages.TerminalSupportsSynchronizedOutput()
    elif mode == _IN_BAND_RESIZE and constants.SMOOTH_SCROLL and not IS_ITERM:
        yield messages.InBandWindowResize.from_setting_parameter(setting)
