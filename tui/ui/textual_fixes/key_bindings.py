"""Bindings of a node as the user has changed them.

Textual offers them for the focused widget alone (``Screen.active_bindings``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode


def keymap_of(app: App[Any]) -> Mapping[str, str]:
    """Return the keys passed to ``App.set_keymap``, by binding id."""
    return app._keymap


def default_bindings(node: DOMNode) -> list[Binding]:
    """Return the bindings of a node as declared by its class and its base classes."""
    return [binding for _, binding in node._bindings]


def bindings_for_key(node: DOMNode, key: str) -> list[Binding]:
    """Return the bindings of a node for a key, with the user's own keys."""
    bindings = node._bindings.copy()
    bindings.apply_keymap(node.app._keymap)
    return bindings.key_to_bindings.get(key, [])
