"""Files to attach: what was typed, pasted or dropped, and whether it can be sent."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tui.core.records import Attachment
from tui.core.text import clean_line, size

LARGEST_FILE_BYTES = 20 * 1024 * 1024
"""Source: Headless API, Upload a file."""
LARGEST_FILE = "20 MB"


class CannotAttach(Exception):
    """The file cannot be sent; ``str(error)`` is a sentence that says why."""


def attachment_of(path: Path) -> Attachment:
    """A file that can be read and is small enough. Raises ``CannotAttach``."""
    name = clean_line(path.name, 60)
    if not path.is_file():
        raise CannotAttach(f"{name or 'This'} is not a file.")
    try:
        with path.open("rb") as file:
            file.read(1)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise CannotAttach(f"{name} cannot be read: {error.strerror}.") from error
    if size_bytes > LARGEST_FILE_BYTES:
        raise CannotAttach(f"{name} has {size(size_bytes)}; at most {LARGEST_FILE} can be sent.")
    if size_bytes == 0:
        raise CannotAttach(f"{name} is empty.")
    return Attachment(path=str(path), name=name, size_bytes=size_bytes)


def path_in(pasted: str) -> Path | None:
    """The file that a terminal pastes when one is dropped on it; None if it is just text.

    Terminals quote it, escape its spaces, or give a ``file://`` URL.
    """
    text = pasted.strip()
    if not text or "\n" in text or len(text) > 4096:
        return None
    try:
        words = shlex.split(text)
        word = words[0] if len(words) == 1 else text
        if word.startswith("file://"):
            word = unquote(urlsplit(word).path)
        path = Path(word)
        return path if path.is_absolute() and path.is_file() else None
    except (ValueError, OSError):
        return None


def typed_path(text: str) -> Path:
    """A path as a person writes it, relative to the working directory, ``~`` allowed."""
    return Path(text.strip()).expanduser()


def completions(text: str, limit: int = 8) -> list[str]:
    """Paths that begin with what is typed, folders first and with a trailing ``/``."""
    folder, start = os.path.split(text)
    try:
        with os.scandir(typed_path(folder) if folder else Path()) as found:
            entries = [(not entry.is_dir(), entry.name) for entry in found if _fits(entry, start)]
    except OSError:
        return []
    shown = sorted(entries, key=lambda entry: (entry[0], entry[1].lower()))[:limit]
    return [os.path.join(folder, name) + ("" if is_file else "/") for is_file, name in shown]


def _fits(entry: os.DirEntry[str], start: str) -> bool:
    hidden = entry.name.startswith(".") and not start.startswith(".")
    return not hidden and entry.name.lower().startswith(start.lower()) and entry.name.isprintable()
