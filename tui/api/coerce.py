"""Tolerant parsers of single JSON values.

Nothing here raises: a meaningless value counts as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tui.core.json_values import write_json
from tui.core.links import link_host
from tui.core.text import clean, clean_piece

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST_ID = 4096
_LONGEST_LINK = 16_384
_TEXT_FIELDS = ("content", "text", "message", "error_message")


def text_of(value: object) -> str:
    """Return clean text for display, also from inside an object like ``{"content": "..."}``."""
    match value:
        case str():
            return clean(value)
        case Mapping():
            inner = (value[name] for name in _TEXT_FIELDS if isinstance(value.get(name), str))
            return clean(next(inner, "")) or _dump(value)
        case None:
            return ""
        case _:
            return _dump(value)


def piece_of(value: object) -> str:
    """Return a piece of a longer text, cleaned as far as possible on its own."""
    return clean_piece(value) if isinstance(value, str) else text_of(value)


def _dump(value: object) -> str:
    return clean(write_json(value, ensure_ascii=False)) if value else ""


def id_of(value: object) -> str | None:
    """Return an id exactly as received, since it goes back to the server; None for an empty one.

    None also for one with characters that no sane id has: it would be shown, stored and sent.
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    wire_id = str(value)
    return wire_id if wire_id.isprintable() and 0 < len(wire_id) <= _LONGEST_ID else None


def int_of(value: object) -> int | None:
    """Return a whole number of at most 53 bits, given as a number or as decimal digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 53:
        return None
    return value


def amount_of(value: object) -> float | None:
    """Return a finite number, whole or not."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < 1e15 else None


def share_of(value: object, whole: float = 1.0) -> float | None:
    """Return the share of a whole, from 0 to 1; the number may be a text, such as ``40 %``."""
    if isinstance(value, str):
        try:
            value = float(value.strip().removesuffix("%"))
        except ValueError:
            return None
    amount = amount_of(value)
    return None if amount is None else min(1.0, max(0.0, amount / whole))


def epoch_ms(value: object) -> int | None:
    """Return an RFC 3339 time in milliseconds since the epoch; UTC unless it has an offset."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip().upper())
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MILLISECOND


def web_url(value: object) -> str | None:
    """Return an http(s) address that is safe to request or open; None for everything else."""
    return value if isinstance(value, str) and link_host(value) else None


def link_of(value: object) -> str | None:
    """Return a link as received, so that unsafe ones can be shown too; None for none.

    :func:`tui.core.links.link_host` tells if it is safe to open.
    """
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_LINK else None


def object_of(value: object) -> dict[str, Any]:
    """Return a JSON object; an empty one for everything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[dict[str, Any]]:
    """Return the objects of a JSON array, without its other values."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def path_segment(wire_id: str) -> str:
    """Return an id as one segment of a path, which it cannot leave.

    ``.`` and ``..`` are encoded too, since HTTP clients resolve them.
    """
    if wire_id in {".", ".."}:
        return wire_id.replace(".", "%2E")
    return quote(wire_id, safe="", errors="surrogatepass")
