"""Text of the user: nothing is changed in it but line breaks, and control characters stay out."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][0-9]+;[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\)"
)
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def typed_text(text: str) -> str:
    """Return what the user means by a text that was typed, pasted or edited elsewhere.

    Line breaks of any kind become ``\\n``. Escape sequences, other control characters and lone
    surrogates are removed. Every other character stays, invisible ones as well. Idempotent.
    """
    return _NO_TEXT.sub("", _BREAKS.sub("\n", _SEQUENCES.sub("", text)))


def is_text(character: str) -> bool:
    """Return true for a single character that can be a part of a text, visible or not."""
    return len(character) == 1 and unicodedata.category(character) not in ("Cc", "Cs")
