"""The database's files: private, locked while they are opened, set aside when damaged."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_COMPANIONS = ("-wal", "-shm")


def make_private(path: Path) -> None:
    """Create the file 0600, or take others' rights away. Raises ``OSError``.

    SQLite gives the files that it puts beside it the same mode.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from opening the database while it is created, migrated or replaced.

    Its folder is created 0700. The system frees the lock when its holder dies. Raises ``OSError``.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(beside(path, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def suspect(path: Path) -> None:
    """Remember that damage was met, so that the next process to open the file checks all of it."""
    beside(path, ".suspect").touch(mode=0o600)


def is_suspect(path: Path) -> bool:
    return beside(path, ".suspect").exists()


def clear_suspicion(path: Path) -> None:
    beside(path, ".suspect").unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Rename a damaged database to the first free ``<name>.corrupt-<n>``, which is returned."""
    target = next(t for n in count(1) if not (t := beside(path, f".corrupt-{n}")).exists())
    path.rename(target)
    for suffix in _COMPANIONS:
        companion = beside(path, suffix)
        if companion.exists():
            companion.rename(beside(target, suffix))
    return target


def beside(path: Path, suffix: str) -> Path:
    """A companion of the database, such as its lock."""
    return path.with_name(path.name + suffix)
