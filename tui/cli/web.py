"""``genie-tui --web``: the demo in a browser, accessible through the printed address only."""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.system import file_scope
from tui.system.browser import is_secret

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.typedefs import Handler, Middleware


HOST = "127.0.0.1"
"""Fixed: a page is for the person at this machine."""
_TOKEN_BYTES = 32
_REFUSED = "Open the address that genie-tui printed: it has the token of this page.\n"


class PageAccess:
    """Token and cookie of one server."""

    def __init__(self, port: int) -> None:
        self._here = f"{HOST}:{port}"
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        self._cookie = f"genie-tui-{port}"  # cookies are shared by all ports of a host

    @property
    def address(self) -> str:
        """Address to open, with the token."""
        return f"http://{self._here}/?token={self._token}"

    def middleware(self) -> Middleware:
        """Return the check of every request, which also limits the origins our page may call."""
        from aiohttp import web

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_from_here(request):
                raise web.HTTPForbidden(text=f"Open http://{self._here}/ directly.\n")
            if request.path == "/" and _same(request.query.get("token", ""), self._token):
                return self._let_in()
            if not _same(request.cookies.get(self._cookie, ""), self._session):
                raise web.HTTPForbidden(text=_REFUSED)
            response = await handler(request)
            if not response.prepared:
                response.headers["Content-Security-Policy"] = self._policy
                response.headers["Referrer-Policy"] = "no-referrer"
            return response

        return check

    def _is_from_here(self, request: web.Request) -> bool:
        """Return True for our own address and origin.

        Browsers send the origin with every websocket, and with a page only if another site asked.
        """
        own = f"http://{self._here}"
        origin = request.headers.get("Origin", "" if request.path == "/ws" else own)
        return request.host == self._here and origin == own

    def _let_in(self) -> web.Response:
        from aiohttp import web

        headers = {"Location": "/", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        response = web.Response(status=303, headers=headers)
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Strict")
        return response

    @property
    def _policy(self) -> str:
        return (
            "default-src 'self'; script-src 'self' 'unsafe-inline'; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
            f"connect-src 'self' ws://{self._here}; frame-ancestors 'none'"
        )


def _same(given: str, wanted: str) -> bool:
    return compare_digest(given.encode(errors="surrogateescape"), wanted.encode())


def run_web(port: int, flags: Mapping[str, object]) -> int:
    """Serve the demo on loopback until it is interrupted; return the exit code."""
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        from tui.system.installation import command_for_extra

        text = f"The browser demo needs another library. Run: {command_for_extra('web')}"
        raise CommandFailure(text, ExitCode.USAGE) from None

    pages: set[asyncio.Task[object]] = set()
    access = PageAccess(port)

    class DemoPage(Server):
        """Textual's server, limited to pages of its own, and silent."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.router.add_get("/favicon.ico", _favicon)
            app.middlewares.append(access.middleware())
            return app

        async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
            if task := asyncio.current_task():
                pages.add(task)
                task.add_done_callback(pages.discard)
            return await super().handle_websocket(request)

        async def on_shutdown(self, app: web.Application) -> None:
            for task in pages:
                task.cancel()  # otherwise stopping would wait for the pages to be closed

        async def on_startup(self, app: web.Application) -> None:
            """Print nothing, since no page exists yet."""

        def listen(self, listener: socket.socket) -> None:
            """Serve until interrupted; input of a page is never logged."""
            where = f"Demo running at {access.address} · Press Ctrl+C to stop."
            web.run_app(
                self._make_app(),
                sock=listener,
                access_log=None,
                print=lambda _: click.echo(where, err=True),
            )

    with _listener(port) as listener, _page_folder():
        DemoPage(_command(flags), host=HOST, port=port, title="genie-tui").listen(listener)
    return ExitCode.FINISHED


async def _favicon(_: web.Request) -> web.Response:
    """Return the icon that browsers ask for by themselves."""
    from importlib.resources import files

    from aiohttp import web

    icon = await asyncio.to_thread(files("tui.cli").joinpath("favicon.png").read_bytes)
    return web.Response(body=icon, content_type="image/png")


def _command(flags: Mapping[str, object]) -> str:
    given = ((name, flags.get(name)) for name in ("theme", "backend"))
    chosen = [f"--{name}={value}" for name, value in given if isinstance(value, str)]
    return shlex.join([sys.executable, "-m", "tui", "--demo", *chosen])


@contextmanager
def _page_folder() -> Iterator[None]:
    """Create the folder to which the pages are limited; remove it at the end if it is empty."""
    folder = Path(tempfile.mkdtemp(prefix="genie-tui-web-"))
    os.environ[file_scope.VARIABLE] = str(folder)
    for name in filter(is_secret, list(os.environ)):
        del os.environ[name]
    try:
        yield
    finally:
        shutil.rmtree(file_scope.own_folder(folder), ignore_errors=True)
        try:
            folder.rmdir()
        except OSError:
            click.echo(f"Your saved files are in {folder}.", err=True)


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        text = f"Couldn't use port {port} ({error.strerror}). Choose another with --port."
        raise CommandFailure(text, ExitCode.USAGE) from error
