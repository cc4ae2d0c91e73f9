"""The demo in a browser: each page that is opened gets an app of its own."""

from __future__ import annotations

import asyncio
import shlex
import socket
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from tui.cli.codes import Code, Failure

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.typedefs import Handler, Middleware

HOST = "127.0.0.1"
"""Never another: whoever reaches the port may use the app, and read what it may attach."""


def run_web(port: int, flags: Mapping[str, object]) -> int:
    """Serve the demo on loopback until it is interrupted; its exit code."""
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        text = "the browser needs one more package: pip install 'genie-tui[web]'."
        raise Failure(text, Code.USAGE) from None

    pages: set[asyncio.Task[object]] = set()

    class DemoPage(Server):
        """Textual's server, for pages of its own only, and silent."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(_guard(self.port))
            return app

        async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
            if task := asyncio.current_task():
                pages.add(task)
                task.add_done_callback(pages.discard)
            return await super().handle_websocket(request)

        async def on_shutdown(self, app: web.Application) -> None:
            for task in pages:
                task.cancel()  # else the end would wait for the pages to be closed

        async def on_startup(self, app: web.Application) -> None:
            """Nothing is there yet, so nothing is said."""

        def listen(self, listener: socket.socket) -> None:
            """Serve until interrupted; what is typed into a page is logged nowhere."""
            where = f"The demo is at {self.public_url}/ · Ctrl+C ends it."
            web.run_app(
                self._make_app(),
                sock=listener,
                access_log=None,
                print=lambda _: click.echo(where, err=True),
            )

    with _listener(port) as listener:
        DemoPage(_command(flags), host=HOST, port=port, title="genie-tui").listen(listener)
    return Code.FINISHED


def _command(flags: Mapping[str, object]) -> str:
    given = ((name, flags.get(name)) for name in ("theme", "backend"))
    chosen = [f"--{name}={value}" for name, value in given if isinstance(value, str)]
    return shlex.join([sys.executable, "-m", "tui", "--demo", *chosen])


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        text = f"port {port} cannot be used ({error.strerror}); choose another with --port."
        raise Failure(text, Code.USAGE) from error


def _guard(port: int) -> Middleware:
    """Turn away what other sites send here, and keep our page from asking elsewhere."""
    from aiohttp import web

    here = f"{HOST}:{port}"
    policy = (
        f"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
        f" img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws://{here};"
        " frame-ancestors 'none'"
    )

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin", f"http://{here}")
        if request.host != here or origin != f"http://{here}":
            raise web.HTTPForbidden(text=f"Open http://{here}/ itself.")
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = policy
        return response

    return guard
