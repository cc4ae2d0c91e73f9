"""Crash files: an unexpected error, what led to it, and all versions; without secrets."""

from __future__ import annotations

import os
import time
import traceback
from contextlib import suppress
from pathlib import Path

from tui.core.redaction import describe_exception, hold_environment, redact
from tui.core.text import clean
from tui.system.logs import RECENT, note
from tui.system.private_files import make_folder, open_file
from tui.system.versions import versions_text

KEPT_FILES = 5
"""Number of crash files that are kept."""
_MOST_WRITTEN = 3
"""Number of files that one process writes: an error in the background may come again and again."""
_PATTERN = "crash-*.txt"
_written: list[Path] = []


def write_crash(error: BaseException, folder: Path) -> Path | None:
    """Write a crash file, remove the oldest ones, and return its path; None if it cannot be
    written.
    """
    text = _crash_text(error)  # before the note, which has the same traceback
    note("crash", error=error)
    if len(_written) >= _MOST_WRITTEN:
        return _written[-1]
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.getpid()}-{len(_written)}"
    path = folder / f"{name}.txt"
    try:
        make_folder(folder)
        descriptor = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    _written.append(path)
    for old in crash_files(folder)[:-KEPT_FILES]:
        with suppress(OSError):
            old.unlink()
    return path


def crash_files(folder: Path) -> list[Path]:
    """Return the crash files of a folder, the newest last."""
    return sorted(folder.glob(_PATTERN))


def crash_notice(error: BaseException, folder: Path) -> str:
    """Write a crash file; return where it is and how to send it, as two lines for the user."""
    path = write_crash(error, folder)
    if path is None:
        return ""
    return f"Details are in {path}.\nTo collect them for support, run 'genie-tui report'."


def _crash_text(error: BaseException) -> str:
    hold_environment(os.environ)
    found = traceback.format_exception(error)
    parts = {
        "Error": describe_exception(error),
        "Versions": versions_text(),
        "Traceback": clean("".join(found)),
        "Last records": "\n".join(RECENT.lines()),
    }
    when = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    told = [f"{title}\n{'-' * len(title)}\n{text.strip()}" for title, text in parts.items()]
    return redact("\n\n".join([f"Crash of genie-tui at {when}", *told]) + "\n")
