"""What the list above the composer offers for the word at the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tui.core.text import size
from tui.ui.paths import Entry, completions, escape, unescape
from tui.ui.slash import SlashCommand, find

_NAME = re.compile(r"/([A-Za-z-]*)")
_ARGUMENT = re.compile(r"/([A-Za-z-]+) +(.*)", re.DOTALL)
_PATH = re.compile(r"(?:^|\s)@((?:\\.|[^\s\\])*)\Z", re.DOTALL)
MOST_PATHS = 50

Kind = Literal["name", "argument", "path"]


@dataclass(frozen=True, slots=True)
class Word:
    """What is being written, from ``start`` in the line up to the cursor."""

    kind: Kind
    text: str
    start: int
    command: str = ""
    """With an argument: whose it is."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the list, and what taking it means."""

    put: str
    """What stands in the place of the word then."""
    label: str
    argument: str = ""
    about: str = ""
    key: str = ""
    command: SlashCommand | None = None
    """Enter carries it out."""
    entry: Entry | None = None
    """A file is attached; in a folder one goes on."""


def word_at(before: str, row: int, lines: int) -> Word | None:
    """What could be completed where a line reads ``before`` up to the cursor."""
    if row == 0 and lines == 1:
        if found := _NAME.fullmatch(before):
            return Word("name", found[1], 0)
        if found := _ARGUMENT.fullmatch(before):
            return Word("argument", found[2], found.start(2), found[1].lower())
    if found := _PATH.search(before):
        return Word("path", unescape(found[1]), found.start(1) - 1)
    return None


def command_choices(commands: Iterable[SlashCommand], begun: str) -> list[Choice]:
    """The commands whose name has what was typed."""
    return [_choice(command) for command in find(commands, begun)]


def _choice(command: SlashCommand) -> Choice:
    label = f"/{command.name}"
    return Choice(
        f"{label} " if command.argument else label,
        label,
        argument=command.argument,
        about=command.meaning,
        key=command.key,
        command=command,
    )


def argument_choices(command: SlashCommand | None, begun: str) -> list[Choice]:
    """What the command itself knows to go on with."""
    words = command.words(begun) if command and command.words else ()
    return [Choice(word, word) for word in words if word != begun]


def path_choices(begun: str) -> list[Choice]:
    """Files and folders that have what was typed in their names. Touches the disk."""
    return [
        Choice(
            f"@{escape(entry.typed)}",
            f"{entry.name}/" if entry.is_folder else entry.name,
            about="" if entry.is_folder else size(entry.size_bytes),
            entry=entry,
        )
        for entry in completions(begun, MOST_PATHS)
    ]
