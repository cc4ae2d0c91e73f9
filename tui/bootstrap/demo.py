"""Demo targets: a server of our own, embedded or already running."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.bootstrap.backends import open_backend
from tui.bootstrap.clients import open_account, signed_in_client
from tui.bootstrap.studio import open_studio
from tui.bootstrap.target import (
    AgentTarget,
    Connect,
    OpenAccount,
    OpenStudio,
    UseGenie,
    open_session,
)
from tui.core.agents import GenieSource
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.demo.suggestions import GUARDED_GENIE, IFRIT, WEAK_GENIE, introduction

if TYPE_CHECKING:
    from tui.auth.keyring import KeyringBackend
    from tui.auth.token_vault import TokenVault
    from tui.bootstrap.agent_lookup import KnownAgents
    from tui.config import BackendName, Profile
    from tui.core.account import Account
    from tui.core.ports import Clock
    from tui.demo.server import DemoServer, DemoSettings
    from tui.engine.session import Session
    from tui.engine.updates import Publish
    from tui.studio.developer_client import DeveloperClient

_AGENT_NAME = "Ifrit"


def demo_target(
    settings: DemoSettings | None = None, backend: BackendName = "genie", genie: str = ""
) -> AgentTarget:
    """Return the embedded demo: a server in a thread, and a temporary store.

    ``genie`` is a handle, or ``weak`` or ``guarded`` for a variant to test; empty: the usual one.
    """
    handle, name = _VARIANTS.get(genie, (genie, genie))
    demo = _EmbeddedDemo(settings, backend, handle)
    use = demo.use_genie if backend == "genie" else None
    place = _without_files(_place(demo.connect, studio=demo.studio, use_genie=use), backend)
    place = replace(place, backend=backend, list_agents=partial(_list_agents, backend))
    return replace(place, genie=handle, agent_name=name) if genie else place


_VARIANTS = {"weak": (WEAK_GENIE, "Gullible"), "guarded": (GUARDED_GENIE, "Guarded")}


async def _list_agents(backend: BackendName, wanted: str) -> KnownAgents:
    """Return the agents of a demo server, and the words for its variants."""
    from tui.bootstrap.agent_lookup import KnownAgents
    from tui.bootstrap.profiles import list_agents

    async with running_demo(backend) as profile:
        found = await list_agents(profile, wanted)
    return KnownAgents({**found.names, **dict.fromkeys(_VARIANTS, "")}, are_all=True)


def target_of_demo(
    server: DemoServer, clock: Clock | None = None, backend: BackendName = "genie"
) -> AgentTarget:
    """Return the target of a running demo server, with a temporary store."""
    connect = partial(_connect, server, clock, backend, "")
    studio = partial(open_studio, profile_of_demo(server), alone=True)

    def use_genie(genie: str) -> tuple[Connect, GenieSource]:
        return partial(_connect, server, clock, backend, genie), GenieSource()

    use = use_genie if backend == "genie" else None
    return _without_files(_place(connect, studio=studio, use_genie=use), backend)


def login_demo_target(settings: DemoSettings | None = None) -> AgentTarget:
    """Return the embedded demo with a sign-in."""
    login = _DemoLogin(settings)
    return _place(
        partial(login.connect, ""),
        user_name="",
        account=login.account,
        studio=login.studio,
        use_genie=login.use_genie,
    )


def profile_of_demo(
    server: DemoServer, *, oauth: bool = False, backend: BackendName = "genie"
) -> Profile:
    """Return the client settings for a demo server."""
    from tui.config import Profile
    from tui.core.secrets import Secret

    return Profile(
        label="demo",
        name=_AGENT_NAME if backend == "genie" else "",
        backend=backend,
        base_url=server.url,
        identity_url=server.identity_url,
        genie=server.agent if backend == "workflows" else server.genie,
        token=Secret(server.token),
        auth="oauth" if oauth else "api_key",
        client_id=server.client_id,
        redirect_url=server.redirect_url,
        api_key=Secret(server.api_key),
        idp_user_id=server.idp_user_id,
        developer_url=server.url,
        developer_token=Secret(server.developer_token),
    )


@asynccontextmanager
async def running_demo(backend: BackendName = "genie") -> AsyncGenerator[Profile]:
    """Run a demo server; yield its client settings."""
    server = await asyncio.to_thread(start_demo)
    try:
        yield profile_of_demo(server, backend=backend)
    finally:
        await asyncio.to_thread(server.stop)


def start_demo(settings: DemoSettings | None = None) -> DemoServer:
    """Start a demo server in a thread of its own; the caller stops it."""
    from tui.demo.server import DemoServer

    return DemoServer(settings).start()


def _place(
    connect: Connect,
    user_name: str = "Ada",
    account: OpenAccount | None = None,
    studio: OpenStudio | None = None,
    use_genie: UseGenie | None = None,
) -> AgentTarget:
    return AgentTarget(
        agent_name=_AGENT_NAME,
        user_name=user_name,
        label="demo",
        connect=connect,
        account=account,
        studio=studio,
        genie=IFRIT if use_genie else "",
        use_genie=use_genie,
        introduction=introduction(takes_files=True),
    )


def _without_files(place: AgentTarget, backend: BackendName) -> AgentTarget:
    """Leave out suggestions with files if the backend cannot send any."""
    if backend == "genie":
        return place
    return replace(place, introduction=introduction(takes_files=False))


class _EmbeddedDemo:
    """Demo server that runs while a client is connected."""

    def __init__(
        self, settings: DemoSettings | None, backend: BackendName, genie: str = ""
    ) -> None:
        self._settings = settings
        self._backend = backend
        self._server: DemoServer | None = None
        self._genie = genie
        self._continues = False
        """True if the next session is about to start with the same server."""

    @asynccontextmanager
    async def connect(
        self, publish: Publish, *, one_shot: bool = False, store: Path | None = None
    ) -> AsyncGenerator[Session]:
        self._continues = False
        if self._server is None:
            self._server = await asyncio.to_thread(start_demo, self._settings)
        server = self._server
        try:
            async with _connect(
                server,
                None,
                self._backend,
                self._genie,
                publish,
                one_shot=one_shot,
                store=store,
            ) as session:
                yield session
        finally:
            if not self._continues:
                self._server = None
                await asyncio.to_thread(server.stop)

    def use_genie(self, genie: str) -> tuple[Connect, GenieSource]:
        self._genie, self._continues = genie, self._server is not None
        return self.connect, GenieSource()

    @asynccontextmanager
    async def studio(self) -> AsyncGenerator[DeveloperClient]:
        """Open the Studio of the same server: a genie started there replies here."""
        if self._server is None:
            raise BackendError(ErrorKind.UNREACHABLE, "The demo isn't open yet.")
        async with open_studio(profile_of_demo(self._server), alone=True) as studio:
            yield studio


@asynccontextmanager
async def _connect(
    server: DemoServer,
    clock: Clock | None,
    backend: BackendName,
    genie: str,
    publish: Publish,
    *,
    one_shot: bool = False,
    store: Path | None = None,
) -> AsyncGenerator[Session]:
    profile = _with_genie(profile_of_demo(server, backend=backend), genie)
    with tempfile.TemporaryDirectory(prefix="genie-tui-") as folder:
        async with open_backend(profile) as (service, _):
            path = store or Path(folder) / "demo.db"
            async with open_session(
                service, path, "demo", publish, clock, one_shot=one_shot
            ) as session:
                yield session


def _with_genie(profile: Profile, genie: str) -> Profile:
    """Replace the genie, if one is named."""
    return replace(profile, genie=genie, name="") if genie else profile


class _DemoLogin:
    """State of a demo with a login that outlives its sessions: server, store, tokens."""

    def __init__(self, settings: DemoSettings | None) -> None:
        self._settings = settings
        self._server: DemoServer | None = None
        self._starting = asyncio.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="genie-tui-")

    @asynccontextmanager
    async def account(self) -> AsyncGenerator[Account]:
        profile = await self._profile()
        async with open_account(profile, self._vault()) as account:
            yield account

    @asynccontextmanager
    async def studio(self) -> AsyncGenerator[DeveloperClient]:
        async with open_studio(await self._profile(), alone=True) as studio:
            yield studio

    def use_genie(self, genie: str) -> tuple[Connect, GenieSource]:
        return partial(self.connect, genie), GenieSource()

    @asynccontextmanager
    async def connect(
        self, genie: str, publish: Publish, *, one_shot: bool = False, store: Path | None = None
    ) -> AsyncGenerator[Session]:
        from tui.backends.genie.backend import GenieBackend

        profile = _with_genie(await self._profile(), genie)
        async with AsyncExitStack() as stack:
            account = await stack.enter_async_context(open_account(profile, self._vault()))
            who = f"{(await account.whoami()).subject} {genie}".strip()
            backend = GenieBackend(signed_in_client(profile, account))
            path = store or Path(self._folder.name) / "demo.db"
            opening = open_session(backend, path, who, publish, one_shot=one_shot)
            yield await stack.enter_async_context(opening)

    async def _profile(self) -> Profile:
        async with self._starting:
            if self._server is None:
                self._server = await asyncio.to_thread(_start_login_demo, self._settings)
        return profile_of_demo(self._server, oauth=True)

    def _vault(self) -> TokenVault:
        from tui.auth.keyring import Keyring
        from tui.auth.token_vault import TokenVault

        return TokenVault(Path(self._folder.name) / "logins", "demo", Keyring(_no_keyring))


def _start_login_demo(settings: DemoSettings | None) -> DemoServer:
    """Start a demo server that redirects browsers to a port that was free a moment ago."""
    from tui.demo.server import DemoSettings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        redirect_url = f"http://127.0.0.1:{probe.getsockname()[1]}/callback"
    return start_demo(replace(settings or DemoSettings(), redirect_url=redirect_url))


def _no_keyring() -> KeyringBackend:
    raise StoreError("The demo doesn't use the keyring.")
