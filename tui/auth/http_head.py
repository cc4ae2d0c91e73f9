"""Read the head of an HTTP request with h11, and write responses. No more than a login needs:
nothing is kept open, and bodies are never read.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

import h11

LARGEST_HEAD_BYTES = 16_384
"""Size of the request line and all headers; browsers send a few thousand."""

_READ_BYTES = 4_096


class BadRequest(Exception):
    """Request answered with ``status``, without checking its path."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """Method, target as received, and host of a request."""

    method: str
    target: str
    host: str
    """Lower case."""


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """Return the head of a request; None if the connection ends or breaks without one.

    Raises ``BadRequest``.
    """
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD_BYTES)
    try:
        while (event := connection.next_event()) is h11.NEED_DATA:
            connection.receive_data(await reader.read(_READ_BYTES))
    except h11.RemoteProtocolError as error:
        raise BadRequest(error.error_status_hint) from None
    except ConnectionError:
        return None
    return _head_of(event) if isinstance(event, h11.Request) else None


def _head_of(request: h11.Request) -> Head:
    """Return the head of a request. Raises ``BadRequest``.

    HTTP/1.0 allows a request without a host, and h11 a host that is folded or a target that is
    a whole URL; no browser sends them to us.
    """
    hosts = [value.decode("latin-1").lower() for name, value in request.headers if name == b"host"]
    target = request.target.decode("ascii")
    if len(hosts) != 1 or " " in hosts[0] or not target.startswith("/"):
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    return Head(request.method.decode("ascii"), target, hosts[0])


def response(
    status: int, headers: dict[str, str], body: bytes = b"", *, head_only: bool = False
) -> bytes:
    """Return a whole response, after which the connection closes."""
    fields = {
        **headers,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    head = f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}\r\n{lines}\r\n"
    return head.encode("ascii") + (b"" if head_only else body)
