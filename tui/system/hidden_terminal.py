"""A terminal that nobody sees, for an interface that is recorded without a window."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

_STANDARD = (0, 1, 2)
_WAIT_S = 0.1
_SYNC_ASKED = re.compile(rb"\x1b\[\?2026\$p")
_HAS_SYNC = b"\x1b[?2026;2$y"


@contextmanager
def hidden_terminal(columns: int, rows: int) -> Iterator[None]:
    """Make a new terminal of this size the standard input and output of this process.

    What is written to it is dropped; it says that it can show a frame at once, and nothing is
    typed in it.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    kept = [os.dup(descriptor) for descriptor in _STANDARD]
    for descriptor in _STANDARD:
        os.dup2(theirs, descriptor)
    os.close(theirs)
    over = Event()
    reader = Thread(target=_drain, args=(ours, over), name="hidden-terminal", daemon=True)
    reader.start()
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        for descriptor, before in zip(_STANDARD, kept, strict=True):
            os.dup2(before, descriptor)
            os.close(before)
        over.set()
        reader.join()
        os.close(ours)


def _drain(terminal: int, over: Event) -> None:
    """Read what is written, so that the writer never waits, and answer as a terminal would."""
    while not over.is_set():
        if not select.select([terminal], [], [], _WAIT_S)[0]:
            continue
        try:
            data = os.read(terminal, 65_536)
        except OSError:  # the last writer is gone
            return
        for _ in _SYNC_ASKED.finditer(data):
            os.write(terminal, _HAS_SYNC)
