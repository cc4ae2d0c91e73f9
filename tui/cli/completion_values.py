"""Values that shells complete: all are read from this machine, none is asked of a server.

Each is a function for ``shell_complete`` of an option or argument. Errors give no values.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from tui.store.peek import StoredName

FLAGS = "tui.flags"
"""Key in the context of the settings given as options, by their key."""

NEWEST_CONVERSATIONS = 500
_NEWEST_EVENTS = 5000


class Value(NamedTuple):
    """A value, and its description."""

    text: str
    help: str = ""


Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
_Read = Callable[[click.Context, str], Iterable[Value]]


def _completer(read: _Read) -> Complete:
    """Return the function for click: values that begin like the word, regardless of case."""

    @wraps(read)
    def complete(
        context: click.Context, parameter: click.Parameter, word: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        begun = word.casefold()
        try:
            found = [v for v in read(context, word) if v.text.casefold().startswith(begun)]
        except Exception:  # a shell shows whatever is written here in the middle of a line
            return []
        return [CompletionItem(value.text, help=value.help or None) for value in found]

    return complete


def _given(context: click.Context, name: str) -> object:
    """Return the value of an option before or after the command's name."""
    here: click.Context | None = context
    while here is not None:
        if value := here.params.get(name):
            return value
        here = here.parent
    return None


def _config(context: click.Context) -> Path | None:
    path = _given(context, "config")
    return Path(str(path)).expanduser() if path else None


def _tables(config: Path | None) -> Mapping[str, Mapping[str, object]]:
    """Return the profiles of a configuration file, or of the usual one."""
    from tui.config import config_file
    from tui.config.toml_file import read, tables

    path = config or config_file()
    return tables(read(path), path)


def _account(context: click.Context) -> str:
    """Return how the accounts of the chosen agent begin in the database."""
    from tui.config import load

    name, flags = _given(context, "profile"), context.meta.get(FLAGS)
    profile = load(str(name) if name else None, _config(context), flags, complete=False)
    return profile.account


@_completer
def profiles(context: click.Context, word: str) -> Iterator[Value]:
    for name, table in _tables(_config(context)).items():
        yield Value(name, str(table.get("name") or table.get("genie") or ""))


@_completer
def themes(context: click.Context, word: str) -> Iterator[Value]:
    from tui.ui.theme.names import FOLLOW, OWN, TEXTUAL

    yield Value(FOLLOW, "Follow the terminal")
    yield from (Value(name) for name in (*OWN, *TEXTUAL))


def conversation_values(stored: Iterable[StoredName], word: str) -> Iterator[Value]:
    """Yield each conversation by its title, or by its ID where the title cannot name it.

    A title that several have, that has to be cut, or that could be an option, cannot. A word that
    begins like IDs gives IDs.
    """
    from tui.core.text import clean_line

    rows = [(row.id, row.title, clean_line(row.title, 80)) for row in stored]
    titles = [title.casefold() for _, title, _ in rows]
    by_id = bool(word) and any(row[0].startswith(word) for row in rows)
    for (id_, title, shown), folded in zip(rows, titles, strict=True):
        names_it = title == shown and titles.count(folded) == 1 and not title.startswith("-")
        if names_it and title and not by_id:
            yield Value(title, id_)
        else:
            yield Value(id_, shown)


@_completer
def conversations(context: click.Context, word: str) -> Iterator[Value]:
    from tui.config import database_file
    from tui.store.peek import conversation_names

    if _given(context, "demo"):
        return
    stored = conversation_names(database_file(), _account(context), NEWEST_CONVERSATIONS)
    yield from conversation_values(stored, word)


@_completer
def tags(context: click.Context, word: str) -> Iterator[Value]:
    from tui.config import database_file
    from tui.store.peek import tag_lists

    lists = tag_lists(database_file(), _account(context))
    yield from (Value(tag) for tag in sorted({tag for text in lists for tag in text.split()}))


DEMO_GENIES = ("weak", "guarded")
"""Genies of the demo besides the usual one; see :func:`tui.bootstrap.demo.demo_target`."""


@_completer
def genies(context: click.Context, word: str) -> Iterator[Value]:
    if _given(context, "demo"):
        yield from (Value(name) for name in DEMO_GENIES)
        return
    known = known_genies(_config(context))
    yield from (Value(handle, name) for handle, name in known.items())


def known_genies(config: Path | None) -> dict[str, str]:
    """Return the genies of the profiles, and those whose names services told: name by handle."""
    found = [table for table in _tables(config).values() if table.get("genie")]
    return {str(t["genie"]): str(t.get("name") or "") for t in found} | _learned_names()


def _learned_names() -> dict[str, str]:
    """Return the names of genies that services told, by handle."""
    import json

    from tui.config import data_dir

    try:
        hosts = json.loads((data_dir() / "agents.json").read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {str(handle): str(name) for names in hosts.values() for handle, name in names.items()}


@_completer
def skills(context: click.Context, word: str) -> Iterator[Value]:
    from tui.config import database_file
    from tui.store.peek import skill_names

    if _given(context, "demo"):
        from tui.demo.suggestions import ASKING_SKILLS

        yield from (Value(name) for name in ASKING_SKILLS)
        return
    yield from (Value(name) for name in sorted(skill_names(database_file(), _NEWEST_EVENTS)))


@_completer
def prompts(context: click.Context, word: str) -> Iterator[Value]:
    from tui.config import prompts_dir

    yield from (Value(path.stem) for path in sorted(prompts_dir().glob("*.md")))


@_completer
def runs(context: click.Context, word: str) -> Iterator[Value]:
    """Yield the runs of test suites, the newest first."""
    from tui.config import data_dir

    names = [entry.name for entry in os.scandir(data_dir() / "runs") if entry.is_dir()]
    yield from (Value(name) for name in sorted(names, reverse=True))


@_completer
def scripts(context: click.Context, word: str) -> Iterator[Value]:
    from tui.ui.play import included_scripts

    yield from map(Value, included_scripts())


@_completer
def packs(context: click.Context, word: str) -> Iterator[Value]:
    from tui.testing.packs import included_packs

    yield from map(Value, included_packs())


@_completer
def faults(context: click.Context, word: str) -> Iterator[Value]:
    """Yield kinds, then options and operations: ``cut:after=3,on=send``."""
    from tui.demo.faults import OPERATIONS, OPTIONS

    kind, colon, rest = word.partition(":")
    if not colon:
        yield from (Value(name, ", ".join(sorted(OPTIONS[name]))) for name in OPTIONS)
        return
    done, comma, last = rest.rpartition(",")
    before = f"{kind}:{done}{comma}"
    if last.startswith("on="):
        yield from (Value(f"{before}on={name}") for name in OPERATIONS)
    else:
        given = {part.partition("=")[0] for part in done.split(",")}
        names = (*sorted(OPTIONS.get(kind, ())), "on", "times")
        yield from (Value(f"{before}{name}=") for name in names if name not in given)


@_completer
def policies(context: click.Context, word: str) -> Iterator[Value]:
    from tui.studio.guardrails.validation import POLICY_TYPES

    yield from (Value(name) for name in POLICY_TYPES)


@_completer
def help_topics(context: click.Context, word: str) -> Iterator[Value]:
    """Yield the commands of the group that the words before name, and the topic."""
    group = context.find_root().command
    words = context.params.get("words") or ()
    for name in words:
        found = group.get_command(context, name) if isinstance(group, click.Group) else None
        if found is None:
            return
        group = found
    if not words:
        yield Value("environment", "Environment variables")
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            yield Value(name, command.get_short_help_str() if command else "")
