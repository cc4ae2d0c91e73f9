"""Registry of slash commands: all key bindings by name, and commands with an argument."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from textual.app import App
from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen

from tui.ui.keys.labels import UNBOUND

_COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_-]*)(?:\s+(.*))?", re.DOTALL)
_NOT_OFFERED = frozenset({"composer.send", "composer.newline", "app.back"})

Words = Callable[[str], Sequence[str]]
"""Suggestions for a partly typed argument. Called in a thread; may read the disk."""


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """Slash command. ``run`` receives the argument, which may be empty."""

    name: str
    meaning: str
    run: Callable[[str], Awaitable[object] | object]
    argument: str = ""
    """Placeholder of the argument; empty: the command has none."""
    key: str = ""
    words: Words | None = None
    expand: Callable[[str], str] | None = None
    """Returns the text that takes the command's place in the composer, for a prompt file; raises
    ``PromptProblem``."""
    hint: Callable[[str], str] | None = None
    """Describes the argument that the next character belongs to."""


def read(text: str, *, lines: bool = False) -> tuple[str, str] | None:
    """Return name and argument of a text that looks like a command.

    With ``lines``, the argument may have several.
    """
    found = _COMMAND.fullmatch(text.strip())
    if found is None or ("\n" in found[0] and not lines):
        return None
    return found[1].lower(), (found[2] or "").strip()


def find(commands: Iterable[SlashCommand], begun: str) -> list[SlashCommand]:
    """Return the commands that start with the typed text, then those that contain it."""
    begun = begun.lower()
    fitting = [command for command in commands if begun in command.name]
    return sorted(fitting, key=lambda c: (not c.name.startswith(begun), c.name))


def commands_of(
    screen: Screen[Any],
    with_argument: Iterable[SlashCommand],
    prompts: Iterable[SlashCommand] = (),
    focused: DOMNode | None = None,
) -> dict[str, SlashCommand]:
    """Return all commands available on a screen, by name.

    ``with_argument`` replaces bindings of the same name. A prompt with the name of a command is
    offered as ``prompt-NAME``, also while the command is not available: what ``/retry`` does must
    not depend on the moment.
    """
    found = {command.name: command for command in _bound(screen)}
    for command in with_argument:
        key = found[command.name].key if command.name in found else ""
        found[command.name] = replace(command, key=key)
    taken = {*found, *_names_bound(screen, screen.app, focused)}
    for prompt in prompts:
        name = f"prompt-{prompt.name}" if prompt.name in taken else prompt.name
        found[name] = replace(prompt, name=name)
    return found


def _names_bound(*nodes: DOMNode | None) -> Iterator[str]:
    """Return the names of all commands of some nodes, available or not."""
    for node in nodes:
        for kind in type(node).__mro__:
            for _, binding in BindingsMap(vars(kind).get("BINDINGS", ())):
                if binding.id:
                    yield _last(binding.id)
                    yield binding.id.replace(".", "-").replace("_", "-")


def _bound(screen: Screen[Any]) -> Iterator[SlashCommand]:
    """Return the active bindings, named after the last part of their id, or all if ambiguous."""
    app, ids, owners = screen.app, set[str](), dict[str, int]()
    active = []
    for node, binding, enabled, _ in screen.active_bindings.values():
        offered = binding.id and binding.tooltip and binding.id not in _NOT_OFFERED
        if enabled and offered and binding.id not in ids:
            ids.add(binding.id or "")
            active.append((node, binding))
            owners[_last(binding.id)] = owners.get(_last(binding.id), 0) + 1
    for node, binding in active:
        name = _last(binding.id)
        if owners[name] > 1:
            name = (binding.id or "").replace(".", "-").replace("_", "-")
        run = partial(_act, app, node, binding.action)
        key = "" if binding.key == UNBOUND else app.get_key_display(binding)
        yield SlashCommand(name, binding.tooltip, run, key=key)
    for command in app.get_system_commands(screen):
        name = command.title.lower().replace(" ", "-")
        if name not in owners:
            yield SlashCommand(name, command.help, partial(_call, command.callback))


def _last(id_: str | None) -> str:
    """Return the action part of an id: ``new``, but ``search`` for ``search.open``."""
    part, _, last = (id_ or "").rpartition(".")
    return (part if last == "open" else last).replace("_", "-")


async def _act(app: App[Any], node: DOMNode, action: str, argument: str) -> None:
    await app.run_action(action, node)


def _call(callback: Callable[[], object], argument: str) -> object:
    return callback()
