"""Files of the database: private, locked while they are opened, moved when damaged."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from tui.system.private_files import (
    OTHERS_WRITE,
    make_folder,
    open_file,
    protect,
    refuse_link,
)

_COMPANIONS = ("-wal", "-shm")


def make_private(path: Path) -> None:
    """Create the file 0600, or remove the rights of others. Raises ``OSError``, also for a link.

    SQLite gives its companion files the same mode, but follows a link in their place.
    """
    with suppress(FileExistsError):
        os.close(open_file(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    # Never opened here: closing would free the locks that SQLite has on it in this process.
    for file in (path, *(beside(path, suffix) for suffix in _COMPANIONS)):
        refuse_link(file)
        protect(file)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from opening the database while it is created, migrated or replaced.

    Its folder is created 0700; if it is ours, others lose the right to write to it. The system
    frees the lock when its holder dies. Raises ``OSError``.
    """
    make_folder(path.parent)
    protect(path.parent, OTHERS_WRITE)
    descriptor = open_file(beside(path, ".lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def suspect(path: Path) -> None:
    """Record damage, so that the next process to open the file checks all of it."""
    os.close(open_file(beside(path, ".suspect")))


def is_suspect(path: Path) -> bool:
    return beside(path, ".suspect").exists()


def clear_suspicion(path: Path) -> None:
    beside(path, ".suspect").unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Rename a damaged database to the first free ``<name>.corrupt-<n>``; return that path."""
    target = next(t for n in count(1) if not (t := beside(path, f".corrupt-{n}")).exists())
    path.rename(target)
    for suffix in _COMPANIONS:
        companion = beside(path, suffix)
        if companion.exists():
            companion.rename(beside(target, suffix))
    return target


def beside(path: Path, suffix: str) -> Path:
    """Return a companion file of the database, such as its lock."""
    return path.with_name(path.name + suffix)
