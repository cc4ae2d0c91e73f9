"""The head of an HTTP request from whoever connects, and the answers to it. No more than a login
needs: nothing is kept open, and bodies are never read."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus

LARGEST_HEAD_BYTES = 16_384
"""Of the request line and all headers; browsers send a few thousand."""

_MOST_HEADERS = 100
_REQUEST_LINE = re.compile(r"([A-Z]{1,20}) (/[\x21-\x7e]*) HTTP/1\.[01]")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")


class BadRequest(Exception):
    """A request that is answered with ``status`` whatever it wants."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """What a request asks, its target as it came."""

    method: str
    target: str
    host: str
    """Lower case."""


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The head of a request; None if the connection ends or breaks without one.

    The reader's limit should be ``LARGEST_HEAD_BYTES``. Raises ``BadRequest``.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise BadRequest(HTTPStatus.BAD_REQUEST) from None
        return None
    except ConnectionError:
        return None
    return parse_head(head)


def parse_head(head: bytes) -> Head:
    """The head of a request, which ends with an empty line. Raises ``BadRequest``."""
    first, *lines = head.decode("latin-1").lstrip("\r\n").removesuffix("\r\n\r\n").split("\r\n")
    asked = _REQUEST_LINE.fullmatch(first)
    if not asked or len(lines) > _MOST_HEADERS:
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    headers = [_HEADER.fullmatch(line) for line in lines]
    if not all(headers):
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    hosts = [match[2].strip().lower() for match in headers if match and match[1].lower() == "host"]
    if len(hosts) != 1:
        raise BadRequest(HTTPStatus.BAD_REQUEST)
    return Head(asked[1], asked[2], hosts[0])


def response(
    status: int, headers: dict[str, str], body: bytes = b"", *, head_only: bool = False
) -> bytes:
    """A whole response, after which the connection closes."""
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
