"""Lines that arrive on standard input while something else goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_LARGEST_READ = 65_536


@contextmanager
def incoming_lines(source: TextIO, take: Callable[[str], None]) -> Iterator[None]:
    """Call ``take`` with each line as it comes, meanwhile; what cannot be waited for is not read.

    No thread: one that is still reading would hold up the end of the program.
    """
    loop = asyncio.get_running_loop()
    pending = bytearray()

    def read() -> None:
        data = os.read(source.fileno(), _LARGEST_READ)
        pending.extend(data)
        *lines, rest = bytes(pending).split(b"\n")
        pending[:] = rest if data else b""
        if not data:
            loop.remove_reader(source.fileno())
            lines.append(rest)
        for line in lines:
            take(line.decode("utf-8", "replace"))

    try:
        loop.add_reader(source.fileno(), read)
    except (OSError, ValueError):  # a file, /dev/null, or closed
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(source.fileno())
