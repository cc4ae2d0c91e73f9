"""Small secret files: private, written atomically, and locked across processes."""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from tui.core.errors import StoreError
from tui.system import private_files

_POLL_S = 0.025


def read_private(path: Path) -> str | None:
    """Return the text of a file; None if there is none.

    Raises ``StoreError`` for one that another user owns or can read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"Couldn't read {path} ({error.strerror}).") from None
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        _check_private(path, os.fstat(file.fileno()))
        return file.read()


def private_place(path: Path) -> str:
    """Describe a private file, as in "kept in ...", with ``~`` for the home folder."""
    home = Path.home()
    shown = Path("~", path.relative_to(home)) if path.is_relative_to(home) else path
    return f"{shown}, readable only by you"


def write_private(path: Path, text: SecretStr) -> None:
    """Replace a file, durably, 0600. Raises ``StoreError``."""
    try:
        private_files.replace_text(path, text.get_secret_value())
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"Couldn't write {path} ({error.strerror}).") from None


def make_folder(folder: Path) -> None:
    """Create a folder, 0700, or make it so. Raises ``StoreError`` for one that others can use."""
    try:
        private_files.make_folder(folder)
        private_files.protect(folder)
        _check_private(folder, folder.stat(follow_symlinks=False))
    except OSError as error:
        raise StoreError(f"Couldn't use {folder} ({error.strerror}).") from None


@asynccontextmanager
async def locked(path: Path, limit_s: float) -> AsyncIterator[None]:
    """Hold an exclusive lock on this file, across all processes and tasks.

    The system frees it when its holder dies. Raises ``TimeoutError``, and ``StoreError`` if the
    file cannot be created.
    """
    try:
        descriptor = private_files.open_file(path)
    except OSError as error:
        raise StoreError(f"Couldn't lock {path} ({error.strerror}).") from None
    try:
        async with asyncio.timeout(limit_s):
            await _lock(path, descriptor)
        yield
    finally:
        os.close(descriptor)


async def _lock(path: Path, descriptor: int) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_POLL_S)
        except OSError as error:
            raise StoreError(f"Couldn't lock {path} ({error.strerror}).") from None


def _check_private(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise StoreError(f"{path} belongs to another user, so it isn't used for secrets.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        needed = "700" if stat.S_ISDIR(found.st_mode) else "600"
        raise StoreError(
            f"Other users can access {path}, so it isn't used for secrets. Run: chmod "
            f"{needed} {path}"
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
