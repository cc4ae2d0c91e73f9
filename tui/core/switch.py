"""Words for true and false."""

from __future__ import annotations

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_FALSE = frozenset({"0", "false", "no", "off", "n", "f"})


def read_switch(word: str) -> bool | None:
    """Return what a word means; None for one that means neither."""
    word = word.strip().lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None
