"""Parse requests: bodies, page sizes, cursors, instants."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from urllib.parse import parse_qs

from starlette.datastructures import QueryParams
from starlette.requests import Request

from tui.demo.clock import parse_rfc3339
from tui.demo.errors import Refusal
from tui.demo.records import JsonObject

_LARGEST_PAGE = 1000
_LARGEST_BODY_BYTES = 1 << 20


async def json_body(request: Request) -> JsonObject:
    """Return the JSON object in the body; an empty body is an empty object.

    Raises:
        Refusal: 400 for anything else, 413 for more than a mebibyte.
    """
    try:
        body = json.loads(await body_bytes(request) or b"{}")
    except (ValueError, RecursionError):
        raise Refusal(400, "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The request body must be a JSON object.")
    return body


def text_field(body: JsonObject, name: str) -> str:
    """Return a string field of a body; absent or null is empty.

    Raises:
        Refusal: 400 for any other type.
    """
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Refusal(400, f"{name} must be a string.")
    return value or ""


def query_of(request: Request) -> QueryParams:
    """Return the query without empty parameters: many clients send ``limit=`` for no limit."""
    given = request.query_params.multi_items()
    return QueryParams([(name, value) for name, value in given if value])


def page_size(request: Request, usual: int) -> int:
    """Return the ``limit`` of the query, at most a thousand.

    Raises:
        Refusal: 400 if it is not a positive integer.
    """
    raw = query_of(request).get("limit", str(usual))
    if not raw.isascii() or not raw.isdigit() or int(raw) < 1:
        raise Refusal(400, "limit must be a positive integer.")
    return min(int(raw), _LARGEST_PAGE)


def instant(request: Request, name: str) -> datetime | None:
    """Return an RFC 3339 query parameter; None if it was not given.

    Raises:
        Refusal: 400 if it is not one.
    """
    raw = query_of(request).get(name)
    if raw is None:
        return None
    try:
        return parse_rfc3339(raw)
    except ValueError:
        raise Refusal(400, f"{name} must be an RFC 3339 timestamp.") from None


def cursor_for(key: str) -> str:
    """Return an opaque cursor that continues after ``key``."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def cursor_key(request: Request) -> str:
    """Return the key inside the ``cursor`` parameter, empty without one.

    Raises:
        Refusal: 400 if it was not made by `cursor_for`.
    """
    raw = query_of(request).get("cursor", "")
    try:
        return base64.b64decode(raw + "=" * (-len(raw) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise Refusal(400, "cursor is not valid.") from None


async def form_field(request: Request, name: str) -> str:
    """Return a field of a URL-encoded form, empty if it is missing.

    Raises:
        Refusal: 413 for more than a mebibyte.
    """
    values = parse_qs((await body_bytes(request)).decode("utf-8", "replace")).get(name, [])
    return values[0] if len(values) == 1 else ""


async def body_bytes(request: Request) -> bytes:
    """Return the whole body; it can be read once.

    Raises:
        Refusal: 413 for more than a mebibyte.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _LARGEST_BODY_BYTES:
            raise Refusal(413, "The request body is too large.")
    return bytes(raw)
