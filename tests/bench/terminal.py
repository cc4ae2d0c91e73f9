"""Program in a pseudo-terminal; each piece of its output has the time of its arrival.

There is no emulator, so that reading costs next to nothing. Linux only.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

ROWS, COLUMNS = 40, 120

# Queries that programs send at start, and the responses of an ordinary terminal.
_ANSWERS = (
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\[\?u"), b"\x1b[?0u"),
    (re.compile(rb"\x1b\]11;\?(?:\x07|\x1b\\)"), b"\x1b]11;rgb:1414/1515/1b1b\x1b\\"),
)
_TICKS = os.sysconf("SC_CLK_TCK")
_LONGEST_ANSWERED = 64


class Terminal:
    """Runs a command until it is closed. Use as a context manager."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str] | None = None,
        *,
        columns: int = COLUMNS,
    ) -> None:
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            own = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
            own |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | dict(environ or {})
            size = struct.pack("HHHH", ROWS, columns, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execvpe(command[0], list(command), own)
        self.output = b""
        self._stamps: list[tuple[int, float]] = []
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, text: str) -> float:
        """Type; when it was typed."""
        os.write(self.fd, text.encode())
        return time.monotonic()

    def drain(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._read(left):
            pass
        time.sleep(max(0.0, end - time.monotonic()))

    def settle(self, silence_s: float = 0.3, longest_s: float = 10.0) -> None:
        """Read until nothing came for so long."""
        end = time.monotonic() + longest_s
        while time.monotonic() < end and self._read(silence_s):
            pass

    def wait(self, wanted: str, timeout_s: float, *, after: int = 0) -> float:
        """Return the time at which the program wrote this text, after ``after`` bytes of output.

        Raises ``TimeoutError``.
        """
        end = time.monotonic() + timeout_s
        while (at := self.output.find(wanted.encode(), after)) < 0:
            if time.monotonic() > end:
                raise TimeoutError(wanted)
            self._read(0.05)
        return next(stamp for offset, stamp in self._stamps if offset > at)

    def cpu_s(self) -> float:
        """Processor time of the program so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mb(self, what: str = "VmRSS") -> float:
        """Resident memory now, or at its peak (``VmHWM``)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(rf"{what}:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1000

    def close(self, key: str = "\x11") -> None:
        """Quit with a key, or with force if that does nothing."""
        try:
            self.send(key)
            while self._read(10):
                pass
            os.kill(self.pid, signal.SIGKILL)
        except OSError:
            pass
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def _read(self, timeout_s: float) -> bool:
        """Take what the program wrote; false if it wrote nothing in time or is gone."""
        if not select.select([self.fd], [], [], timeout_s)[0]:
            return False
        try:
            data = os.read(self.fd, 65_536)
        except OSError:
            return False
        self.output += data
        self._stamps.append((len(self.output), time.monotonic()))
        self._answer()
        return bool(data)

    def _answer(self) -> None:
        fresh = self.output[self._answered :]
        ends = [max(0, len(fresh) - _LONGEST_ANSWERED)]
        for question, answer in _ANSWERS:
            for match in question.finditer(fresh):
                os.write(self.fd, answer)
                ends.append(match.end())
        self._answered += max(ends)
