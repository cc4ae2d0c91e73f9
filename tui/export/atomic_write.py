"""Write a file in one step, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from tui.system.file_scope import check_path


class CannotWrite(Exception):
    """The file cannot be written; the message is a sentence with the reason."""


def write(path: Path, text: str) -> None:
    """Write a file in one step, so that no reader sees half of it. Raises ``CannotWrite``.

    A new file is for its owner alone (0600), since conversations are private; a replaced one keeps
    its mode, and links are followed.
    """
    try:
        check_path(path)
        target = path.resolve()
        if target.exists() and not target.is_file():
            raise CannotWrite(f"{path} isn't a file.")
        _replace(target, text)
    except OSError as error:
        raise CannotWrite(f"Couldn't write {path}: {error.strerror or error}.") from error


def _replace(target: Path, text: str) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
