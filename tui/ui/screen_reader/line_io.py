"""Line input and output: only text, appended at the end."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from typing import IO

from tui.core.draft import typed_text
from tui.system.input.decoder import TerminalDecoder, charset_of

_PASTE_PAUSE_S = 0.05
"""Lines that arrive faster were pasted: they are one message."""


class LineIO:
    """Lines typed and written, on the terminal or a pipe."""

    def __init__(self, stdin: IO[str], stdout: IO[str]) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()

    def say(self, text: str) -> None:
        """Write a line at the end."""
        self._stdout.write(text + "\n")
        self._stdout.flush()

    async def typed(self) -> AsyncIterator[str]:
        """Yield typed or pasted text, until the end of the input."""
        loop = asyncio.get_running_loop()
        # A daemon: a thread that waits for a line cannot be woken when the program ends.
        threading.Thread(target=self._read, args=(loop,), daemon=True).start()
        while (line := await self._typed.get()) is not None:
            lines = [line]
            while (more := await self._soon()) is not None:
                lines.append(more)
            yield "\n".join(lines)

    async def _soon(self) -> str | None:
        try:
            async with asyncio.timeout(_PASTE_PAUSE_S):
                line = await self._typed.get()
        except TimeoutError:
            return None
        if line is None:
            self._typed.put_nowait(None)
        return line

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        held = b""
        fileno = self._stdin.fileno()
        charset = charset_of(os.environ)
        while data := os.read(fileno, 65_536):
            *whole, held = (held + data).split(b"\n")
            for line in whole:
                decoder = TerminalDecoder(charset)
                text = decoder.feed(line.rstrip(b"\r")) + decoder.flush()
                loop.call_soon_threadsafe(self._typed.put_nowait, typed_text(text))
        loop.call_soon_threadsafe(self._typed.put_nowait, None)
