"""Program with a slow store: ``GENIE_TUI_TEST_STORE_S`` seconds for each message."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from tui.cli import main
from tui.store.store import SqliteStore

_SAVE = SqliteStore.save_turn


async def _slowly(store: SqliteStore, *args: Any, **options: Any) -> Any:
    await asyncio.sleep(float(os.environ["GENIE_TUI_TEST_STORE_S"]))
    return await _SAVE(store, *args, **options)


if __name__ == "__main__":
    setattr(SqliteStore, "save_turn", _slowly)  # noqa: B010
    main()
