"""Detect which of the processes that share a database are alive.

Each has a file of its own beside it, locked while it lives. The system frees the lock when the
process dies, for any reason: no clock, no process id that may have been reused.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from tui.store import files
from tui.system.private_files import make_folder, open_file


class Presence:
    """Lock file of one process. Used on the database's thread; raises ``OSError``."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._folder = files.beside(database, ".alive")
        self._name = ""
        self._descriptor: int | None = None

    def name(self) -> str:
        """Return the name of this process; its file is created on first use."""
        if self._descriptor is None:
            with files.locked(self._database):
                make_folder(self._folder)
                self._clear_up()
                self._name = uuid4().hex
                self._descriptor = self._open(self._name, os.O_CREAT)
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return self._name

    def alive(self, name: str) -> bool:
        """Return True if the process of this name is alive."""
        if self._descriptor is not None and name == self._name:
            return True
        try:
            descriptor = self._open(name)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def end(self) -> None:
        """Remove the file."""
        if self._descriptor is not None:
            with suppress(OSError):
                (self._folder / self._name).unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _clear_up(self) -> None:
        """Remove files of processes that were killed."""
        for sign in self._folder.iterdir():
            if not self.alive(sign.name):
                sign.unlink(missing_ok=True)

    def _open(self, name: str, flags: int = 0) -> int:
        return open_file(self._folder / name, os.O_RDWR | flags)
