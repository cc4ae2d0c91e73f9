"""An agent and the way to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.config import Preferences
from tui.core.account import Account
from tui.core.genie_source import Kept
from tui.system.private_files import OTHERS_WRITE, protect

if TYPE_CHECKING:
    from tui.core.ports import ChatBackend, Clock, EarlyDraftStore
    from tui.engine.session import Session
    from tui.engine.updates import Publish
    from tui.studio.developer_client import DeveloperClient


class Connect(Protocol):
    """Opens client, store and engine; closes them at the end."""

    def __call__(
        self, publish: Publish, *, one_shot: bool = False
    ) -> AbstractAsyncContextManager[Session]:
        """``one_shot``: for a command that does one thing, see
        :class:`tui.engine.context.EngineContext`."""
        ...


OpenAccount = Callable[[], AbstractAsyncContextManager[Account]]
OpenStudio = Callable[[], AbstractAsyncContextManager["DeveloperClient"]]
UseGenie = Callable[[str], tuple[Connect, Kept]]
"""What opens the session of another genie, and where it is kept that it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTarget:
    """An agent, as the interface presents it, and the way to it."""

    agent_name: str
    user_name: str
    """Who talks to it; empty where only the sign-in tells."""
    label: str
    """Where it is: the name of a profile, or ``demo``."""
    connect: Connect
    account: OpenAccount | None = None
    """Opens the sign-in, where there is one; what it stores, every session finds."""
    studio: OpenStudio | None = None
    """Opens Agent Studio, where there is a developer token; the genie is one of its genies."""
    genie: str = ""
    """The genie's handle; empty where the agent is none of Studio's."""
    use_genie: UseGenie | None = None
    """Makes another genie the one that the place leads to."""
    suggestions: tuple[tuple[str, str], ...] = ()
    """What to try: label and text."""
    preferences: Preferences = field(default_factory=Preferences)
    notepad: EarlyDraftStore | None = None
    """Keeps what is written before ``connect`` is done; None: nobody does."""
    save_theme: Callable[[str], None] | None = None
    """Keeps a theme for the next time; None: there is nowhere to keep it."""


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
    """The engine over a store of its own; closes the backend too.

    ``account`` tells apart whose conversations they are.
    """
    from tui.engine.session import Session
    from tui.engine.updates import UserNotice
    from tui.store import SqliteStore

    try:
        store = await SqliteStore.open(path, account)
        if store.set_aside:
            publish(
                UserNotice(f"The stored conversations were damaged. {_set_aside(store.set_aside)}")
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
    return f"They are kept in {path}; what the server has is read again."
