"""The real program in a real pseudo-terminal, with a terminal emulator that reads its screen."""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyte

# Queries that programs send at start, and the responses of an ordinary terminal.
_ANSWERS = (
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\[\?u"), b"\x1b[?0u"),
)
# Sequences the emulator would print instead of obeying; none of them moves a cell.
_SIZE = {"COLUMNS", "LINES"}
_UNPRINTED = re.compile(
    r"\x1b[P_^X].*?(?:\x1b\\|\x07)|\x1b\].*?(?:\x1b\\|\x07)|\x1b\[[<=>][0-9;:]*[@-~]"
    r"|\x1b\[\?u|\x1b\[[?0-9;]*\$[a-z]",
    re.DOTALL,
)
# Characters without width, at which the emulator leaves out the rest of the text.
_NO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_UNFINISHED = re.compile(r"\x1b(?:\[[^@-~]*|[\]P_^X][^\x07\x1b]*\x1b?)?$")


class Emulator:
    """A terminal emulator of others, that is given text in any pieces."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._held = ""

    def feed(self, text: str) -> None:
        text = self._held + text
        cut = _UNFINISHED.search(text)
        self._held = text[cut.start() :] if cut else ""
        text = _UNPRINTED.sub("", text[: cut.start()] if cut else text)
        self._stream.feed(_NO_WIDTH.sub("", text))

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)

    @property
    def text(self) -> str:
        screen = self.screen
        lines = (screen.buffer[row] for row in range(screen.lines))
        return "\n".join(
            "".join(line[column].data for column in range(screen.columns)).rstrip()
            for line in lines
        )


def played(cast: Path) -> Emulator:
    """Return an emulator after it received a recording."""
    header, *events = [json.loads(line) for line in cast.read_text("utf-8").splitlines()]
    emulator = Emulator(header["width"], header["height"])
    for _, kind, data in events:
        if kind == "r":
            emulator.resize(*map(int, data.split("x")))
        else:
            emulator.feed(data)
    return emulator


class Terminal:
    """A program on a screen of ``columns`` by ``rows``. Use as a context manager."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        columns: int = 100,
        rows: int = 30,
        cwd: Path | None = None,
    ) -> None:
        self.output = b""
        """Every byte the program wrote."""
        self._emulator = Emulator(columns, rows)
        self._screen = self._emulator.screen
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._answered = 0
        self._closed = False
        self._gone = False
        self._code: int | None = None
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.chdir(cwd or ".")
            # pytest-xdist sets its own, which would count more than the size of the terminal.
            own = {name: value for name, value in environ.items() if name not in _SIZE}
            os.execvpe(arguments[0], arguments, {"TERM": "xterm-256color"} | own)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait_exit()
        if not self._gone:
            os.close(self._fd)

    @property
    def closed(self) -> bool:
        """Return true if the program has ended."""
        return self._closed

    @property
    def text(self) -> str:
        return self._emulator.text

    def cells(self) -> list[list[str]]:
        """Each row, cell by cell; the second cell of a wide character is empty."""
        screen = self._screen
        return [
            [screen.buffer[row][column].data for column in range(screen.columns)]
            for row in range(screen.lines)
        ]

    def type(self, keys: str) -> None:
        self.send(keys.encode())

    def send(self, data: bytes) -> None:
        """Give the program bytes that need not be text."""
        os.write(self._fd, data)

    def show(self, text: str) -> None:
        """Have another program write on the screen."""
        self._emulator.feed(text)

    @property
    def is_cooked(self) -> bool:
        """Return true if the terminal echoes input line by line, as a shell left it."""
        flags = termios.tcgetattr(self._fd)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON and flags & termios.ISIG)

    @property
    def threads(self) -> int:
        """Count the program's threads."""
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def kill(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def hang_up(self) -> int:
        """Close the window; the exit code of the program."""
        os.close(self._fd)
        self._closed = self._gone = True
        self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code

    def resize(self, columns: int, rows: int) -> None:
        self._emulator.resize(columns, rows)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, seen: str | Callable[[str], bool], within_s: float = 60.0) -> str:
        """The screen once it shows ``seen`` (a regular expression, or a test of the text)."""
        shows = re.compile(seen).search if isinstance(seen, str) else seen
        deadline = time.monotonic() + within_s
        while not shows(self.text):
            left = deadline - time.monotonic()
            if left <= 0 or (self._closed and not self._read(0)):
                raise AssertionError(f"never saw {seen!r} on\n{self.text}")
            self._read(left)
        return self.text

    def page_down_to(self, words: str) -> None:
        """Scroll the conversation down to these words; a long reply is shown from its start."""
        deadline = time.monotonic() + 60
        while words not in self.text:
            assert time.monotonic() < deadline, f"never saw {words!r} on\n{self.text}"
            self.type("\x1b[6~")
            self.pump(0.3)

    def pump(self, seconds: float) -> None:
        """Let the program write for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self._closed:
            self._read(left)

    def wait_stopped(self, within_s: float = 30.0) -> None:
        """Until a signal has stopped it; it may have much to write before."""
        deadline = time.monotonic() + within_s
        while os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                raise AssertionError(f"still running\n{self.text}")
            self._read(0.02)

    def wait_exit(self, within_s: float = 30.0) -> int:
        """The exit code; negative for a signal."""
        deadline = time.monotonic() + within_s
        while not self._closed and time.monotonic() < deadline:
            self._read(deadline - time.monotonic())
        if not self._closed:
            raise AssertionError(f"still running\n{self.text}")
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code

    def _read(self, within_s: float) -> bool:
        if self._closed or not select.select([self._fd], [], [], max(within_s, 0))[0]:
            return False
        try:
            data = os.read(self._fd, 65_536)
        except OSError:  # how Linux says that the other side is gone
            data = b""
        if not data:
            self._closed = True
            return False
        self.output += data
        self._answer()
        self._draw(data)
        return True

    def _answer(self) -> None:
        fresh = self.output[self._answered :]
        ends = [0]
        for question, answer in _ANSWERS:
            for match in question.finditer(fresh):
                os.write(self._fd, answer)
                ends.append(match.end())
        self._answered += max(ends) or max(0, len(fresh) - 32)

    def _draw(self, data: bytes) -> None:
        self._emulator.feed(self._decoder.decode(data))
