"""SQLite connection on a thread of its own, with conversion of values."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from tui.core.errors import StoreError
from tui.store import files
from tui.store.migrate import migrate

_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk is full, so nothing can be saved to {path}.",
    sqlite3.SQLITE_READONLY: "Couldn't write {path}: the file or its folder is read-only.",
    sqlite3.SQLITE_BUSY: "{path} is locked by another program.",
    sqlite3.SQLITE_CANTOPEN: "Couldn't open {path}. Check that you can write to its folder.",
    sqlite3.SQLITE_CORRUPT: (
        "{path} is damaged. Restart genie-tui; if needed, it moves the file aside and starts a "
        "new one."
    ),
    sqlite3.SQLITE_NOTADB: (
        "{path} isn't a database. Restart genie-tui; it moves the file aside and starts a new one."
    ),
    sqlite3.SQLITE_IOERR: "Couldn't read or write {path}: the disk reported an error.",
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """Return our error for one of SQLite's; without a sentence of its own, with SQLite's words."""
    sentence = _SENTENCES.get(_primary_code(error), "Couldn't use {path}: {error}.")
    return StoreError(sentence.format(path=path, error=error))


def is_damage(error: sqlite3.Error) -> bool:
    """Return True if the file itself is damaged, and not only this use of it."""
    return _primary_code(error) in _DAMAGED


def _primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's result code; 0 for errors of the Python module itself."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


Value = str | int | None

LAST = 1 << 62
"""``position`` of a turn while it is queued or its time is unknown."""


def row(*values: Value) -> tuple[Value, ...]:
    """Return values that SQLite accepts: it rejects the lone surrogates that JSON allows.

    They become U+FFFD, one character for another, so that offsets into the text stay valid.
    """
    return tuple(_storable(value) if isinstance(value, str) else value for value in values)


def number_list(numbers: Iterable[int]) -> str:
    """Return a parameter for ``IN (SELECT value FROM json_each(?))``."""
    return f"[{','.join(map(str, numbers))}]"


def _storable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


P = ParamSpec("P")
R = TypeVar("R")

Work = Callable[Concatenate[sqlite3.Connection, P], R]
"""Function over the connection; it runs on the database's thread."""

_BUSY_TIMEOUT_S = 10.0

_SETTINGS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "fullfsync = ON",  # without it an fsync on macOS does not reach the disk
    "foreign_keys = ON",
    "secure_delete = ON",
)


class Database:
    """Runs functions over one connection, in the order of the calls.

    At interpreter exit the executor is joined once its queue is empty, so a program that ends
    without :meth:`aclose` neither hangs nor loses a requested write. A cancelled caller may find
    its write done or not, but never half. Every call raises ``StoreError``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set_aside: Path | None = None
        """New path of a damaged file that was moved on opening; None: there was none."""
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None

    @classmethod
    async def open(cls, path: Path) -> Database:
        """Open a database, creating or migrating it. A damaged file is set aside."""
        database = cls(path)
        try:
            await database._run(database._connect)
        except BaseException:
            database._worker.shutdown(wait=False)
            raise
        return database

    async def read(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run queries that see one state of the database."""
        return await self._run(lambda: self._transaction("BEGIN", work, *args, **kwargs))

    async def write(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run changes as one transaction. It survives the death of this process."""
        return await self._run(lambda: self._transaction("BEGIN IMMEDIATE", work, *args, **kwargs))

    async def write_through(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Like :meth:`write`, but it also survives a power failure, at the cost of a sync."""
        return await self._run(lambda: self._synced(work, *args, **kwargs))

    async def outside(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run what cannot be part of a transaction, such as a checkpoint."""
        return await self._run(lambda: work(self._opened(), *args, **kwargs))

    async def aclose(self, last: Callable[[], None] = lambda: None) -> None:
        """Close the connection after all earlier calls, then call ``last``. May be repeated."""
        if self._connection is not None:
            await self._run(self._disconnect)
            await self._run(last)
            self._worker.shutdown(wait=False)

    async def _run(self, job: Callable[[], R]) -> R:
        try:
            running = self._worker.submit(self._guarded, job)
        except RuntimeError as error:
            raise StoreError(f"{self.path} is closed.") from error
        return await asyncio.wrap_future(running)

    def _guarded(self, job: Callable[[], R]) -> R:
        try:
            return job()
        except sqlite3.Error as error:
            if is_damage(error):
                files.suspect(self.path)
            raise store_error(self.path, error) from error
        except OSError as error:
            name = error.filename or self.path
            raise StoreError(
                f"Couldn't use {name} ({error.strerror or error}). Your conversations are stored "
                "there; set GENIE_TUI_DATA_DIR to a folder that you can write to."
            ) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(f"{self.path} is closed.")
        return self._connection

    def _transaction(self, begin: str, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        connection = self._opened()
        connection.execute(begin)
        with connection:
            return work(connection, *args, **kwargs)

    def _synced(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        self._opened().execute("PRAGMA synchronous = FULL")
        try:
            return self._transaction("BEGIN IMMEDIATE", work, *args, **kwargs)
        finally:
            self._opened().execute("PRAGMA synchronous = NORMAL")

    def _connect(self) -> None:
        with files.locked(self.path):
            try:
                self._connection = _connected(self.path)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.set_aside = files.set_aside(self.path)
                self._connection = _connected(self.path)
            files.clear_suspicion(self.path)

    def _disconnect(self) -> None:
        self._opened().close()
        self._connection = None


def _connected(path: Path) -> sqlite3.Connection:
    files.make_private(path)
    connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        if files.is_suspect(path):
            _examine(connection)
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _examine(connection: sqlite3.Connection) -> None:
    """Raise the error of a damaged file if any part of it is damaged."""
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        damage = sqlite3.DatabaseError("damaged")
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage
