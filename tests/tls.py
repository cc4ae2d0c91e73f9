"""TLS servers with certificates of a private company CA, and proxies as in companies.

All run on loopback, each in its own threads, so that programs can be tested as well as clients.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import trustme

HOST = "genie.test"
"""The name of the service; only the proxies know where it is."""
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"ok": true}'


@dataclass
class Company:
    """An authority that machines do not know unless they are told."""

    name: str = "Evil Corp Inspection"
    ca: trustme.CA = field(init=False)

    def __post_init__(self) -> None:
        self.ca = trustme.CA(organization_name=self.name)

    def file(self, folder: Path) -> Path:
        """Its certificate, as a file."""
        path = folder / "company-ca.pem"
        self.ca.cert_pem.write_to_path(path)
        return path

    def server(self, *names: str, days: tuple[int, int] = (-1, 30)) -> ssl.SSLContext:
        """Context of a server with a certificate for these names, valid on these days."""
        today = datetime.datetime.now(datetime.UTC)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(
            *names,
            not_before=today + datetime.timedelta(days=days[0]),
            not_after=today + datetime.timedelta(days=days[1]),
        ).configure_cert(context)
        return context


class Listener:
    """A server with a thread for each connection. Use as a context manager."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self.spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            shut(connection)
        for thread in self._threads:
            thread.join(60)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self.spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            self.serve(connection)
        except (OSError, EOFError):
            pass
        finally:
            shut(connection)

    def serve(self, connection: socket.socket) -> None:
        """Talk to one client. May raise ``OSError`` and ``EOFError``."""
        raise NotImplementedError

    def connect(self, port: int) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port))
        self._open.append(connection)
        return connection

    def spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


class Service(Listener):
    """Answers every request with a little JSON; over TLS with a context."""

    def serve(self, connection: socket.socket) -> None:
        while read_head(connection):
            connection.sendall(OK)


@dataclass
class Seen:
    """Request that a proxy received."""

    line: str
    headers: dict[str, str] = field(default_factory=dict)


class HttpProxy(Listener):
    """Understands CONNECT; ``status`` other than 200 is its answer instead of a connection.

    Every host is at ``port``. With ``inspector``, it ends the TLS of its clients itself, as company
    proxies do, and forwards what it reads in plain.
    """

    def __init__(
        self,
        port: int,
        *,
        status: str = "200 Connection established",
        login: str = "",
        inspector: ssl.SSLContext | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(context)
        self.target = port
        self.status = status
        self.login = login
        self.inspector = inspector
        self.seen: list[Seen] = []
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    def serve(self, connection: socket.socket) -> None:
        line, *fields = read_head(connection).decode("latin-1").strip().split("\r\n")
        pairs = (part.partition(":") for part in fields)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        self.seen.append(Seen(line, headers))
        status = self.status
        if self.login:
            expected = base64.b64encode(self.login.encode()).decode()
            if headers.get("proxy-authorization") != f"Basic {expected}":
                status = "407 Proxy Authentication Required"
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        if not status.startswith("200"):
            return
        if self.inspector is not None:
            connection = self.inspector.wrap_socket(connection, server_side=True)
            self._open.append(connection)
        join(self, connection, self.connect(self.target))


class SocksProxy(Listener):
    """SOCKS 5; every host is at ``port``."""

    REPLIES: ClassVar[dict[str, int]] = {"ok": 0, "forbidden": 2, "unreachable": 4}

    def __init__(self, port: int, *, reply: str = "ok", login: str = "") -> None:
        super().__init__()
        self.target = port
        self.reply = reply
        self.login = login
        self.seen: list[str] = []
        self.url = f"socks5://127.0.0.1:{self.port}"

    def serve(self, connection: socket.socket) -> None:
        _, count = read_exactly(connection, 2)
        methods = read_exactly(connection, count)
        method = 2 if self.login else 0
        if method not in methods:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(bytes((5, method)))
        if self.login and not self._signed_in(connection):
            return
        read_exactly(connection, 3)
        (kind,) = read_exactly(connection, 1)
        assert kind == 3, "the proxy finds names, not the client"
        (length,) = read_exactly(connection, 1)
        host = read_exactly(connection, length).decode()
        port = int.from_bytes(read_exactly(connection, 2), "big")
        self.seen.append(f"{host}:{port}")
        connection.sendall(bytes((5, self.REPLIES[self.reply], 0, 1, 0, 0, 0, 0, 0, 0)))
        if self.reply == "ok":
            join(self, connection, self.connect(self.target))

    def _signed_in(self, connection: socket.socket) -> bool:
        _, length = read_exactly(connection, 2)
        user = read_exactly(connection, length)
        (length,) = read_exactly(connection, 1)
        right = f"{user.decode()}:{read_exactly(connection, length).decode()}" == self.login
        connection.sendall(b"\x01\x00" if right else b"\x01\x01")
        return right


class Mute(Listener):
    """Accepts and says what it is told to, whatever it is asked."""

    def __init__(self, says: bytes = b"") -> None:
        super().__init__()
        self.says = says

    def serve(self, connection: socket.socket) -> None:
        connection.sendall(self.says)
        while connection.recv(65_536):
            pass


def read_exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_head(connection: socket.socket) -> bytes:
    """The head of a request; empty at the end."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = connection.recv(1)
        if not piece:
            return b""
        data += piece
    return data


def join(owner: Listener, near: socket.socket, far: socket.socket) -> None:
    """Forward bytes between two connections until one of them ends."""
    owner.spawn(_forward, far, near)
    _forward(near, far)


def _forward(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        host = f"127.0.0.1:{sink.getpeername()[1]}"
        while data := source.recv(65_536):
            # A server on loopback answers to no other name.
            sink.sendall(data.replace(f"ost: {HOST}\r\n".encode(), f"ost: {host}\r\n".encode()))
    shut(sink)


def shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def without_proxies(environ: dict[str, str]) -> dict[str, str]:
    """An environment that asks for no proxy and no certificates."""
    words = ("_proxy", "ssl_cert", "ca_file", "sslkeylog")
    return {k: v for k, v in environ.items() if not any(word in k.lower() for word in words)}


@contextlib.contextmanager
def running(*listeners: Any) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for listener in listeners:
            stack.enter_context(listener)
        yield
