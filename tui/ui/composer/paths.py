"""Typed paths and their completion."""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from pathlib import Path

from rich.cells import cell_len

from tui.core.text import clean, clean_line, drawn
from tui.system.file_scope import check_path, is_allowed
from tui.system.file_tree import FileTree, TreeMatch

_MOST_TYPED = 20
_READ_AGAIN_S = 0.25
"""Time between two searches while files are still being read."""
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
    marks: tuple[int, ...] = ()
    """Characters of the name that match."""

    @property
    def path(self) -> Path:
        return typed_path(self.typed)


def shown_path(path: Path) -> str:
    """Return a path on one clean, short line; ``~`` is the home folder."""
    home = Path.home()
    shown = Path("~", path.relative_to(home)) if path.is_relative_to(home) else path
    return clean_line(str(shown), 400)


def short_path(path: Path, width: int) -> str:
    """Return a path in a row of ``width`` cells: without folders in its middle if it is too long.

    Its end is what tells it from others, so as much of it as fits is kept.
    """
    whole = shown_path(path)
    if cell_len(whole) <= width:
        return whole
    first, *rest = whole.removeprefix("/").split("/")
    start = f"{'/' if whole.startswith('/') else ''}{first}/…/"
    for place in range(1, len(rest)):
        if cell_len(shown := start + "/".join(rest[place:])) <= width:
            return shown
    end = rest[-1] if rest else first
    if cell_len(f"…/{end}") <= width:
        return f"…/{end}"
    while end and cell_len(end) > max(1, width) - 1:
        end = end[1:]
    return f"…{end}"


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


class TreeSearch:
    """Search for files in the whole tree below the folder that is being typed."""

    def __init__(self) -> None:
        self._tree: FileTree | None = None
        self._asked = 0
        """Number of searches; a search with another number is no longer wanted."""

    async def matches(self, text: str, limit: int) -> AsyncIterator[Sequence[Entry]]:
        """Yield the best matches for a typed path, and better ones until all files are read."""
        folder, part = os.path.split(text)
        self._asked += 1
        asked = self._asked
        if not part:
            return
        tree = await asyncio.to_thread(self._tree_of, folder)
        if tree is None and folder:
            folder, part = "", text
            tree = await asyncio.to_thread(self._tree_of, "")
        while tree and asked == self._asked:
            is_complete = tree.is_complete
            found = await asyncio.to_thread(tree.find, part, limit, lambda: asked != self._asked)
            entries = await asyncio.to_thread(_tree_entries, folder, found)
            if asked == self._asked:
                yield entries
            if is_complete:
                return
            await asyncio.to_thread(tree.wait, _READ_AGAIN_S)

    @property
    def count(self) -> int:
        """Number of files that were read."""
        return self._tree.count if self._tree else 0

    @property
    def is_reading(self) -> bool:
        """True while files are being read."""
        return self._tree is not None and not self._tree.is_complete

    def close(self) -> None:
        """Stop, and forget the files."""
        self._asked += 1
        if self._tree:
            self._tree.close()
            self._tree = None

    def _tree_of(self, typed: str) -> FileTree | None:
        """Return the tree of a typed folder, read anew if it is another one; None if there is none.

        Not from the root of the file system: it holds too much that nobody attaches.
        """
        folder = typed_path(typed) if typed else Path()
        absolute = Path(os.path.abspath(folder))
        if not is_allowed(folder) or not os.path.isdir(folder) or absolute == absolute.parent:
            return None
        if self._tree is None or self._tree.folder != absolute:
            if self._tree:
                self._tree.close()
            self._tree = FileTree(absolute)
        return self._tree


def _tree_entries(folder: str, found: Iterable[TreeMatch]) -> list[Entry]:
    """Return matches in the form in which their folder was typed; reads their sizes."""
    entries = []
    for match in found:
        typed = os.path.join(folder, match.path)
        if not is_typable(typed):
            continue
        try:
            size_bytes = os.stat(typed_path(typed)).st_size
        except OSError:
            continue  # removed since
        entries.append(Entry(typed, match.path, False, size_bytes, match.marks))
    return entries


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
