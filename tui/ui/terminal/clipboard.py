"""Texts for the clipboard of the terminal, which may be on another machine.

OSC 52 goes through ssh by itself. tmux and screen keep it, unless it is wrapped for them.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Mapping
from pathlib import Path

from tui.system.private_files import make_folder, open_file

LARGEST_COPY_BYTES = 100_000
"""More than this is dropped without a word by terminals and multiplexers that are in use."""

_SCREEN_CHUNK = 700


def is_too_large(text: str) -> bool:
    """Whether a text is more than one can rely on a terminal to take."""
    return len(text.encode("utf-8", "replace")) > LARGEST_COPY_BYTES


def sequences(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """What has to be written to the terminal so that its clipboard holds the text.

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
    """Who decides whether the text arrives, for the note that it was sent."""
    env = os.environ if environ is None else environ
    return "tmux, for the terminal's clipboard" if env.get("TMUX") else "the terminal's clipboard"


def save_copy(text: str, folder: Path) -> Path:
    """Write a text that is too large for the clipboard to a file only the user can read.

    Raises ``OSError``.
    """
    make_folder(folder)
    path = folder / f"copy-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06}.md"
    with open(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(text.encode("utf-8", "replace"))
    return path


def _for_screen(plain: str) -> str:
    """screen takes only short strings: the sequence in pieces, each wrapped."""
    pieces = [plain[at : at + _SCREEN_CHUNK] for at in range(0, len(plain), _SCREEN_CHUNK)]
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
