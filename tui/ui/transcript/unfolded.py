"""The entries of the transcript that the user has unfolded."""

from __future__ import annotations


class UnfoldedKeys:
    """Keys of entries; kept when their widgets go, so that a card comes back as it was."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def toggle(self, key: str) -> None:
        """Unfold an entry, or fold it again."""
        self._keys ^= {key}
