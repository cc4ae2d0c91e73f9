"""Labels of keys as people know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from tui.ui.keys.registry import DEFAULT_KEYS
from tui.ui.textual_fixes.key_bindings import bindings_for_key, default_bindings, keymap_of

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode

UNBOUND = "unbound"
"""Key that no terminal sends: Textual's keymap cannot remove a key, only replace it."""

_NAMES = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "slash": "/",
}


def key_name(key: str) -> str:
    """Return a Textual key as printed on keyboards: ``ctrl+n`` is ``Ctrl+N``."""
    *modifiers, last = key.split("+")
    name = _NAMES.get(last) or (last.upper() if len(last) == 1 and modifiers else last)
    shown = name if len(name) == 1 or name in _NAMES.values() else name.capitalize()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def key_for(app: App[Any], command: str) -> str:
    """Return the current key of a command in the registry; empty if it has none."""
    key = keymap_of(app).get(command) or DEFAULT_KEYS.get(command, UNBOUND)
    first = key.partition(",")[0]
    return "" if first == UNBOUND else key_name(first)


def key_at(node: DOMNode, command: str) -> str:
    """Return the current key of a node's command; empty if it has none."""
    found = (binding for binding in default_bindings(node) if binding.id == command)
    usual = next((binding.key for binding in found), UNBOUND)
    key = keymap_of(node.app).get(command, usual).partition(",")[0]
    return "" if key == UNBOUND else key_name(key)


def bound_to(node: DOMNode, key: str) -> list[Binding]:
    """Return the current bindings of a key at a node."""
    return bindings_for_key(node, key)
