"""Menus of detail rows, and confirmations of changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from textual.content import Content

from tui.ui.toolkit.menu import MenuItem

Action: TypeAlias = Literal[
    "assign",
    "attach",
    "copy",
    "delete",
    "detach",
    "jobs",
    "regenerate",
    "remove",
    "rename",
    "sources",
]

_MENUS: dict[str, tuple[tuple[Action, str], ...]] = {
    "client": (
        ("attach", "Attach to the genie"),
        ("detach", "Detach from the genie"),
        ("rename", "Rename"),
        ("regenerate", "Create a new API key"),
        ("delete", "Delete"),
        ("copy", "Copy ID"),
    ),
    "skill": (
        ("jobs", "Show recipe and jobs"),
        ("assign", "Assign to the genie"),
        ("remove", "Remove from the genie"),
        ("copy", "Copy ID"),
    ),
    "kb": (
        ("sources", "Show data sources"),
        ("assign", "Assign to the genie"),
        ("remove", "Remove from the genie"),
        ("copy", "Copy ID"),
    ),
    "group": (
        ("remove", "Remove access"),
        ("copy", "Copy ID"),
    ),
}


def menu_for(kind: str) -> Sequence[MenuItem]:
    """Return the rows of the menu; none for actions without a menu."""
    return [MenuItem(name, Content(words)) for name, words in _MENUS.get(kind, ())]


NO_CLIENT = (
    "{genie} has no client, so it can't reply until you attach one in Studio. Talk to it anyway?"
)
STOPPED = "{genie} is stopped, so it can't reply until you start it. Start it and talk to it?"
STOP = "Stop {genie}? It won't reply to anyone until it's started again."
DETACH = "Detach {thing} from {genie}? Applications that use it can no longer reach the genie."
REGENERATE = "Create a new API key for {thing}? The current key stops working immediately."
DELETE = "Delete the client {thing}? Its applications lose access. This can't be undone."
REMOVE = "Remove {thing} from {genie}?"
SHUT_OUT = "Remove {thing}'s access? Its members can no longer talk to {genie}."
EXCHANGE = (
    "{genie} already has a client ({other}), and a genie can have only one. Detach {other} "
    "and attach {thing}?"
)
PAIRED = (
    "The API doesn't say which client is attached. Press Enter on the attached one, here or "
    "at its genie, to detach it."
)
