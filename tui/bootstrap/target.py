"""Target: an agent and the functions that connect to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tui.config import Preferences
from tui.core.account import Account
from tui.core.agents import GenieSource, Introduction
from tui.system.private_files import OTHERS_WRITE, protect

if TYPE_CHECKING:
    from tui.bootstrap.agent_lookup import KnownAgents
    from tui.config import BackendName
    from tui.core.ports import ChatBackend, Clock
    from tui.core.store_port import EarlyDraftStore
    from tui.engine.session import Session
    from tui.engine.updates import Publish
    from tui.studio.developer_client import DeveloperClient


class Connect(Protocol):
    """Opens client, store and engine; closes them at the end."""

    def __call__(
        self, publish: Publish, *, one_shot: bool = False, store: Path | None = None
    ) -> AbstractAsyncContextManager[Session]:
        """``one_shot``: for a command that does one thing, see
        :class:`tui.engine.context.EngineContext`. ``store``: a database of its own, beside the
        user's."""
        ...


OpenAccount = Callable[[], AbstractAsyncContextManager[Account]]
OpenStudio = Callable[[], AbstractAsyncContextManager["DeveloperClient"]]
ListAgents = Callable[[str], Coroutine[Any, Any, "KnownAgents"]]
"""Returns the agents among which one is looked for, by its name or its handle."""
UseGenie = Callable[[str], tuple[Connect, GenieSource]]
"""Opens the session of another genie, and returns where that choice is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTarget:
    """An agent as the interface presents it, and the functions that connect to it."""

    agent_name: str
    user_name: str
    """Name of the user; empty if only the sign-in tells."""
    label: str
    """Name of a profile, or ``demo``."""
    connect: Connect
    account: OpenAccount | None = None
    """Opens the sign-in, where there is one; every session finds the tokens it stores."""
    studio: OpenStudio | None = None
    """Opens Agent Studio, where there is a developer token; the genie is one of its genies."""
    genie: str = ""
    """Handle of the genie; empty if the agent is not one of Studio."""
    backend: BackendName = "genie"
    use_genie: UseGenie | None = None
    """Switches the target to another genie."""
    list_agents: ListAgents | None = None
    """Lists the agents of the service; None if this is the only one."""
    introduction: Introduction = field(default_factory=Introduction)
    preferences: Preferences = field(default_factory=Preferences)
    early_draft_store: EarlyDraftStore | None = None
    """Stores text written before ``connect`` is done; None: it is not stored."""
    save_setting: Callable[[str, str | int], None] | None = None
    """Saves a setting of the interface for the next start; None if it cannot be saved."""


@asynccontextmanager
async def open_session(
    backend: ChatBackend,
    path: Path,
    account: str,
    publish: Publish,
    clock: Clock | None = None,
    *,
    one_shot: bool = False,
) -> AsyncGenerator[Session]:
    """Open the engine over a store of its own; closes the backend too.

    ``account`` names the owner of the conversations.
    """
    from tui.bootstrap.session_log import SessionLog
    from tui.engine.session import Session
    from tui.engine.updates import UserNotice
    from tui.store import SqliteStore

    publish = SessionLog(publish).publish
    try:
        store = await SqliteStore.open(path, account)
        if store.set_aside:
            publish(
                UserNotice(f"Your stored conversations were damaged. {_set_aside(store.set_aside)}")
            )
        if exposed := protect(path.parent, OTHERS_WRITE):
            publish(UserNotice(f"{exposed.path} {exposed.problem}. {exposed.advice}".rstrip()))
        try:
            async with Session(backend, store, publish, clock=clock, one_shot=one_shot) as session:
                yield session
        finally:
            await store.aclose()
    finally:
        await backend.aclose()


def _set_aside(path: Path) -> str:
    return (
        f"The damaged file is kept at {path}, and conversations are loaded again from the server."
    )
