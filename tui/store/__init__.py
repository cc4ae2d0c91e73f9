"""Persistent storage: conversations, turns, their events and the outbox, in one SQLite file."""

from tui.core.errors import StoreError
from tui.store.store import SqliteStore

__all__ = ["SqliteStore", "StoreError"]
