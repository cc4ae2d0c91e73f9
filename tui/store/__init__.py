"""Persistent storage: conversations, turns, their events and the outbox, in one SQLite file.

Names are loaded on first use: shell completion reads without the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from tui.core.errors import StoreError
    from tui.store.store import SqliteStore

_HOMES = {"store": ("SqliteStore",), "database": ("StoreError",)}


__getattr__ = lazy_exports(__name__, _HOMES)


__all__ = ["SqliteStore", "StoreError"]
