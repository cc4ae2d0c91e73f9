"""The demo in a browser: each page that is opened gets an app of its own."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.codes import Code, Failure
from tui.cli.web_access import HOST, PageAccess
from tui.system import file_scope
from tui.system.browser import is_secret

if TYPE_CHECKING:
    from aiohttp import web


def run_web(port: int, flags: Mapping[str, object]) -> int:
    """Serve the demo on loopback until it is interrupted; return the exit code."""
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        text = "the browser needs one more package: pip install 'genie-tui[web]'."
        raise Failure(text, Code.USAGE) from None

    pages: set[asyncio.Task[object]] = set()
    access = PageAccess(port)

    class DemoPage(Server):
        """Textual's server, for pages of its own only, and silent."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(access.middleware())
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
            where = f"Open {access.address} · Ctrl+C ends the demo."
            web.run_app(
                self._make_app(),
                sock=listener,
                access_log=None,
                print=lambda _: click.echo(where, err=True),
            )

    with _listener(port) as listener, _page_folder():
        DemoPage(_command(flags), host=HOST, port=port, title="genie-tui").listen(listener)
    return Code.FINISHED


def _command(flags: Mapping[str, object]) -> str:
    given = ((name, flags.get(name)) for name in ("theme", "backend"))
    chosen = [f"--{name}={value}" for name, value in given if isinstance(value, str)]
    return shlex.join([sys.executable, "-m", "tui", "--demo", *chosen])


@contextmanager
def _page_folder() -> Iterator[None]:
    """Make the folder to which the pages are limited; remove it at the end if it is empty."""
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
            click.echo(f"The files that you saved are in {folder}.", err=True)


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        text = f"port {port} cannot be used ({error.strerror}); choose another with --port."
        raise Failure(text, Code.USAGE) from error
