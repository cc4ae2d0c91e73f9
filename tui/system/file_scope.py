"""Folder to which the user's files are limited, if they are.

The app in a browser (``--web``) runs as the person who started it, for anyone with the page's
address. There, files are read and written in one new folder only.
"""

from __future__ import annotations

import errno
import os
from collections.abc import MutableMapping
from pathlib import Path

VARIABLE = "GENIE_TUI_WEB_FOLDER"
"""Set by ``--web`` for the app that it starts; not a setting."""


class OutsideFolder(PermissionError):
    """The path is outside the folder to which files are limited."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EACCES, "it is outside the folder of this page", str(path))


def enter_folder(environ: MutableMapping[str, str] = os.environ) -> None:
    """Limit all files of the program to the folder named by the environment, if any.

    It becomes the working directory and ``~``, and has our own files in a hidden folder.
    """
    if folder := environ.get(VARIABLE):
        os.chdir(folder)
        environ["HOME"] = folder
        environ["GENIE_TUI_CONFIG_DIR"] = environ["GENIE_TUI_DATA_DIR"] = str(own_folder(folder))


def own_folder(folder: str | Path) -> Path:
    """Return the folder of our own files in the folder of a page."""
    return Path(folder, ".genie-tui")


def check_path(path: Path) -> None:
    """Raise ``OutsideFolder`` for a path outside the folder, links followed. Touches the disk."""
    folder = os.environ.get(VARIABLE)
    if folder and not path.resolve().is_relative_to(Path(folder).resolve()):
        raise OutsideFolder(path)


def is_allowed(path: Path) -> bool:
    """Return True unless :func:`check_path` refuses the path."""
    try:
        check_path(path)
    except OutsideFolder:
        return False
    return True
