"""Key events of the kitty keyboard protocol, and of xterm's modifyOtherKeys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tui.core.draft import is_text

_KEY = re.compile(r"\x1b\[([0-9:;]*)([u~ABCDEFHPQS])")
_SHIFT, _ALT, _CTRL, _CAPS_LOCK = 0b1, 0b10, 0b100, 0b1000000
_COMMANDS = 0b111100
"""Ctrl, Super, Hyper and Meta: a key pressed with one of them types nothing."""
_MODIFIERS = 0b111111
_MOST_MODIFIERS = 0xFF
_PRESSED = {1, 2}
"""Pressed and repeated; 3 is released."""
_NAMED = {9, 13, 27, 127}
"""Tab, Enter, Esc and Backspace."""
_FUNCTIONAL = range(57358, 57455)
_RESERVED = range(57344, 63744)
"""Code points of the protocol for keys without a character."""
_KEYPAD = dict(zip(range(57399, 57417), "0123456789./*-+\r=,", strict=True))
_MODIFY_OTHER_KEYS = 27
_LARGEST = 0x10FFFF

_Numbers = Sequence[int | None]
_NOTHING: _Numbers = (None,)


@dataclass(slots=True)
class KeyCode:
    """Pressed key: the text that it types, or else the sequence that names it.

    The sequence is in its shortest form: a control character where the key has one, otherwise ``CSI
    number ; modifiers final``.
    """

    sequence: str = ""
    text: str = ""


def is_key(sequence: str) -> bool:
    """Return True for a sequence of these protocols, valid or not."""
    return _KEY.fullmatch(sequence) is not None


def key_code(sequence: str) -> KeyCode | None:
    """Return the key of a sequence; None if it was released, or if there is no such key."""
    found = _KEY.fullmatch(sequence)
    if found is None:
        return None
    fields = [_numbers(field) for field in found[1].split(";")]
    codes, states, texts, *_ = (*fields, _NOTHING, _NOTHING)
    final = found[2]
    if final == "~" and codes[0] == _MODIFY_OTHER_KEYS:
        codes, texts, final = texts, _NOTHING, "u"
    modifiers = (states[0] or 1) - 1
    event = states[1] if len(states) > 1 else None
    if (event or 1) not in _PRESSED or modifiers > _MOST_MODIFIERS:
        return None
    if final != "u":
        return KeyCode(_sequence(codes[0] or 1, modifiers, final))
    return _key(codes, modifiers, _text(texts))


def _numbers(field: str) -> _Numbers:
    """Return the numbers of a field; one of very many digits becomes another that is too large."""
    return [int(digits[:8]) if digits else None for digits in field.split(":")]


def _text(codes: _Numbers) -> str:
    characters = (chr(code) for code in codes if code and code <= _LARGEST)
    return "".join(filter(is_text, characters))


def _sequence(number: int, modifiers: int, final: str) -> str:
    if held := modifiers & _MODIFIERS:
        return f"\x1b[{number};{held + 1}{final}"
    return f"\x1b[{'' if number == 1 else number}{final}"


def _key(codes: _Numbers, modifiers: int, text: str) -> KeyCode | None:
    code = codes[0] or 0
    held = modifiers & _MODIFIERS
    is_alt_gr = bool(held & _ALT and held & _CTRL)
    if text and (is_alt_gr or not held & _COMMANDS):
        return KeyCode(text=text)
    if not held and (character := _KEYPAD.get(code, chr(code) if code in _NAMED else "")):
        return KeyCode(text=character) if is_text(character) else KeyCode(character)
    if code in _NAMED or code in _FUNCTIONAL:
        return KeyCode(_sequence(code, modifiers, "u"))
    if code > _LARGEST or code in _RESERVED or not is_text(chr(code)):
        return None
    if not held & ~_SHIFT and (character := _character(codes, modifiers)):
        return KeyCode(text=character)
    return KeyCode(_sequence(code, modifiers, "u"))


def _character(codes: _Numbers, modifiers: int) -> str:
    """Return the text that a key types if the terminal does not report it; empty if unknown."""
    character = chr(codes[0] or 0)
    with_shift, with_caps_lock = bool(modifiers & _SHIFT), bool(modifiers & _CAPS_LOCK)
    if with_shift and len(codes) > 1 and (shifted := _text(codes[1:2])):
        return shifted
    if character.isascii() and not character.isalpha():
        return "" if with_shift and character != " " else character
    upper = character.upper()
    return upper if with_shift != with_caps_lock and len(upper) == 1 else character
