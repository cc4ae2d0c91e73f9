"""JSON documents in messages: detect, summarize and format them."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from math import isfinite
from typing import Any

from tui.core.text import clean_line, plural, size, utf8_size

Document = dict[str, Any] | list[Any]

_BEGINNING = re.compile(r'\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[\[{"]|$))')
_MOST_KEYS = 5
_KEYS_CHARS = 44
_FENCE = re.compile(r"`{3,}")


def _finite(literal: str) -> float:
    value = float(literal)
    if not isfinite(value):
        raise ValueError(literal)
    return value


_EXACT = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
"""Strict decoder for formatting: a number that would change leaves the text as received."""


def begins_as_json(text: str) -> bool:
    """Return True if the start of a text looks like a JSON document."""
    return _BEGINNING.match(text) is not None


@lru_cache(maxsize=8)
def json_of(text: str) -> Document | None:
    """Return the document that makes up a text, read-only; None if it is other text."""
    if not begins_as_json(text):
        return None
    try:
        found = _EXACT.decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def summary_of(document: Document, text: str) -> tuple[str, list[str]]:
    """Return a summary such as ``3 keys, 1.2 kB``, and the first keys, cleaned."""
    what = plural(len(document), "key" if isinstance(document, dict) else "item")
    keys, room = [], _KEYS_CHARS
    for key in list(document)[:_MOST_KEYS] if isinstance(document, dict) else ():
        word = clean_line(key, 24) or '""'
        room -= len(word) + 2
        if room < 0:
            break
        keys.append(word)
    if isinstance(document, dict) and len(keys) < len(document):
        keys.append("…")
    return f"{what}, {size(utf8_size(text))}", keys


def fenced(text: str) -> str:
    """Return a JSON document as a Markdown code block, one line per value."""
    longest = max((len(ticks[0]) for ticks in _FENCE.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}json\n{_indented(text)}\n{fence}"


def fenced_if_json(text: str) -> str:
    """Return Markdown unchanged, but a JSON document as a code block."""
    return fenced(text) if json_of(text) is not None else text


def _indented(text: str) -> str:
    """Indent a document of one line; leave an indented one unchanged."""
    text = text.strip()
    if "\n" in text or (found := json_of(text)) is None:
        return text
    return json.dumps(found, ensure_ascii=False, indent=2)
