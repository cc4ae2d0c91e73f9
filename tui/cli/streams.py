"""Standard streams that are closed, or whose reader is gone."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

_MODES = ("r", "w", "w")


class ReaderGone(Exception):
    """The reader of the output has closed it, as ``head`` does."""


def prepare_streams() -> None:
    """Make standard streams usable: reopen closed ones on the null device, replace unknown
    characters.

    A closed descriptor would otherwise become that of the next file opened, such as the database.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if _is_closed(descriptor):
            os.open(os.devnull, os.O_RDWR)  # uses the lowest free descriptor: this one
        if getattr(sys, name) is None:
            mode = _MODES[descriptor]
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, TextIOWrapper):
            output.reconfigure(errors="replace")  # for old terminals and locales


def flush_streams() -> None:
    """Flush the output. Raises ``OSError`` where that is impossible."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def drop_output() -> None:
    """Redirect the output to the null device, so that the exit of the program does not fail."""
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)


def _is_closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False
