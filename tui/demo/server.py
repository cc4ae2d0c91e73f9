"""Run the demo server: embedded in a thread with its own event loop, or standalone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any, Self

from uvicorn import Config
from uvicorn.server import ServerState

from tui.demo.app import build_app
from tui.demo.clock import DemoClock
from tui.demo.context import DemoContext
from tui.demo.developer.seed import seed_developer_state
from tui.demo.developer.state import DeveloperState
from tui.demo.faults import FaultBox
from tui.demo.headless.dialect import Shape
from tui.demo.identity.state import IdentityState, RegisteredClient
from tui.demo.request_log import DemoRequestLog
from tui.demo.seed import Seed, seed_state
from tui.demo.settings import DemoSettings
from tui.demo.state import DemoState
from tui.demo.suggestions import CLIENT_ID, NO_CLIENT_GENIE, STOPPED_GENIE
from tui.demo.workflows.dialect import WorkflowShape
from tui.demo.workflows.seed import seed_workflows
from tui.demo.workflows.state import IFRIT, WorkflowsState

__all__ = ["DemoServer", "DemoSettings", "PortInUseError", "run_forever"]

_HOST = "127.0.0.1"
# Longer than a user thinks between two messages: if the server closed a reused connection at that
# moment, it would look like a lost response.
_KEEP_ALIVE_S = 300


class PortInUseError(OSError):
    """The port is in use; the message says how to continue."""


class DemoServer:
    """Emulation of the vendor's APIs on ``http://127.0.0.1:PORT``.

    ``start`` returns once it accepts connections; a stopped server cannot be started again.
    ``faults`` and ``clock`` may be changed and ``log`` read from any thread while it runs.
    """

    def __init__(self, settings: DemoSettings | None = None) -> None:
        """Create the state, without opening a port.

        Raises:
            ValueError: a fault specification is wrong.
        """
        self.settings = settings or DemoSettings()
        state = DemoState(self.settings)
        identity = IdentityState(state, RegisteredClient(CLIENT_ID, self.settings.redirect_url))
        self._seed: Seed = seed_state(state)
        workflows = WorkflowsState(state, state.ids.secret(), state.ids.secret())
        seed_workflows(workflows)
        self._demo = DemoContext(
            self.settings,
            state,
            Shape(self.settings.observed),
            FaultBox(self.settings.faults),
            identity,
            WorkflowShape(self.settings.documented_workflows),
            workflows,
            DeveloperState(state),
        )
        self._developer_tokens = seed_developer_state(self._demo.developer)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._up = threading.Event()

    @property
    def url(self) -> str:
        """Base URL of every API; empty before ``start``."""
        return self._demo.state.url

    @property
    def genie(self) -> str:
        """Handle of the genie that replies."""
        return self._seed.genie

    @property
    def stopped_genie(self) -> str:
        """Handle of a genie whose turns end without a reply."""
        return STOPPED_GENIE

    @property
    def no_client_genie(self) -> str:
        """Handle of a genie that responds with 406 to everything."""
        return NO_CLIENT_GENIE

    @property
    def api_key(self) -> str:
        return self._seed.api_key

    @property
    def idp_user_id(self) -> str:
        return self._seed.idp_user_id

    @property
    def access_token(self) -> str:
        """An OAuth access token of the same user."""
        return self._seed.access_token

    @property
    def identity_url(self) -> str:
        """Issuer and base URL of the Identity server; empty before ``start``."""
        return self.url

    @property
    def client_id(self) -> str:
        """The OAuth client that may sign in here; a public client."""
        return self._demo.identity.client.client_id

    @property
    def redirect_url(self) -> str:
        """The only URL to which the Identity server redirects a browser."""
        return self._demo.identity.client.redirect_url

    @property
    def agent(self) -> str:
        """Id of the agent that replies in the Workflows API."""
        return IFRIT

    @property
    def token(self) -> str:
        """Bearer token of the same user for the Workflows API."""
        return self._demo.workflows.token

    @property
    def colleagues_token(self) -> str:
        """Bearer token of another user, who has workflows of their own."""
        return self._demo.workflows.colleagues_token

    @property
    def developer_token(self) -> str:
        """Developer API token with all permissions."""
        return self._developer_tokens.token

    @property
    def reader_token(self) -> str:
        """Developer API token that can only read, and not genie clients or API clients."""
        return self._developer_tokens.reader_token

    @property
    def faults(self) -> FaultBox:
        return self._demo.faults

    @property
    def log(self) -> DemoRequestLog:
        """All requests so far."""
        return self._demo.request_log

    @property
    def clock(self) -> DemoClock:
        return self._demo.state.clock

    @property
    def errors(self) -> list[str]:
        """Errors of the server itself; empty unless the demo server has a bug."""
        return self._demo.errors

    def start(self) -> Self:
        """Open the port and serve from a daemon thread.

        Raises:
            PortInUseError: another program listens there.
        """
        listener = _listen(self.settings.port)
        self._demo.state.url = f"http://{_HOST}:{listener.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._run, args=(listener,), name="demo-server", daemon=True
        )
        self._thread.start()
        self._up.wait()
        return self

    def stop(self) -> None:
        """Cut all connections and end the thread; does nothing if it is not running."""
        if self._thread is None or self._loop is None:
            return
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, listener: socket.socket) -> None:
        try:
            asyncio.run(self._serve(listener))
        finally:
            self._up.set()

    async def _serve(self, listener: socket.socket) -> None:
        loop = self._loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note)
        protocol = self._demo.connections.protocol()
        config = Config(
            build_app(self._demo),
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
        )
        config.load()
        state = ServerState()
        server = await loop.create_server(
            lambda: protocol(config=config, server_state=state, app_state={}), sock=listener
        )
        self._up.set()
        await self._stop.wait()
        server.close()
        for _ in range(3):  # register new connections, and let cut ones close
            self._demo.connections.cut_all()
            await asyncio.sleep(0)

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._demo.errors.append(str(context.get("exception") or context["message"]))


def _listen(port: int) -> socket.socket:
    # The protocol is explicit because asyncio disables Nagle's delay only for sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortInUseError(
            f"Can't listen on {_HOST}:{port} ({error.strerror}). Choose another port, or 0 "
            f"for any free port."
        ) from error
    return listener


def run_forever(settings: DemoSettings, on_ready: Callable[[DemoServer], None]) -> None:
    """Serve until interrupted (Ctrl-C); ``on_ready`` is called once the port is open.

    Raises:
        PortInUseError: another program listens on the port.
        ValueError: a fault specification is wrong.
    """
    with DemoServer(settings) as server:
        on_ready(server)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
