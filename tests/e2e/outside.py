"""State of the program seen from outside: its database, and the server's journal."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tui.demo.server import DemoServer


class Kept:
    """The database of a profile, read only, while the program uses it or after it was killed."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "conversations.db"

    def messages(self) -> list[tuple[str, str, bool]]:
        """Text, state and end of every turn that has a message, oldest first."""
        rows = self._rows("SELECT text, state, over FROM turns WHERE text IS NOT NULL ORDER BY 1")
        return [(text, state, bool(over)) for text, state, over in rows]

    def drafts(self) -> list[str]:
        """Return the draft of each conversation."""
        return [text for (text,) in self._rows("SELECT text FROM drafts")]

    def turn_count(self) -> int:
        return len(self._rows("SELECT 1 FROM turns"))

    def kinds(self) -> list[str]:
        """The kinds of all events."""
        return [kind for (kind,) in self._rows("SELECT kind FROM events ORDER BY number")]

    @property
    def asks(self) -> bool:
        """Return true if a skill call waits for a decision."""
        kinds = self.kinds()
        settled = {"approval_resolved", "turn_finished"} & set(kinds)
        return "approval_requested" in kinds and not settled

    @property
    def finished(self) -> bool:
        return all(over for _, _, over in self.messages())

    def _rows(self, query: str) -> list[Any]:
        if not self._path.exists():
            return []
        try:
            with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.OperationalError:  # its tables are being made
            return []


def sent(server: DemoServer) -> list[str]:
    """The messages that the server took in, in order."""
    return [record.summary for record in server.log.of("send") if record.summary]


def decisions(server: DemoServer) -> int:
    """Count the decisions that the server received."""
    return sum(bool(record.summary) for record in server.log.of("approval"))


def settings_of(server: DemoServer, url: str | None = None) -> dict[str, str]:
    """The environment that leads the program to a demo server."""
    return {
        "GENIE_TUI_BASE_URL": url or server.url,
        "GENIE_TUI_GENIE": server.genie,
        "GENIE_TUI_AUTH": "api_key",
        "GENIE_TUI_API_KEY": server.api_key,
        "GENIE_TUI_IDP_USER_ID": server.idp_user_id,
    }
