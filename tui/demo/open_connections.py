"""Open TCP connections, so that the application can cut them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_LINGER_NOT = struct.pack("ii", 1, 0)


class OpenConnections:
    """Open connections of one server, by the client's address."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """Return the protocol to serve with: uvicorn's, but it registers its connections here."""
        connections = self._open

        class KnownProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                super().connection_made(transport)
                if self.client:
                    connections[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client:
                    connections.pop(self.client, None)
                super().connection_lost(exc)

        return KnownProtocol

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Reset the connection of a request and wait until it is closed."""
        transport = self._open.get(tuple(scope["client"]))
        if transport is not None:
            _reset(transport)
        while (await receive())["type"] != "http.disconnect":
            pass

    def cut_all(self) -> None:
        """Cut all connections before the server stops."""
        for transport in list(self._open.values()):
            transport.abort()


def _reset(transport: asyncio.Transport) -> None:
    """Send RST instead of FIN, as when a proxy dies or a network is lost."""
    with contextlib.suppress(OSError):
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT
        )
    transport.abort()
