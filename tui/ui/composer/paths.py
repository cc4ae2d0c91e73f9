"""Typed paths and their completion."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from pathlib import Path

from tui.core.text import clean, clean_line, drawn
from tui.system.file_scope import check_path

_MOST_TYPED = 20
MOST_ENTRIES = 100_000
"""Entries of a folder that are read; in larger ones some may not be found."""
_JOINERS = re.compile("[\u200c\u200d\ufe0f]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """File or folder in a listing."""

    typed: str
    """Path in the form in which the user began to type it; folders end with ``/``."""
    name: str
    is_folder: bool
    size_bytes: int = 0

    @property
    def path(self) -> Path:
        return typed_path(self.typed)


def shown_path(path: Path) -> str:
    """Return a path on one clean, short line; ``~`` is the home folder."""
    home = Path.home()
    shown = Path("~", path.relative_to(home)) if path.is_relative_to(home) else path
    return clean_line(str(shown), 400)


def typed_path(text: str) -> Path:
    """Parse a typed path, relative to the working directory, ``~`` allowed."""
    path = Path(text)
    try:
        return path.expanduser()
    except RuntimeError:
        return path  # the home folder of an unknown user


def completions(text: str, limit: int = 8) -> list[Entry]:
    """Return entries that start with the typed text, then those that contain it; folders first.

    Case, accents' encoding, kinds of spaces and invisible characters make no difference. Hidden
    entries are left out unless the typed name begins with a dot, and so are folders that cannot be
    typed: with control characters in their names. Reads the disk.
    """
    folder, part = os.path.split(text)
    try:
        looked_in = typed_path(folder) if folder else Path()
        check_path(looked_in)
        with os.scandir(looked_in) as found:
            fitting = _fitting(islice(found, MOST_ENTRIES), part)
            best = nsmallest(limit, fitting, key=lambda ranked: ranked[0])
    except OSError:
        return []
    return [_entry(os.path.join(folder, entry.name), entry) for _, entry in best]


def typed_completions(begun: str) -> list[str]:
    """Return completions of a path as typed. Reads the disk."""
    return [entry.typed for entry in completions(begun, _MOST_TYPED)]


def _fitting(
    entries: Iterator[os.DirEntry[str]], part: str
) -> Iterator[tuple[tuple[bool, bool, str], os.DirEntry[str]]]:
    sought = _comparable(part)
    for entry in entries:
        name = _comparable(entry.name)
        fits = name.startswith(sought) if sought.startswith(".") else sought in name
        hidden = name.startswith(".") and not sought.startswith(".")
        if fits and not hidden and (is_typable(entry.name) or not _is_folder(entry)):
            yield (not name.startswith(sought), not _is_folder(entry), name), entry


def _comparable(name: str) -> str:
    """Normalize a name for comparison: macOS screenshots have U+202F before PM, for example."""
    return _JOINERS.sub("", drawn(unicodedata.normalize("NFKC", name))).casefold()


def is_typable(name: str) -> bool:
    """Return True if a name can be typed in the composer, and be drawn."""
    return clean(name) == name and "\n" not in name and "\t" not in name


def _entry(typed: str, entry: os.DirEntry[str]) -> Entry:
    if _is_folder(entry):
        return Entry(f"{typed}/", entry.name, is_folder=True)
    try:
        size_bytes = entry.stat().st_size
    except OSError:
        size_bytes = 0
    return Entry(typed, entry.name, is_folder=False, size_bytes=size_bytes)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def escape(path: str) -> str:
    """Escape spaces and backslashes, so that the path is one word."""
    return re.sub(r"([\\\s])", r"\\\1", path)


def unescape(word: str) -> str:
    """Reverse :func:`escape`."""
    return _ESCAPED.sub(r"\1", word)
