"""Folders and files for this user alone, whatever the umask and the existing modes.

The mode passed to ``mkdir`` applies to the last folder alone and is reduced by the umask; here each
created folder is 0700. A link in place of one of our files is an error, never followed: another
user may have put it there.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""All permissions of the group and others."""
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, each 0700. Raises ``OSError``."""
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
    """Return a descriptor of one of our files, created 0600; others' permissions are removed.

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
    """Raise ``OSError`` if a symbolic link is in place of one of our files."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link, which isn't followed", str(path))


def replace_text(path: Path, text: str) -> None:
    """Replace a file atomically, with mode 0600. Raises ``OSError``."""
    import tempfile  # shell completion must not wait for it

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
    """File or folder that others could access; ``mended``: they no longer can."""

    path: Path
    problem: str
    """A clause, such as ``could be read by other users``."""
    mended: bool
    advice: str = ""


def protect(path: Path, rights: int = OTHERS) -> Exposed | None:
    """Remove others' permissions if the file or folder is ours; None if nothing was wrong.

    A folder in which others can only change their own files (``/tmp``) is not reported.
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
