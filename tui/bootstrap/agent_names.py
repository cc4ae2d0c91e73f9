"""Cache of agent names from services, for the next start and for times without network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui.system.private_files import make_folder, replace_text

if TYPE_CHECKING:
    from tui.config import Profile


class AgentNames:
    """File with the agents' names of one host. Errors in reading or writing it are ignored."""

    def __init__(self, path: Path, host: str) -> None:
        self._path = path
        self._host = host

    def of(self, agent_id: str) -> str:
        """Return the stored name; empty if there is none. Touches the disk."""
        return self._here().get(agent_id, "")

    def save(self, names: Mapping[str, str]) -> None:
        """Store names, by agent ID, unless the file has them. Touches the disk."""
        if dict(names) == self._here():
            return
        text = json.dumps({**self._all(), self._host: dict(names)}, indent=1)
        with suppress(OSError):
            make_folder(self._path.parent)
            replace_text(self._path, text)

    def _here(self) -> dict[str, str]:
        found = self._all().get(self._host)
        pairs = found.items() if isinstance(found, dict) else ()
        return {str(agent): name for agent, name in pairs if isinstance(name, str)}

    def _all(self) -> dict[str, object]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}


def agent_names(profile: Profile) -> AgentNames:
    """Return the names stored for a profile's host."""
    from tui.config import data_dir

    return AgentNames(data_dir() / "agents.json", profile.base_url)
