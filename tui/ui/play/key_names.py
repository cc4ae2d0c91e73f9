"""Names of keys in scripts, and what a terminal sends for them."""

from __future__ import annotations

from string import ascii_lowercase

_MOVES = {"up": "A", "down": "B", "right": "C", "left": "D", "end": "F", "home": "H"}
_MODIFIERS = {"": "", "shift+": "2", "alt+": "3", "ctrl+": "5"}
_FUNCTION = ("OP", "OQ", "OR", "OS", *(f"[{n}~" for n in (15, 17, 18, 19, 20, 21, 23, 24)))

KEYS: dict[str, str] = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    **{
        f"{modifier}{name}": f"\x1b[1;{number}{letter}" if number else f"\x1b[{letter}"
        for modifier, number in _MODIFIERS.items()
        for name, letter in _MOVES.items()
    },
    **{f"f{number}": f"\x1b{code}" for number, code in enumerate(_FUNCTION, 1)},
    # Ctrl+I and Ctrl+M are Tab and Enter to a terminal, and Ctrl+H is often Backspace.
    **{f"ctrl+{c}": chr(ord(c) - 96) for c in ascii_lowercase if c not in "him"},
    # Some terminals send Alt+B and Alt+F for Ctrl+Left and Ctrl+Right.
    **{f"alt+{c}": f"\x1b{c}" for c in ascii_lowercase if c not in "bf"},
}
"""What a terminal sends, by the name of the key."""


def sequence_of(key: str) -> str | None:
    """Return what a terminal sends for a key or a character; None if no key has this name."""
    if len(key) == 1 and key.isprintable():
        return key
    return KEYS.get(key.casefold())
