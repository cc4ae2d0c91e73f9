"""Keys as people know them."""

from __future__ import annotations

_NAMES = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "slash": "/",
}


def key_name(key: str) -> str:
    """Textual's name of a key as it stands on a keyboard: ``ctrl+n`` is ``Ctrl+N``."""
    *modifiers, last = key.split("+")
    name = _NAMES.get(last) or (last.upper() if len(last) == 1 and modifiers else last)
    shown = name if len(name) == 1 or name in _NAMES.values() else name.capitalize()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def short_key_name(key: str) -> str:
    """The same where there is little room: ``^N``."""
    return key_name(key).replace("Ctrl+", "^")
