"""Connection to Agent Studio, where there is a developer token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.agents import GenieSource
    from tui.engine.session import Session
    from tui.engine.updates import Publish
    from tui.studio.developer_client import DeveloperClient

Connect = Callable[["Publish"], AbstractAsyncContextManager["Session"]]
OpenStudio = Callable[[], AbstractAsyncContextManager["DeveloperClient"]]

UseGenie = Callable[[str], "tuple[Connect, GenieSource]"]
"""Opens the session of another genie, and returns where that choice is stored. Touches the disk;
raises ``tui.config.ConfigError``.
"""

NO_TOKEN = "Studio needs a Developer API token"
WHICH_TOKEN = (
    "Set developer_token in the profile, or GENIE_TUI_DEVELOPER_TOKEN, to an API client's "
    "token (wrka...). The genie client's key that you chat with doesn't work here."
)


def has_recipe(skill_id: str | None) -> bool:
    """Return True if a skill's ID on the wire names its recipe."""
    return (skill_id or "").startswith("recipe:")


@dataclass(eq=False)
class StudioConnection:
    """Opens the client at its first use and keeps it open, which preserves its rate limits."""

    open_studio: OpenStudio | None = None
    """None: there is no developer token."""
    use_genie: UseGenie | None = None
    """None: the target has no other genies."""
    genie: str = ""
    """Handle of the current genie."""

    def __post_init__(self) -> None:
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._studio: DeveloperClient | None = None

    @property
    def is_available(self) -> bool:
        return self.open_studio is not None

    async def client(self) -> DeveloperClient:
        """Return the client. Raises ``BackendError``; show :data:`NO_TOKEN` without a token."""
        assert self.open_studio is not None
        async with self._opening:
            if self._studio is None:
                self._studio = await self._stack.enter_async_context(self.open_studio())
            return self._studio

    async def aclose(self) -> None:
        """Close it; the next use opens it again."""
        async with self._opening:
            self._studio = None
            await self._stack.aclose()
