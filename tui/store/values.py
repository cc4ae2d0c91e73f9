"""Between Python's values and SQLite's."""

from __future__ import annotations

from collections.abc import Iterable

Value = str | int | None

LAST = 1 << 62
"""A turn's ``position`` while it waits in the queue or nothing is known of its time."""


def row(*values: Value) -> tuple[Value, ...]:
    """Values that SQLite takes: it refuses the lone surrogates that JSON allows.

    They become U+FFFD, one character for another, so that offsets into the text stay true.
    """
    return tuple(_storable(value) if isinstance(value, str) else value for value in values)


def number_list(numbers: Iterable[int]) -> str:
    """A parameter for ``IN (SELECT value FROM json_each(?))``."""
    return f"[{','.join(map(str, numbers))}]"


def _storable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
