"""Textual's parser of terminal input, used for key names and mouse events only.

It fails on bytes that are not UTF-8 (Textual issue 6456) and on impossible numbers, and takes
unknown sequences for text.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS as KEYS_BY_SEQUENCE
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._keyboard_protocol import FUNCTIONAL_KEYS as KITTY_FUNCTIONAL_KEYS
from textual._xterm_parser import IS_ITERM, XTermParser

__all__ = [
    "IS_ITERM",
    "KEYS_BY_SEQUENCE",
    "KITTY_FUNCTIONAL_KEYS",
    "SYNC_END",
    "SYNC_START",
    "TerminalParser",
]


class TerminalParser(XTermParser):
    """Textual's parser, asked for one key at a time; it is never fed."""

    def keys(self, sequence: str, *, alt: bool = False) -> Iterable[events.Key]:
        """Return the keys of a complete sequence."""
        return self._sequence_to_key_events(sequence, alt=alt)
