"""Every key binding has an ID, so that it can be changed and found."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

import tui.ui
from tui.ui.app.app import GenieApp
from tui.ui.chat.screen import ChatScreen
from tui.ui.keys.keymap import commands
from tui.ui.keys.labels import UNBOUND
from tui.ui.keys.registry import DEFAULT_KEYS, TITLES


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


def test_every_key_binding_has_an_id_and_a_description() -> None:
    bare = [
        f"{kind.__name__}: {binding.key}"
        for kind, binding in _bindings()
        if not (binding.id and "." in binding.id and (binding.tooltip or binding.description))
    ]
    assert not bare


def test_the_help_has_a_title_for_every_group_of_keys() -> None:
    assert {command.part for command in commands().values()} == set(TITLES)


def test_a_binding_id_has_one_action() -> None:
    actions: dict[str, set[str]] = {}
    for _, binding in _bindings():
        actions.setdefault(binding.id or "", set()).add(binding.action)
    assert {name: found for name, found in actions.items() if len(found) > 1} == {}


def test_no_two_widgets_share_a_class_name() -> None:
    """Style sheets know classes by their names alone."""
    homes: dict[str, set[str]] = {}
    for kind in _kinds():
        homes.setdefault(kind.__name__, set()).add(kind.__module__)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_no_two_bindings_of_the_conversation_share_a_key() -> None:
    owners = [GenieApp, *(kind for kind in ChatScreen.__mro__ if kind.__module__.startswith("tui"))]
    actions: dict[str, set[str]] = {}
    for kind, binding in _bindings():
        if kind in owners and binding.key != UNBOUND:
            actions.setdefault(binding.key, set()).add(binding.action)
    assert len(actions) > 10
    # Esc does the one of these that is possible: tests/ui/test_halt.py.
    assert actions.pop("escape") == {"step_back", "stop_turn", "leave_turn"}
    assert {key: found for key, found in actions.items() if len(found) > 1} == {}


def test_bindings_use_the_keys_of_the_registry() -> None:
    bound = {name: command.keys for name, command in commands().items() if name in DEFAULT_KEYS}
    assert bound == {name: (key,) for name, key in DEFAULT_KEYS.items()}


def test_the_registry_has_every_command_whose_key_is_shown_elsewhere() -> None:
    shown = {name for path in _sources() for name in _shown_commands(ast.parse(path.read_text()))}
    assert {"question.answer", "app.retry"} <= shown
    assert shown <= set(DEFAULT_KEYS)


def _sources() -> Iterator[Path]:
    for folder in tui.ui.__path__:
        yield from sorted(Path(folder).rglob("*.py"))


def _shown_commands(tree: ast.Module) -> Iterator[str]:
    """Return the ids in ``key_for(app, "id")`` and in ``BannerText(command="id")``."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            values = {"key_for": call.args[1:]}.get(call.func.id, [])
            if call.func.id == "BannerText":
                values = [word.value for word in call.keywords if word.arg in ("command", "other")]
            for value in values:
                texts = (node.value for node in ast.walk(value) if isinstance(node, ast.Constant))
                yield from (text for text in texts if isinstance(text, str) and _is_id(text))


def _is_id(text: str) -> bool:
    return text.partition(".")[0] in TITLES and " " not in text and "." in text


def test_every_key_binding_of_the_conversation_has_an_action() -> None:
    missing = [
        binding.action
        for _, binding in BindingsMap(ChatScreen.__dict__["BINDINGS"])
        if not hasattr(ChatScreen, f"action_{binding.action.partition('(')[0]}")
    ]
    assert missing == []


def test_the_chat_screen_is_composed_of_parts_instead_of_inheriting_them() -> None:
    ours = [kind for kind in ChatScreen.__mro__ if kind.__module__.startswith("tui.")]
    assert len(ours) <= 5
