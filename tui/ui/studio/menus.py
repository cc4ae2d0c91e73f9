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
        ("attach", "Attach it to the genie"),
        ("detach", "Detach it from the genie"),
        ("rename", "Rename it"),
        ("regenerate", "Give it a new API key"),
        ("delete", "Delete it"),
        ("copy", "Copy its id"),
    ),
    "skill": (
        ("jobs", "Show its recipe and jobs"),
        ("assign", "Let the genie use it"),
        ("remove", "Take it from the genie"),
        ("copy", "Copy its id"),
    ),
    "kb": (
        ("sources", "Show where its contents come from"),
        ("assign", "Let the genie use it"),
        ("remove", "Take it from the genie"),
        ("copy", "Copy its id"),
    ),
    "group": (
        ("remove", "Shut it out"),
        ("copy", "Copy its id"),
    ),
}


def menu_for(kind: str) -> Sequence[MenuItem]:
    """Return the rows of the menu; none for actions without a menu."""
    return [MenuItem(name, Content(words)) for name, words in _MENUS.get(kind, ())]


NO_CLIENT = (
    "{genie} has no client, and answers nobody before it has one (Studio attaches one). Talk to it"
    " all the same?"
)
STOPPED = "{genie} is stopped, and answers nobody before it is started. Start it, and talk to it?"
STOP = "Stop {genie}? Nobody who talks to it gets an answer any more before it is started again."
DETACH = "Detach {thing} from {genie}? Applications that use it cannot reach the genie any more."
REGENERATE = "Give {thing} a new API key? The one in use works no longer, at once."
DELETE = "Delete the client {thing}? Its applications lose their access, and it cannot be undone."
REMOVE = "Take {thing} from {genie}?"
SHUT_OUT = "Shut {thing} out? Its members cannot talk to {genie} any more."
EXCHANGE = (
    "{genie} has a client already ({other}); a genie has room for one, and a client for one genie."
    " Detach {other}, and attach {thing}?"
)
PAIRED = (
    "Which client it is, the API does not say: Enter on the one that is attached detaches it, here"
    " or at its genie."
)
