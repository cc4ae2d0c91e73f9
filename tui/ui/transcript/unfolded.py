"""Expanded entries of the transcript."""

from __future__ import annotations


class UnfoldedKeys:
    """Keys of expanded entries; kept while their widgets are not mounted."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def toggle(self, key: str) -> None:
        """Expand or collapse an entry."""
        self._keys ^= {key}
