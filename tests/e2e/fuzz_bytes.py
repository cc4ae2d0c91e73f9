"""Bytes that no keyboard sends, in pieces and with pauses that no terminal makes.

The program must not end, and afterwards the composer takes text exactly.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.outside import Kept, settings_of
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer, DemoSettings

_ROOT = Path(__file__).resolve().parents[2]
_EXACT = "exactly é, 漢字, 👩\u200d👧 and می\u200cخو"
_PIECES = (
    b"\x1b",
    b"\x1b[",
    b"\x1bO",
    b"\x1b]11;rgb:",
    b"\x1b]0;",
    b"\x1bP1$r",
    b"\x1b_G",
    b"\x1b[200~",
    b"\x1b[201~",
    b"\x1b[<0;5;5M",
    b"\x1b[<0;5;5m",
    b"\x1b[<35;",
    b"\x1b[M",
    b"\x1b[?2026;",
    b"\x1b[?2048;2$y",
    b"\x1b[48;",
    b"\x1b[13;1:3u",
    b"\x1b[97:65:99;2:1;65u",
    b"\x1b[27;5;",
    b"\x1b[128105;u",
    b"\x1b[1;1R",
    b"\x1b[I",
    b"\x1b\\",
    b"\xe9",
    b"\xf0\x9f\x91",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"\x9b",
    b"\x00",
    b"\t",
    b"\r",
    b"\n",
    b"text",
)
_FINALS = b"ABCDHFPQRSZu~Mmtyn$c"
_QUITS = bytes.maketrans(b"\x03\x11", b"\x00\x00")  # Ctrl+C and Ctrl+Q


class ByteStream:
    """Chunks of hostile bytes, each with a pause after it; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def chunk(self) -> bytes:
        parts = (self._part() for _ in range(self._chance.randint(1, 6)))
        data = b"".join(parts).translate(_QUITS)
        return data[: self._chance.randint(1, len(data))] if self._chance.random() < 0.3 else data

    def pause_s(self) -> float:
        return self._chance.choice((0, 0, 0.001, 0.005, 0.02, 0.12, 0.3))

    def _part(self) -> bytes:
        match self._chance.random():
            case chance if chance < 0.5:
                return self._chance.choice(_PIECES)
            case chance if chance < 0.75:
                return self._chance.randbytes(self._chance.randint(1, 12))
            case chance if chance < 0.8:
                return b"\x1b[" + b"9" * self._chance.choice((4, 10, 20, 5000)) + self._final()
            case _:
                return b"\x1b[" + b";".join(map(self._number, range(3))) + self._final()

    def _number(self, _: int) -> bytes:
        number = self._chance.choice((0, 1, 2, 13, 27, 48, 97, 255, 57344, 1114112, 1 << 40))
        return self._chance.choice((b"%d", b"?%d", b"<%d", b"%d:3", b"-%d", b"%d:65:99")) % number

    def _final(self) -> bytes:
        return bytes([self._chance.choice(_FINALS)])


def run(environ: Mapping[str, str], seed: int, seconds: float) -> list[str]:
    """Send bytes to the program for so long; what was wrong."""
    settings = DemoSettings(speed=0, seed=seed, title_s=0, seeded_conversations=2)
    with DemoServer(settings) as server, tempfile.TemporaryDirectory() as folder:
        own = dict(environ) | settings_of(server)
        own |= {"EDITOR": "true", "VISUAL": "true", "PYTHONPATH": str(_ROOT)}
        command = [sys.executable, "-m", "tests.e2e.observed"]
        with Terminal(command, own, columns=120, rows=36, cwd=Path(folder)) as terminal:
            stream = ByteStream(seed)
            terminal.send(stream.chunk())  # what waits when the program begins
            try:
                terminal.until("online")
            except AssertionError as stuck:
                return [f"does not begin: {stuck}"]
            end = time.monotonic() + seconds
            while time.monotonic() < end and not terminal.closed:
                terminal.send(stream.chunk())
                terminal.pump(stream.pause_s())
            return _problems(terminal, Kept(Path(environ["GENIE_TUI_DATA_DIR"])))


def _problems(terminal: Terminal, kept: Kept) -> list[str]:
    if terminal.closed:
        return [f"ended with {terminal.wait_exit()}:\n{_last_words(terminal)}"]
    terminal.pump(3)  # what is incomplete is given up
    terminal.send(b"\x1b[48;36;120;0;0t")
    if not _takes_text(terminal, kept):
        return [f"the composer does not take text:\n{terminal.text}\n{kept.drafts()}"]
    terminal.type("\x11")
    code = terminal.wait_exit()
    return [] if code == 0 else [f"ended with {code}:\n{_last_words(terminal)}"]


def _takes_text(terminal: Terminal, kept: Kept) -> bool:
    """Return true if typed text is in the draft unchanged, wherever the cursor was."""
    for _ in range(4):
        for _ in range(12):
            terminal.type("\x1b")
            terminal.pump(0.2)
        for data in ("\n", _EXACT):
            terminal.type(data)
            terminal.pump(0.5)
        terminal.pump(2)
        if any(f"\n{_EXACT}" in draft for draft in kept.drafts()):
            return True
    return False


def _last_words(terminal: Terminal) -> str:
    return terminal.output.decode("utf-8", "replace").rpartition("\x1b[?1049l")[2][-6000:]
