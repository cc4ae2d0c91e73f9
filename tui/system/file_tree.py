"""All files below a folder, read in the background, and the search for one by parts of its path."""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MOST_FILES = 200_000
"""Files that are read; of larger trees, those far from the folder are left out."""
_NEVER_WANTED = frozenset({"node_modules", "__pycache__"})
_STOP_EVERY = 4096
"""Paths between two looks at a request to stop."""


@dataclass(frozen=True, slots=True)
class TreeMatch:
    """File that was found, and the characters of its path that match."""

    path: str
    """Relative to the folder of the tree, with ``/``."""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rules:
    """``.gitignore`` of one folder."""

    spec: GitIgnoreSpec
    above: str = ""
    """Path from its folder to that of the tree, if its folder is above."""
    below: int = 0
    """Length of the path from the folder of the tree to its folder, if its folder is below."""

    def ignores(self, path: str) -> bool | None:
        """Return None if the rules say nothing about a path of the tree."""
        return self.spec.check_file(self.above + path[self.below :]).include


class FileTree:
    """Paths of all files below a folder, nearest first, without hidden and ignored ones.

    ``.gitignore`` is honored, also those of the folders above up to that of the repository.
    """

    def __init__(self, folder: Path) -> None:
        """Start to read. Call ``close`` when it is no longer needed."""
        self.folder = folder
        self._paths: list[str] = []
        self._folded: list[str] = []
        self._stopped = threading.Event()
        self._finished = threading.Event()
        threading.Thread(target=self._read, name="file-tree", daemon=True).start()

    @property
    def count(self) -> int:
        """Number of files read so far."""
        return len(self._folded)

    @property
    def is_complete(self) -> bool:
        """True once all files have been read."""
        return self._finished.is_set()

    def close(self) -> None:
        """Stop reading."""
        self._stopped.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until all files have been read; return False if they have not."""
        return self._finished.wait(timeout_s)

    # -- reading, in a thread of its own ---------------------------------------------------

    def _read(self) -> None:
        try:
            for path in self._files():
                self._paths.append(path)
                self._folded.append(_folded(path))
                if self._stopped.is_set() or len(self._folded) >= MOST_FILES:
                    break
        finally:
            self._finished.set()

    def _files(self) -> Iterator[str]:
        waiting = deque([("", tuple(_rules_above(self.folder)))])
        while waiting and not self._stopped.is_set():
            folder, rules = waiting.popleft()
            try:
                with os.scandir(self.folder / folder) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
            except OSError:
                continue
            if spec := _spec_in(self.folder / folder, entries):
                rules = (*rules, _Rules(spec, below=len(folder)))
            for entry in entries:
                if entry.name.startswith(".") or entry.name in _NEVER_WANTED:
                    continue
                is_folder = _is_folder(entry)
                path = f"{folder}{entry.name}{'/' * is_folder}"
                if _is_ignored(path, rules):
                    continue
                if is_folder:
                    waiting.append((path, rules))
                else:
                    yield path

    # -- searching -------------------------------------------------------------------------

    def find(
        self, text: str, limit: int, is_unwanted: Callable[[], bool] = lambda: False
    ) -> list[TreeMatch]:
        """Return the best matches among the files read so far; none if no longer wanted.

        The letters of the text occur in this order in the path. Best are names that begin with the
        text, then those that contain it, then paths that do.
        """
        sought = _folded(text)
        if not sought:
            return []
        pattern = re.compile(
            "".join(f"[^{re.escape(c)}]*{re.escape(c)}" for c in sought), re.DOTALL
        )
        found: list[tuple[tuple[int, int, int, str], int]] = []
        for number in range(len(self._folded)):
            if number % _STOP_EVERY == 0 and is_unwanted():
                return []
            folded = self._folded[number]
            if pattern.match(folded):
                found.append((_rank(folded, sought), number))
        best = nsmallest(limit, found)
        return [self._match(number, sought) for _, number in best]

    def _match(self, number: int, sought: str) -> TreeMatch:
        path, folded = self._paths[number], self._folded[number]
        marks = tuple(_positions(folded, sought)) if len(path) == len(folded) else ()
        return TreeMatch(path, marks)


def _folded(text: str) -> str:
    """Return a text for comparison, without differences of case and Unicode form."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def _rank(path: str, sought: str) -> tuple[int, int, int, str]:
    """Return the sort key of a match: its kind, how far it is spread, and how long the path is."""
    name_at = path.rfind("/") + 1
    at = path.find(sought, name_at)
    if at == name_at:
        return 0, 0, len(path), path
    if at > 0:
        return 1 if not path[at - 1].isalnum() else 2, 0, len(path), path
    if sought in path:
        return 3, 0, len(path), path
    places = _positions(path, sought)
    return 4 if places[0] >= name_at else 5, places[-1] - places[0], len(path), path


def _positions(path: str, sought: str) -> list[int]:
    """Return where the characters of a match are: together if possible, else late in the path."""
    name_at = path.rfind("/") + 1
    at = path.find(sought, name_at)
    at = path.find(sought) if at < 0 else at
    if at >= 0:
        return list(range(at, at + len(sought)))
    places: list[int] = []
    end = len(path)
    for character in reversed(sought):
        end = path.rfind(character, 0, end)
        places.append(end)
    return places[::-1]


def _is_ignored(path: str, rules: tuple[_Rules, ...]) -> bool:
    """Return the verdict of the nearest ``.gitignore`` that has one."""
    verdicts = (rule.ignores(path) for rule in reversed(rules))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def _rules_above(folder: Path) -> Iterator[_Rules]:
    """Yield the rules of the folders between the repository's and this one, outermost first."""
    above = [folder.absolute(), *folder.absolute().parents]
    top = next((place for place, one in enumerate(above) if (one / ".git").exists()), 0)
    for one in reversed(above[1 : top + 1]):
        if spec := _spec_of(one / ".gitignore"):
            yield _Rules(spec, above=f"{folder.absolute().relative_to(one).as_posix()}/")


def _spec_in(folder: Path, entries: list[os.DirEntry[str]]) -> GitIgnoreSpec | None:
    has_rules = any(entry.name == ".gitignore" for entry in entries)
    return _spec_of(folder / ".gitignore") if has_rules else None


def _spec_of(path: Path) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec  # loaded with the first search

    try:
        return GitIgnoreSpec.from_lines(path.read_text("utf-8", "replace").splitlines())
    except (OSError, ValueError):
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
