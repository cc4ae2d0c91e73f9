"""Escape sequences for the clipboard of the terminal, which may be on another machine.

OSC 52 passes through ssh unchanged. tmux and screen keep it, unless it is wrapped for them.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Mapping
from pathlib import Path

from tui.system.private_files import make_folder, open_file

LARGEST_COPY_BYTES = 100_000
"""Limit above which common terminals and multiplexers silently drop the text."""

_SCREEN_CHUNK = 700


def is_too_large(text: str) -> bool:
    """Return True if terminals cannot be relied on to accept the text."""
    return len(text.encode("utf-8", "replace")) > LARGEST_COPY_BYTES


def sequences(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the sequences that set the terminal's clipboard.

    In tmux both the plain and the wrapped sequence: one works with ``set-clipboard on``, the other
    with ``allow-passthrough on``.
    """
    env = os.environ if environ is None else environ
    payload = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    plain = f"\x1b]52;c;{payload}\a"
    if env.get("TMUX"):
        doubled = plain.replace("\x1b", "\x1b\x1b")
        return [plain, f"\x1bPtmux;{doubled}\x1b\\"]
    if env.get("STY"):
        return [_for_screen(plain)]
    return [plain]


def where_to(environ: Mapping[str, str] | None = None) -> str:
    """Name the program that decides whether the text arrives, for the note that it was sent."""
    env = os.environ if environ is None else environ
    return "tmux, for the terminal's clipboard" if env.get("TMUX") else "the terminal's clipboard"


def save_copy(text: str, folder: Path) -> Path:
    """Save a text too large for the clipboard to a file that only the user can read.

    Raises ``OSError``.
    """
    make_folder(folder)
    path = folder / f"copy-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06}.md"
    with open(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(text.encode("utf-8", "replace"))
    return path


def _for_screen(plain: str) -> str:
    """Split the sequence into pieces, each wrapped: screen accepts only short strings."""
    pieces = [plain[at : at + _SCREEN_CHUNK] for at in range(0, len(plain), _SCREEN_CHUNK)]
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
