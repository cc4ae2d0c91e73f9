"""Small file for text that is written before the database is open."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tui.system.private_files import make_folder, open_file


class DraftFile:
    """A :class:`tui.core.store_port.EarlyDraftStore` in one file, 0600 in a 0700 folder, written
    atomically.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, text: str) -> None:
        with suppress(OSError):  # the text is still on screen, and the store may work
            make_folder(self._path.parent)
            self._write(text)

    def read(self) -> str:
        try:
            return self._path.read_bytes().decode("utf-8", "replace")
        except OSError:
            return ""

    def clear(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self, text: str) -> None:
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        descriptor = open_file(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
