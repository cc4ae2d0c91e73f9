"""Files to attach: checks, splitting into messages, and paths pasted by terminals."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tui.core.text import clean_line, size
from tui.system.file_scope import check_path

if TYPE_CHECKING:
    from tui.core.records import Attachment

LARGEST_FILE_BYTES = 20 * 1024 * 1024
"""Source: Headless API, Upload a file."""
LARGEST_FILE = "20 MB"
_LONGEST_DROP = 16 * 1024


class CannotAttach(Exception):
    """The file cannot be sent; ``str(error)`` is a sentence that says why."""


def attachment_of(path: Path) -> Attachment:
    """Return a readable file of an allowed size. Raises ``CannotAttach``."""
    from tui.core.records import Attachment

    name = clean_line(path.name, 60)
    try:
        check_path(path)
        if not path.is_file():
            gone = "isn't a file" if path.exists() else "doesn't exist"
            raise CannotAttach(f"{name or 'This'} {gone}.")
        with path.open("rb") as file:
            file.read(1)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise CannotAttach(f"Couldn't read {name}: {error.strerror}.") from error
    if size_bytes > LARGEST_FILE_BYTES:
        raise CannotAttach(f"{name} is {size(size_bytes)}; the limit is {LARGEST_FILE}.")
    if size_bytes == 0:
        raise CannotAttach(f"{name} is empty.")
    return Attachment(path=str(path), name=name, size_bytes=size_bytes)


@dataclass(frozen=True, slots=True)
class PickedFile:
    """File chosen for the next message."""

    path: Path
    file: Attachment | None
    """None if the file cannot be sent as it is."""
    problem: str = ""
    """Reason, as a sentence."""

    @property
    def name(self) -> str:
        return clean_line(self.path.name, 60) or "file"


def pick(path: Path) -> PickedFile:
    """Check a file."""
    try:
        return PickedFile(path, attachment_of(path))
    except CannotAttach as problem:
        return PickedFile(path, None, str(problem))


def messages(text: str, files: Sequence[Attachment]) -> list[tuple[str, tuple[Attachment, ...]]]:
    """Split a message into those that the API accepts: each with at most one file.

    The text goes with the last file, so that the agent has all of them when it reads it. The
    texts of the others say that genie-tui wrote them.
    """
    if len(files) < 2:
        return [(text, tuple(files))]
    from tui.core.records import SENT_BY_APP

    *before, last = files
    announced = [
        (
            f"{SENT_BY_APP}File {number} of {len(files)}: {file.name}. "
            "The message follows with the last file.",
            (file,),
        )
        for number, file in enumerate(before, 1)
    ]
    return [*announced, (text, (last,))]


def paths_in(pasted: str) -> list[Path]:
    """Return the files that a terminal pasted for a drop; empty if the paste is just text.

    Terminals quote the paths, escape their spaces, or send ``file://`` URLs.
    """
    text = pasted.strip()
    if not text or len(text) > _LONGEST_DROP:
        return []
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    return _files_of(words) or _files_of([text])


def _files_of(words: Sequence[str]) -> list[Path]:
    """Return the words as paths, if every one of them is a file."""
    paths = [Path(_local(word)) for word in words]
    try:
        for path in paths:
            check_path(path)
        return paths if all(path.is_absolute() and path.is_file() for path in paths) else []
    except (ValueError, OSError):
        return []


def _local(word: str) -> str:
    return unquote(urlsplit(word).path) if word.startswith("file://") else word
