"""Read untrusted JSON within limits; write JSON that is always valid.

Python accepts more than JSON allows, and more than the rest of the program, SQLite or other
readers accept: numbers of any size, lone surrogates, thousands of levels. Such values become text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

MAX_DEPTH = 100
MAX_CONTAINERS = 300_000
"""Objects and arrays per document; each uses 64 bytes for two characters of JSON."""
TOO_DEEP = "… more levels not shown"

_LARGEST_INT = (1 << 63) - 1
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(data: str | bytes) -> Any:
    """Return the value of a JSON document; values out of bounds become text.

    Numbers that no float or 64-bit integer holds become their source text, lone surrogates
    U+FFFD, and levels below ``MAX_DEPTH`` a sentence. Raises ``ValueError`` for text that Python
    does not read as JSON, and for more than ``MAX_CONTAINERS`` objects and arrays.
    """
    text = data if isinstance(data, str) else data.decode(json.detect_encoding(data), "replace")
    containers = text.count("{") + text.count("[")
    if containers > MAX_CONTAINERS:
        raise ValueError("too many objects and lists")
    try:
        value = _DECODER.decode(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if containers > MAX_DEPTH:
        value = _cut(value)
    if "\\ud" in text or "\\uD" in text:
        value = _whole(value)
    return value


def write_json(value: object, **options: Any) -> str:
    """Return valid JSON for any value; ``options`` are those of ``json.dumps``."""
    options.setdefault("default", str)
    try:
        return json.dumps(value, allow_nan=False, **options)
    except (ValueError, TypeError, RecursionError):
        return json.dumps(_harmless(value, 0), allow_nan=False, **options)


def _float(literal: str) -> float | str:
    value = float(literal)
    return value if isfinite(value) else literal


def _int(literal: str) -> int | str:
    if len(literal) < 19:
        return int(literal)
    value = int(literal) if len(literal) < 21 else None
    return value if value is not None and abs(value) <= _LARGEST_INT else literal


_DECODER = json.JSONDecoder(parse_float=_float, parse_int=_int, parse_constant=str)


def _cut(value: Any) -> Any:
    """Replace values that are nested too deeply, in place."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH - 1):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return value
    for node in level:
        for key, child in [*(node.items() if isinstance(node, dict) else enumerate(node))]:
            if isinstance(child, dict | list):
                node[key] = TOO_DEEP
    return value


def _whole(value: Any) -> Any:
    """Replace lone surrogates, also in names."""
    match value:
        case str():
            return _LONE_SURROGATE.sub("\ufffd", value)
        case list():
            return [_whole(inner) for inner in value]
        case dict():
            return {_whole(name): _whole(inner) for name, inner in value.items()}
        case _:
            return value


def _harmless(value: Any, depth: int) -> Any:
    if depth >= MAX_DEPTH and isinstance(value, Mapping | list | tuple):
        return TOO_DEEP
    match value:
        case Mapping():
            return {str(name): _harmless(inner, depth + 1) for name, inner in value.items()}
        case list() | tuple():
            return [_harmless(inner, depth + 1) for inner in value]
        case float() if not isfinite(value):
            return _CONSTANTS.get(str(value), str(value))
        case int() if abs(value) > _LARGEST_INT:
            return f"{value:#x}"
        case _:
            return value


_CONSTANTS = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
