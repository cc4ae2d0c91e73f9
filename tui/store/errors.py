"""Convert SQLite's errors to sentences for a person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tui.core.errors import StoreError

_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk is full: nothing can be stored in {path}.",
    sqlite3.SQLITE_READONLY: "{path} cannot be written: the file or its folder is read-only.",
    sqlite3.SQLITE_BUSY: "{path} is busy: another program has kept it locked for too long.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: check that its folder may be written.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged. Start again: it will be set aside if necessary.",
    sqlite3.SQLITE_NOTADB: "{path} is not a database. Start again: it will be set aside.",
    sqlite3.SQLITE_IOERR: "{path} cannot be read or written: the disk reports an error.",
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """Return our error for one of SQLite's; without a sentence of its own, with SQLite's words."""
    sentence = _SENTENCES.get(_primary_code(error), "{path} cannot be used: {error}.")
    return StoreError(sentence.format(path=path, error=error))


def is_damage(error: sqlite3.Error) -> bool:
    """Return True if the file itself is damaged, and not only this use of it."""
    return _primary_code(error) in _DAMAGED


def _primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's result code; 0 for errors of the Python module itself."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
