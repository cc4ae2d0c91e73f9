"""Names of agents and users: those of the settings, and those learned from services."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.errors import BackendError
from tui.core.text import clean_line
from tui.system.private_files import make_folder, replace_text

if TYPE_CHECKING:
    from tui.config import Profile


class AgentNames:
    """File with the names of one host's agents, or users, for the next start.

    Errors in reading or writing it are ignored.
    """

    def __init__(self, path: Path, host: str) -> None:
        self._path = path
        self._host = host

    def of(self, agent_id: str) -> str:
        """Return the stored name; empty if there is none. Touches the disk."""
        return self.all().get(agent_id, "")

    def save(self, names: Mapping[str, str]) -> None:
        """Store names, by agent ID, unless the file has them. Touches the disk."""
        if dict(names) == self.all():
            return
        text = json.dumps({**self._every_host(), self._host: dict(names)}, indent=1)
        with suppress(OSError):
            make_folder(self._path.parent)
            replace_text(self._path, text)

    def learn(self, agent_id: str, name: str) -> None:
        """Store one more name. Touches the disk."""
        if name and agent_id:
            self.save({**self.all(), agent_id: name})

    def all(self) -> dict[str, str]:
        """Return the stored names, by agent ID. Touches the disk."""
        found = self._every_host().get(self._host)
        pairs = found.items() if isinstance(found, dict) else ()
        return {str(agent): name for agent, name in pairs if isinstance(name, str)}

    def _every_host(self) -> dict[str, object]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}


def known_name(profile: Profile) -> str:
    """Return the name of the profile's agent, as far as known here. Touches the disk."""
    return profile.name or agent_names(profile).of(profile.genie or "")


async def genie_name(profile: Profile) -> str:
    """Return the name of the profile's genie; asks Studio, where there is a developer token."""
    known = await asyncio.to_thread(known_name, profile)
    if profile.name or not (profile.genie and profile.developer_token):
        return known
    from tui.bootstrap.studio import open_studio
    from tui.studio.models import GenieId

    try:
        async with open_studio(profile) as studio:
            name = clean_line((await studio.genies.get(GenieId(profile.genie))).name)
    except BackendError:
        return known  # what needs Studio reports why it does not answer
    await asyncio.to_thread(agent_names(profile).learn, profile.genie, name)
    return name or known


def agent_names(profile: Profile) -> AgentNames:
    """Return the names stored for a profile's host."""
    from tui.config import data_dir

    return AgentNames(data_dir() / "agents.json", profile.base_url)


def user_names(profile: Profile) -> AgentNames:
    """Return the names of users stored for a profile's identity service."""
    from tui.config import data_dir

    return AgentNames(data_dir() / "users.json", profile.identity_url)
