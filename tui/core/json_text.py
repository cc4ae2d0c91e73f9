"""Texts that are one JSON document, as agents write them that answer programs."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from math import isfinite
from typing import Any

from tui.core.text import clean_line, size, utf8_size

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
"""For what is laid out anew: a number that would read otherwise leaves the text as it is."""


def begins_as_json(text: str) -> bool:
    """Whether a text that is still being written looks like a JSON document so far."""
    return _BEGINNING.match(text) is not None


@lru_cache(maxsize=8)
def json_of(text: str) -> Document | None:
    """The document that a text consists of, not to be changed; None if it is another text."""
    if not begins_as_json(text):
        return None
    try:
        found = _EXACT.decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def summary_of(document: Document, text: str) -> tuple[str, list[str]]:
    """How much it is, such as ``3 keys, 1.2 kB``, and the first of its keys, cleaned."""
    count, one = len(document), len(document) == 1
    what = ("key" if one else "keys") if isinstance(document, dict) else "item" if one else "items"
    keys, room = [], _KEYS_CHARS
    for key in list(document)[:_MOST_KEYS] if isinstance(document, dict) else ():
        word = clean_line(key, 24) or '""'
        room -= len(word) + 2
        if room < 0:
            break
        keys.append(word)
    if isinstance(document, dict) and len(keys) < count:
        keys.append("…")
    return f"{count} {what}, {size(utf8_size(text))}", keys


def fenced(text: str) -> str:
    """A JSON document as a code block of Markdown, one line for each value."""
    longest = max((len(ticks[0]) for ticks in _FENCE.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}json\n{_indented(text)}\n{fence}"


def fenced_if_json(text: str) -> str:
    """Markdown as it is, but a JSON document as a code block."""
    return fenced(text) if json_of(text) is not None else text


def _indented(text: str) -> str:
    """What comes on one line on several; what is laid out already is left as it is."""
    text = text.strip()
    if "\n" in text or (found := json_of(text)) is None:
        return text
    return json.dumps(found, ensure_ascii=False, indent=2)
