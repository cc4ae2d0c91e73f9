"""The only place that joins client, backend, store, engine and demo server."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.chat.session import Session
from tui.chat.updates import Notice, Publish
from tui.core.ports import ChatBackend, Clock
from tui.demo.suggestions import SUGGESTIONS

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.demo.server import DemoServer, DemoSettings

Connect = Callable[[Publish], AbstractAsyncContextManager[Session]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An agent, as the interface presents it, and the way to it."""

    agent_name: str
    user_name: str
    label: str
    """Where it is: a host, or ``demo``."""
    connect: Connect
    """Opens client, store and engine; closes them at the end."""
    suggestions: tuple[tuple[str, str], ...] = ()
    """What to try: label and text."""
    theme: str | None = None


def demo_place(settings: DemoSettings | None = None) -> Place:
    """The embedded demo: a server in a thread, and a store that goes with it."""
    return _demo(partial(_connect_new_demo, settings))


def place_of_demo(server: DemoServer, clock: Clock | None = None) -> Place:
    """A demo server that runs already, with a store that goes when it is left."""
    return _demo(partial(_connect_demo, server, clock))


def _demo(connect: Connect) -> Place:
    return Place(
        agent_name="Ifrit",
        user_name="Ada",
        label="demo",
        connect=connect,
        suggestions=tuple((item.label, item.text) for item in SUGGESTIONS),
    )


def profile_place(name: str | None, config: Path | None) -> Place:
    """The agent that a profile describes. Raises ``tui.config.ConfigError``."""
    from tui.config import ConfigError, load

    profile = load(profile=name, config_path=config)
    if profile.backend != "genie" or profile.auth != "api_key":
        asked = profile.backend if profile.backend != "genie" else profile.auth
        raise ConfigError(f"this version chats with genies by API key; it has no '{asked}' yet.")
    return Place(
        agent_name=profile.genie or "genie",
        user_name=profile.idp_user_id or "",
        label=profile.name,
        connect=partial(_connect_profile, profile),
        theme=profile.theme,
    )


@asynccontextmanager
async def _connect_new_demo(
    settings: DemoSettings | None, publish: Publish
) -> AsyncGenerator[Session]:
    server = await asyncio.to_thread(_start_demo, settings)
    try:
        async with _connect_demo(server, None, publish) as session:
            yield session
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _connect_demo(
    server: DemoServer, clock: Clock | None, publish: Publish
) -> AsyncGenerator[Session]:
    with tempfile.TemporaryDirectory(prefix="genie-tui-") as folder:
        path = Path(folder) / "demo.db"
        backend = _genie_backend(server.url, server.genie, server.api_key, server.idp_user_id)
        async with _session(backend, path, "demo", publish, clock) as session:
            yield session


@asynccontextmanager
async def _connect_profile(profile: Profile, publish: Publish) -> AsyncGenerator[Session]:
    from tui.config import data_dir

    assert profile.base_url is not None
    key = profile.api_key.get_secret_value() if profile.api_key else ""
    backend = _genie_backend(profile.base_url, profile.genie or "", key, profile.idp_user_id or "")
    account = f"{profile.base_url} {profile.genie} {profile.idp_user_id}"
    async with _session(backend, data_dir() / "conversations.db", account, publish) as session:
        yield session


@asynccontextmanager
async def _session(
    backend: ChatBackend, path: Path, account: str, publish: Publish, clock: Clock | None = None
) -> AsyncGenerator[Session]:
    from tui.store import SqliteStore

    try:
        store = await SqliteStore.open(path, account)
        if store.set_aside:
            publish(Notice(f"The stored conversations were damaged. {_set_aside(store.set_aside)}"))
        try:
            async with Session(backend, store, publish, clock=clock) as session:
                yield session
        finally:
            await store.aclose()
    finally:
        await backend.aclose()


def _genie_backend(base_url: str, genie: str, api_key: str, idp_user_id: str) -> ChatBackend:
    from pydantic import SecretStr

    from tui.api.headless import HeadlessClient
    from tui.auth.api_key import ApiKeyAuth
    from tui.backends.genie import GenieBackend

    auth = ApiKeyAuth(base_url, SecretStr(api_key), idp_user_id)
    return GenieBackend(HeadlessClient(base_url, genie, auth))


def _set_aside(path: Path) -> str:
    return f"They are kept in {path}; what the server has is read again."


def _start_demo(settings: DemoSettings | None) -> DemoServer:
    from tui.demo.server import DemoServer

    return DemoServer(settings).start()
