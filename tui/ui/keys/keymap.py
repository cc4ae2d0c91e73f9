"""All key bindings there are, and the user's own keys for them."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import KEY_ALIASES, KEY_NAME_REPLACEMENTS, Keys
from textual.screen import Screen

import tui.ui
from tui.core.text import clean_line
from tui.ui.keys.labels import UNBOUND
from tui.ui.keys.registry import ALTERNATIVES, help_position

_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")


class KeyProblem(Exception):
    """Unusable key bindings. ``str(error)`` is one line for the user."""


@dataclass(frozen=True, slots=True)
class Command:
    """Command that can have a key."""

    id: str
    meaning: str
    keys: tuple[str, ...]
    """Default keys."""
    owners: tuple[type[DOMNode], ...]
    """Classes that bind it."""
    priority: bool

    @property
    def part(self) -> str:
        """First part of the id: ``composer`` for ``composer.send``."""
        return self.id.partition(".")[0]


@cache
def commands() -> Mapping[str, Command]:
    """Return every command with a key, by id, in module order. Imports the whole interface."""
    found: dict[str, Command] = {}
    for owner, binding in _bindings():
        if binding.id and not binding.system:
            known = found.get(binding.id)
            keys = (*known.keys, binding.key) if known else (binding.key,)
            owners = (*known.owners, owner) if known else (owner,)
            meaning = known.meaning if known else binding.tooltip or binding.description
            found[binding.id] = Command(
                id=binding.id,
                meaning=meaning,
                keys=tuple(dict.fromkeys(keys)),
                owners=tuple(dict.fromkeys(owners)),
                priority=binding.priority,
            )
    return found


def in_order() -> list[Command]:
    """Return all commands, the most common groups first."""
    return sorted(commands().values(), key=lambda command: help_position(command.id))


def _bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    for module in pkgutil.walk_packages(tui.ui.__path__, "tui.ui."):
        for kind in vars(importlib.import_module(module.name)).values():
            own = isinstance(kind, type) and kind.__module__ == module.name
            if own and issubclass(kind, DOMNode):
                for _, binding in BindingsMap(kind.__dict__.get("BINDINGS", ())):
                    yield kind, binding


def keymap_of(wanted: Mapping[str, str], source: str) -> dict[str, str]:
    """Return the user's keys as a Textual keymap. Raises ``KeyProblem``."""
    keymap: dict[str, str] = {}
    for name, text in wanted.items():
        if name not in commands():
            raise KeyProblem(_unknown(name, source))
        keys = [part.strip() for part in text.split(",")] if text.strip() else []
        for key in keys:
            if not is_key(key):
                shown = clean_line(key, 30)
                raise KeyProblem(f"{source}, keys, {name}: {shown!r} isn't a valid key.")
        keymap[name] = ",".join(map(normal, keys)) or UNBOUND
    for name in keymap:
        _check_clashes(name, keymap, source)
    return keymap


def keys_of(command: Command, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """Return the current keys of a command; empty if it has none."""
    own = keymap.get(command.id)
    keys = command.keys if own is None else tuple(own.split(","))
    return tuple(key for key in keys if key != UNBOUND)


def is_key(key: str) -> bool:
    """Return True if a terminal may send the key, by Textual's key names."""
    *modifiers, last = normal(key).split("+") if key != "+" else ["plus"]
    return all(modifier in _MODIFIERS for modifier in modifiers) and _is_plain_key(last)


def _is_plain_key(key: str) -> bool:
    if len(key) == 1:
        return key.isprintable() and not key.isspace()
    named = {name.value.rpartition("+")[2] for name in Keys} - {"", "<any>"}
    if key in {*named, *KEY_ALIASES, *KEY_NAME_REPLACEMENTS.values()}:
        return not key.startswith("<")
    try:
        unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return False
    return True


def normal(key: str) -> str:
    """Return a key in Textual's spelling: ``ctrl+n``; a single letter keeps its case."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    plain = last if len(last) == 1 and not modifiers else last.lower()
    return "+".join([*(modifier.strip().lower() for modifier in modifiers), plain.strip()])


def _unknown(name: str, source: str) -> str:
    near = difflib.get_close_matches(name, commands(), 3)
    meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
    told = f"{source}, keys: unknown name {clean_line(name, 40)!r}{meant}"
    return f"{told} Run 'genie-tui doctor --keys' to list all names."


def _check_clashes(name: str, keymap: Mapping[str, str], source: str) -> None:
    command = commands()[name]
    for key in keys_of(command, keymap):
        if _is_for_typing(key) and _reaches_the_composer(command):
            raise KeyProblem(f"{source}, keys, {name}: {key!r} is reserved for typing.")
        for other in commands().values():
            if other.id != name and key in keys_of(other, keymap) and _collide(command, other):
                raise KeyProblem(
                    f"{source}, keys, {name}: {key!r} is already assigned to {other.id}."
                )


def _is_for_typing(key: str) -> bool:
    last = key.rpartition("+")[2]
    only_shift = key.rpartition("+")[0] in ("", "shift")
    named = len(last) > 1 and last not in {name.value.rpartition("+")[2] for name in Keys}
    return only_shift and (len(last) == 1 or named or last in ("space", "backspace"))


def _reaches_the_composer(command: Command) -> bool:
    from tui.ui.chat.screen import ChatScreen
    from tui.ui.composer.composer import Composer

    everywhere = any(issubclass(ChatScreen, owner) for owner in command.owners)
    own = any(issubclass(Composer, owner) for owner in command.owners)
    return own or (command.priority and (everywhere or _APP in _places(command)))


def _collide(one: Command, other: Command) -> bool:
    """Return True if both commands would get the same key under the same focus."""
    if any({one.id, other.id} <= same for same in ALTERNATIVES):
        return False
    if any(issubclass(a, b) or issubclass(b, a) for a in one.owners for b in other.owners):
        return True
    if not (one.priority or other.priority):
        return False  # the one nearer to the focus gets it
    here, there = _places(one), _places(other)
    everywhere = (_APP in here and there - _SETUP) or (_APP in there and here - _SETUP)
    return bool(here & there or everywhere)


_APP = "app"
_SETUP = {"setup"}


def _places(command: Command) -> set[str]:
    """Return the scopes of a command: the chat screen with its parts is one, each modal another."""
    return {_place(owner) for owner in command.owners}


def _place(owner: type[DOMNode]) -> str:
    from tui.ui.chat.screen import ChatScreen

    if "setup" in owner.__module__:
        return "setup"
    if issubclass(owner, App):
        return _APP
    if issubclass(owner, Screen) and not issubclass(ChatScreen, owner):
        return owner.__name__
    return "chat"
