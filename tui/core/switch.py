"""Parse words for true and false."""

from __future__ import annotations

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_FALSE = frozenset({"0", "false", "no", "off", "n", "f"})


def read_switch(word: str) -> bool | None:
    """Return the meaning of a word; None if it has none."""
    word = word.strip().lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None
