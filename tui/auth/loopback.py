"""Receive the browser's redirect on the registered loopback address.

Anything on this machine, and any page in its browser, may connect: each connection has its own
task with a timeout and a size limit, and only a GET of the registered path with one of our Hosts
reaches the login. Source: RFC 8252, 7.3 and 8.3.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tui.auth.http_head import LARGEST_HEAD_BYTES, BadRequest, Head, read_head, response
from tui.auth.landing_page import LandingPage, content_policy
from tui.config import is_loopback
from tui.core.text import clean_line

Deliver = Callable[[str], Awaitable[LandingPage]]
"""Receives the query of a redirect, returns the page for its browser."""

HEAD_TIMEOUT_S = 5.0
_FAREWELL_S = 1.0
_MOST_VISITS = 256
"""Simultaneous connections; beyond it the oldest is closed, so that idle ones block nothing."""


class NotListening(Exception):
    """The redirect cannot be received. ``str(error)`` is one sentence with the reason."""


class RedirectReceiver:
    """Listener from :meth:`start` to :meth:`aclose`."""

    def __init__(self, redirect_url: str, deliver: Deliver) -> None:
        parts = urlsplit(redirect_url)
        self._redirect_url = redirect_url
        self._scheme, self._host = parts.scheme, parts.hostname or ""
        self._path = parts.path or "/"
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self._deliver = deliver
        self._servers: list[asyncio.Server] = []
        self._visits: dict[asyncio.Task[None], bool] = {}
        """Connections; True once a request was understood and only waits for its response."""

    async def start(self) -> None:
        """Open the port on loopback alone. Raises ``NotListening``."""
        if self._scheme != "http" or not is_loopback(self._host):
            raise NotListening(
                f"{self._redirect_url} isn't an http address on this machine, so genie-tui "
                f"can't listen on it."
            )
        try:
            for address in _addresses(self._host):
                await self._listen(address)
        except OSError as error:
            await self.aclose()
            raise NotListening(_busy(self.port, error)) from None

    async def aclose(self) -> None:
        """Close the port; understood requests still get the page, for at most a second."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        served = [task for task, understood in self._visits.items() if understood]
        if served:
            await asyncio.wait(served, timeout=_FAREWELL_S)
        visits = list(self._visits)
        for task in visits:
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)

    async def _listen(self, address: str) -> None:
        try:
            listener = _bind(address, self.port)
        except OSError as error:
            # A machine without IPv6 has no ::1; `localhost` is then 127.0.0.1 alone.
            if error.errno in _NO_SUCH_ADDRESS and self._servers:
                return
            raise
        self._servers.append(
            await asyncio.start_server(
                self._visit, sock=listener, limit=LARGEST_HEAD_BYTES, backlog=_MOST_VISITS
            )
        )

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit
        self._visits[visit] = False
        self._make_room()
        try:
            await self._serve(visit, reader, writer)
        except asyncio.CancelledError:
            pass  # cancelled by us alone; asyncio's servers would report it as a failure
        finally:
            self._visits.pop(visit, None)
            writer.close()

    async def _serve(
        self, visit: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(TimeoutError, OSError):
            try:
                async with asyncio.timeout(HEAD_TIMEOUT_S):
                    head = await read_head(reader)
                if head is None:
                    return
                self._visits[visit] = True
                answer = await self._answer(head)
            except BadRequest as bad:
                answer = response(bad.status, {})
            await _say(answer, reader, writer)

    async def _answer(self, head: Head) -> bytes:
        path, _, query = head.target.partition("?")
        if head.host not in self._hosts():
            return response(421, {})
        if path != self._path:
            return response(404, {})
        if head.method not in ("GET", "HEAD"):
            return response(405, {"Allow": "GET, HEAD"})
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": content_policy(),
        }
        if head.method == "HEAD":
            return response(200, headers, head_only=True)
        page = await self._deliver(query)
        return response(page.status, headers, page.html())

    def _hosts(self) -> set[str]:
        names = {f"[{self._host}]" if ":" in self._host else self._host}
        names |= {"127.0.0.1", "localhost", "[::1]"}
        bare = names if self.port == 80 else set()
        return {f"{name}:{self.port}" for name in names} | bare

    def _make_room(self) -> None:
        idle = [task for task, understood in self._visits.items() if not understood]
        if len(idle) > _MOST_VISITS:
            idle[0].cancel()


async def _say(answer: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a response and drain the input: closing with unread input would destroy the response."""
    writer.write(answer)
    async with asyncio.timeout(_FAREWELL_S):
        await writer.drain()
        writer.write_eof()
        while await reader.read(LARGEST_HEAD_BYTES):
            pass


_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def _addresses(host: str) -> list[str]:
    """Return the addresses that a browser may try for a host. Source: RFC 8252, 8.3."""
    if host != "localhost":
        return [host]
    return ["127.0.0.1", "::1"] if socket.has_ipv6 else ["127.0.0.1"]


def _bind(address: str, port: int) -> socket.socket:
    """Return a socket bound to a free address. Raises ``OSError``."""
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        # On POSIX this allows the remains of closed connections, but no second listener.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(_MOST_VISITS)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _busy(port: int, error: OSError) -> str:
    if error.errno != errno.EADDRINUSE:
        reason = (error.strerror or "unknown reason").lower()
        return f"Couldn't open port {port} of the redirect URL ({reason})."
    owner = port_owner(port) or "another program"
    return f"Port {port}, which the redirect URL uses, is taken by {owner}."


_LISTENING = "0A"


def port_owner(port: int, proc: Path = Path("/proc")) -> str:
    """Return the program that listens on a TCP port, as ``python3 (process 4711)``.

    Empty if unknown: on systems without ``/proc``, and for other users' processes.
    Source: proc(5).
    """
    inodes = set(_listening_inodes(port, proc))
    if not inodes:
        return ""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    holders = (pid for pid in _processes(proc) if _holds(proc / str(pid), wanted))
    pid = next(holders, None)
    return f"{_name(proc / str(pid))} (process {pid})" if pid is not None else ""


def _listening_inodes(port: int, proc: Path) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _processes(proc: Path) -> list[int]:
    with suppress(OSError):
        return sorted(int(name) for name in os.listdir(proc) if name.isdigit())
    return []


def _holds(process: Path, wanted: set[str]) -> bool:
    with suppress(OSError):
        return any(_target(link) in wanted for link in (process / "fd").iterdir())
    return False


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _name(process: Path) -> str:
    try:
        return clean_line((process / "comm").read_text(errors="replace"), 40)
    except OSError:
        return "a program"
