"""Every key of ours has an id, so that it can be changed and found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

import tui.ui
from tui.ui.app import GenieApp
from tui.ui.keymap import commands
from tui.ui.keys import UNBOUND
from tui.ui.parts import TITLES
from tui.ui.screens.chat import ChatScreen


def _kinds() -> Iterator[type[DOMNode]]:
    """All of our classes that may have keys."""
    for module in pkgutil.walk_packages(tui.ui.__path__, "tui.ui."):
        for kind in vars(importlib.import_module(module.name)).values():
            if (
                isinstance(kind, type)
                and issubclass(kind, DOMNode)
                and kind.__module__ == module.name
            ):
                yield kind


def _bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    for kind in _kinds():
        for _, binding in BindingsMap(kind.__dict__.get("BINDINGS", ())):
            yield kind, binding


def test_every_binding_has_an_id_and_says_what_it_does() -> None:
    bare = [
        f"{kind.__name__}: {binding.key}"
        for kind, binding in _bindings()
        if not (binding.id and "." in binding.id and (binding.tooltip or binding.description))
    ]
    assert not bare


def test_the_help_has_a_title_for_all_that_keys_belong_to() -> None:
    assert {command.part for command in commands().values()} == set(TITLES)


def test_an_id_stands_for_one_action() -> None:
    actions: dict[str, set[str]] = {}
    for _, binding in _bindings():
        actions.setdefault(binding.id or "", set()).add(binding.action)
    assert {name: found for name, found in actions.items() if len(found) > 1} == {}


def test_no_two_widgets_share_a_name() -> None:
    """Style sheets know classes by their names alone."""
    homes: dict[str, set[str]] = {}
    for kind in _kinds():
        homes.setdefault(kind.__name__, set()).add(kind.__module__)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_no_two_keys_of_the_conversation_are_the_same() -> None:
    owners = [GenieApp, *(kind for kind in ChatScreen.__mro__ if kind.__module__.startswith("tui"))]
    actions: dict[str, set[str]] = {}
    for kind, binding in _bindings():
        if kind in owners and binding.key != UNBOUND:
            actions.setdefault(binding.key, set()).add(binding.action)
    assert len(actions) > 10
    assert {key: found for key, found in actions.items() if len(found) > 1} == {}
