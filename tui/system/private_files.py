"""Folders and files for this user alone, whatever the umask and whatever is there already.

The mode that ``mkdir`` is given counts for the last folder alone and is cut by the umask; here each
folder that is created is 0700. A link in the place of a file of ours is an error, never followed:
another user may have put it there.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""All that the group and others may do."""
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def make_folder(folder: Path) -> None:
    """Create a folder and those above it, each 0700. Raises ``OSError``."""
    missing: list[Path] = []
    current = folder
    while not current.exists() and current != current.parent:
        missing.append(current)
        current = current.parent
    for path in reversed(missing):
        with suppress(FileExistsError):  # another process was first
            os.mkdir(path, stat.S_IRWXU)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def open_file(path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> int:
    """A descriptor of a file of ours, created 0600; others' rights are taken away.

    Raises ``OSError``, with a plain reason for a link.
    """
    try:
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        if not flags & os.O_EXCL:
            refuse_link(path)
        raise
    found = os.fstat(descriptor)
    if found.st_mode & OTHERS and found.st_uid == os.geteuid():
        os.fchmod(descriptor, stat.S_IMODE(found.st_mode) & ~OTHERS)
    return descriptor


def refuse_link(path: Path) -> None:
    """Raise ``OSError`` if there is a symbolic link in the place of a file of ours."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link, which is not followed", str(path))


def replace_text(path: Path, text: str) -> None:
    """Replace a file, 0600 and whole or not at all. Raises ``OSError``."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


# -- what is there already ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exposed:
    """A file or folder that others could use; ``mended``: they cannot any more."""

    path: Path
    problem: str
    """A clause, such as ``could be read by other users``."""
    mended: bool
    advice: str = ""


def protect(path: Path, rights: int = OTHERS) -> Exposed | None:
    """Take rights of others away where the file or folder is ours; None if all was well.

    A folder in which others may only change what is theirs (``/tmp``) is none to complain about.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid not in (os.geteuid(), 0):
        return Exposed(path, "belongs to another user", False, "Use one of your own.")
    excess = mode & rights
    if not excess or (stat.S_ISDIR(found.st_mode) and mode & stat.S_ISVTX):
        return None
    problem = f"can be {'changed' if excess & OTHERS_WRITE else 'read'} by other users"
    try:
        os.chmod(path, mode & ~rights)
    except OSError:
        letters = "go-rwx" if rights == OTHERS else "go-w"
        return Exposed(path, problem, False, f"chmod {letters} {path}")
    return Exposed(path, problem.replace("can", "could"), True)
