"""Database file: private, migrated, damaged, unusable."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tui.core.ids import ConversationId, TurnId
from tui.core.records import Prompt
from tui.store import SqliteStore, StoreError
from tui.store.database import Database
from tui.store.migrate import migrate, migrations

HERE = ConversationId("here")


async def remember(path: Path, text: str) -> None:
    store = await SqliteStore.open(path, "account")
    await store.save_turn(TurnId(text), HERE, Prompt(text=text, at_ms=1))
    await store.aclose()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_the_database_file_has_private_permissions(path: Path) -> None:
    umask = os.umask(0)
    try:
        store = await SqliteStore.open(path, "account")
        await store.save_draft(None, "private")
    finally:
        os.umask(umask)
    assert mode(path.parent) == 0o700
    files = {file.name: mode(file) for file in path.parent.iterdir()}
    assert set(files) == {"genie.db", "genie.db-wal", "genie.db-shm", "genie.db.lock"}
    assert set(files.values()) == {0o600}
    await store.aclose()


async def test_permissions_of_a_readable_database_file_are_restricted(path: Path) -> None:
    await remember(path, "hi")
    os.chmod(path, 0o644)
    await remember(path, "ho")
    assert mode(path) == 0o600


async def test_closing_twice_is_harmless_and_a_closed_store_raises(path: Path) -> None:
    store = await SqliteStore.open(path, "account")
    await store.aclose()
    await store.aclose()
    with pytest.raises(StoreError, match="is closed"):
        await store.conversations()


# -- migrations -----------------------------------------------------------------------------


def test_migrations_are_numbered_without_gaps() -> None:
    folder = Path(__file__).parents[2] / "tui" / "store" / "migrations"
    names = sorted(file.name for file in folder.glob("*.sql"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert len(migrations()) == len(names)


def test_a_failed_migration_rolls_back() -> None:
    good, bad = "CREATE TABLE a (x TEXT);\n", "CREATE TABLE b (x TEXT);\nCREATE TABLE a (x TEXT);\n"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, [good])
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, [good, bad])
        tables = connection.execute("SELECT name FROM sqlite_schema").fetchall()
        assert tables == [("a",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        migrate(connection, [good, "CREATE TABLE c (x TEXT DEFAULT ';');\n"])
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


async def test_a_database_of_a_newer_version_is_rejected_and_kept(path: Path) -> None:
    await remember(path, "hi")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(
        StoreError, match=r"newer genie-tui wrote this database \(schema 99.*Update genie-tui"
    ):
        await SqliteStore.open(path, "account")
    assert not list(path.parent.glob("*corrupt*"))


# -- damage ---------------------------------------------------------------------------------


def write_nonsense(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"not a database, but long enough to look at" * 100)


async def test_a_file_that_is_no_database_is_set_aside(path: Path) -> None:
    for number in (1, 2):
        write_nonsense(path)
        store = await SqliteStore.open(path, "account")
        assert store.set_aside == path.with_name(f"genie.db.corrupt-{number}")
        assert store.set_aside.read_bytes().startswith(b"not a database")
        await store.save_draft(None, "new")
        await store.aclose()
    store = await SqliteStore.open(path, "account")
    assert (store.set_aside, await store.draft(None)) == (None, "new")
    await store.aclose()


def spoil(path: Path) -> None:
    """Overwrite the first page of every table and index; the schema stays readable."""
    with closing(sqlite3.connect(path)) as connection:
        roots = connection.execute("SELECT rootpage FROM sqlite_schema WHERE rootpage > 1")
        pages = [page for (page,) in roots]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * 4096)
            file.write(b"\xa5" * 4096)


async def test_a_database_damaged_later_is_set_aside_at_the_next_start(path: Path) -> None:
    await remember(path, "hi")
    spoil(path)
    store = await SqliteStore.open(path, "account")
    assert store.set_aside is None
    with pytest.raises(StoreError, match=r"is damaged\. Restart genie-tui"):
        await store.turns(HERE)
    await store.aclose()
    store = await SqliteStore.open(path, "account")
    assert store.set_aside == path.with_name("genie.db.corrupt-1")
    assert await store.turns(HERE) == []
    await store.aclose()


async def test_an_integrity_check_finds_damage(path: Path) -> None:
    await remember(path, "hi")
    spoil(path)
    store = await SqliteStore.open(path, "account")
    assert await store.problems()
    await store.aclose()


async def test_a_wrong_suspicion_of_damage_is_cleared(path: Path) -> None:
    await remember(path, "hi")
    path.with_name("genie.db.suspect").touch()
    store = await SqliteStore.open(path, "account")
    assert store.set_aside is None
    assert len(await store.turns(HERE)) == 1
    assert not path.with_name("genie.db.suspect").exists()
    await store.aclose()


# -- what cannot be used --------------------------------------------------------------------


async def test_a_database_folder_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="Couldn't use "):
        await SqliteStore.open(tmp_path / "file" / "genie.db", "account")


async def test_a_database_path_that_is_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Is a directory"):
        await SqliteStore.open(tmp_path, "account")


def pragma(connection: sqlite3.Connection, setting: str) -> None:
    connection.execute(f"PRAGMA {setting}")


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("max_page_count = 1", "The disk is full, so nothing can be saved to "),
        ("query_only = ON", "the file or its folder is read-only"),
    ],
)
async def test_a_failed_write_raises_and_changes_nothing(
    path: Path, setting: str, told: str
) -> None:
    store = await SqliteStore.open(path, "account")
    database = await Database.open(path)
    failing = SqliteStore(database, "account")
    await database.outside(pragma, setting)
    with pytest.raises(StoreError, match=told):
        await failing.save_turn(TurnId("t"), HERE, Prompt(text="long " * 20_000, at_ms=1))
    assert await failing.turns(HERE) == await store.turns(HERE) == []
    await store.save_draft(None, "others can go on")
    assert await failing.draft(None) == "others can go on"
    await failing.aclose()
    await store.aclose()


async def test_a_database_lock_timeout_raises(path: Path) -> None:
    await remember(path, "hi")
    database = await Database.open(path)
    await database.outside(pragma, "busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = SqliteStore(database, "account")
        with pytest.raises(StoreError, match="is locked by another program"):
            await store.save_draft(None, "x")
        assert len(await store.turns(HERE)) == 1
    await database.aclose()


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".lock"])
async def test_a_symlink_in_place_of_the_database_is_rejected_and_not_changed(
    path: Path, tmp_path: Path, suffix: str
) -> None:
    yours = tmp_path / "yours"
    yours.write_text("words")
    yours.chmod(0o644)
    path.parent.mkdir(exist_ok=True)
    link = path.with_name(path.name + suffix)
    link.symlink_to(yours)
    with pytest.raises(StoreError, match="symbolic link") as caught:
        await SqliteStore.open(path, "account")
    assert str(link) in str(caught.value)
    assert link.is_symlink()
    assert (yours.read_text(), mode(yours)) == ("words", 0o644)


async def test_permissions_of_a_writable_database_folder_are_restricted(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o777)
    await remember(path, "words")
    assert mode(path.parent) == 0o755
