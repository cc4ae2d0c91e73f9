"""Decode terminal input: UTF-8, or single bytes that are not UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from functools import cache

_DEFAULT = "cp1252"
"""Windows-1252 has every printable character of Latin-1, and more."""


class TerminalDecoder:
    """Incremental decoder that accepts any bytes, in any pieces.

    ``charset`` is a single-byte character set. It decodes each byte that is not part of a UTF-8
    sequence, such as those of a terminal that is set to Latin-1.
    """

    def __init__(self, charset: str = _DEFAULT) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(_error_handler(charset))

    def feed(self, data: bytes) -> str:
        """Return the text of ``data``; an unfinished UTF-8 sequence at its end is held back."""
        return self._decoder.decode(data)

    @property
    def is_holding(self) -> bool:
        """True if the start of a UTF-8 sequence is held back."""
        return bool(self._decoder.getstate()[0])

    def flush(self) -> str:
        """Return what is held back; call it when nothing has followed for a while."""
        return self._decoder.decode(b"", final=True)


def charset_of(environ: Mapping[str, str]) -> str:
    """Return the single-byte character set of the locale, or else Windows-1252."""
    names = (environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    charset = locale.partition("@")[0].partition(".")[2]
    return charset if _has_one_byte_a_character(charset) else _DEFAULT


@cache
def _has_one_byte_a_character(charset: str) -> bool:
    upper = bytes(range(0xA0, 0x100))
    try:
        text = upper.decode(charset, "replace")
    except (LookupError, ValueError):
        return False
    # Latin-1 is a subset of the default. UTF-8 and Asian sets fail here, and so does ASCII.
    return len(text) == len(upper) and "\ufffd" not in text and text != upper.decode("latin-1")


@cache
def _error_handler(charset: str) -> str:
    """Register a handler for ``codecs`` and return its name."""

    def decode_bytewise(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        wrong = error.object[error.start : error.end]
        return "".join(_character(byte, charset) for byte in wrong), error.end

    name = f"genie-tui-bytewise-{charset}"
    codecs.register_error(name, decode_bytewise)
    return name


def _character(byte: int, charset: str) -> str:
    """Return the character of one byte; a control character if the set has none."""
    return bytes([byte]).decode(charset, "ignore") or chr(byte)
