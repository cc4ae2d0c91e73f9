"""Migrate a database to the newest schema. Its version is SQLite's ``user_version``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from tui.core.errors import StoreError
from tui.core.json_values import read_json


def migrations() -> list[str]:
    """Return the scripts from an empty file to the newest schema, one per version."""
    folder = files("tui.store") / "migrations"
    scripts = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [script.read_text(encoding="utf-8") for script in scripts]


def migrate(connection: sqlite3.Connection, scripts: list[str] | None = None) -> None:
    """Apply the missing migrations, all or none. The connection must be in autocommit mode.

    Raises ``StoreError`` for a database that a newer version wrote.
    """
    scripts = migrations() if scripts is None else scripts
    if _version(connection) == len(scripts):
        return
    connection.create_function("message_text", 1, _message_text, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        version = _version(connection)  # another process may have been first
        if version > len(scripts):
            raise StoreError(
                f"A newer genie-tui wrote this database (schema {version}; this version "
                f"supports {len(scripts)}). Update genie-tui."
            )
        for statement in _statements("".join(scripts[version:])):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(scripts)}")


def _message_text(body: str) -> str:
    """Return the agent's text from the JSON of its event."""
    try:
        text = read_json(body).get("text")
    except (ValueError, AttributeError):
        return ""
    return text if isinstance(text, str) else ""


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _statements(script: str) -> Iterator[str]:
    """Yield one statement at a time: ``executescript`` would commit the current transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
