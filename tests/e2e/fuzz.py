"""Random keys, pastes, clicks and sizes in a real terminal.

    python -m tests.e2e.fuzz [--seconds S] [--seed N] [--bytes]

The program must not crash, and every open screen must close with Esc. With ``--bytes`` no keys are
pressed, but bytes arrive that no terminal should send.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.e2e import fuzz_bytes
from tests.e2e.observed import TOLD
from tests.e2e.terminal import Terminal
from tui.ui.studio.confirm_discard import THROW_AWAY

_ROOT = Path(__file__).resolve().parents[2]

_KEYS = (
    *(f"\x1b[{letter}" for letter in "ABCDHFZ"),  # arrows, Home, End, Shift+Tab
    *(f"\x1b[1;{shift}{letter}" for shift in "235" for letter in "ABCD"),
    *(f"\x1b[{number}~" for number in (2, 3, 5, 6)),  # Insert, Delete, PgUp, PgDn
    *(f"\x1bO{letter}" for letter in "PQRS"),  # F1 to F4
    *(chr(code) for code in range(1, 32) if chr(code) not in "\x03\x11\x1a\x1c\x13"),
    "\x7f",
    "\x1b",
)
_WORDS = (
    "Is anything broken right now?\r",
    "Order a laptop\r",
    "Show open Acme opportunities in Salesforce\r",
    "Drop the connection in the middle of an answer\r",
    "/help\r",
    "/",
    "@",
    "[/oops] [@click=app.quit]x[/]",
    "\x1b[200~one\ntwo\nthree\x1b[201~",
    "a",
    "r",
    "q",
    "o",
)
_SIZES = ((120, 36), (80, 24), (60, 20), (200, 50), (30, 8))
_TRIES = 4
_TRACES = ("Traceback (most recent call last)", "MarkupError", "object has no attribute")


class Monkey:
    """Plays with a terminal; the same seed makes the same moves."""

    def __init__(self, terminal: Terminal, seed: int) -> None:
        self._terminal = terminal
        self._chance = random.Random(seed)
        self._size = _SIZES[0]
        self.moves: list[str] = []

    def play(self, seconds: float) -> None:
        """Move until the time is over or the program has been left."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._terminal.closed:
            move = self._move()
            self.moves.append(move)
            if move:
                self._terminal.type(move)
            self._terminal.pump(self._chance.uniform(0, 0.04))

    def _move(self) -> str:
        match self._chance.random():
            case chance if chance < 0.55:
                return self._chance.choice(_KEYS)
            case chance if chance < 0.75:
                return self._chance.choice(_WORDS)
            case chance if chance < 0.97:
                return self._mouse()
            case _:
                self._size = self._chance.choice(_SIZES)
                self._terminal.resize(*self._size)
                return ""

    def _mouse(self) -> str:
        """A click, a drag, or the wheel, as terminals report it (SGR)."""
        column, row = (self._chance.randint(1, most) for most in self._size)
        button = self._chance.choice((0, 0, 0, 2, 64, 65))
        press = f"\x1b[<{button};{column};{row}M"
        return press if button >= 64 else f"{press}\x1b[<{button};{column};{row}m"


def run(environ: Mapping[str, str], seed: int, seconds: float) -> list[str]:
    """Let a monkey play with the demo; what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        own = dict(environ) | {"EDITOR": "true", "VISUAL": "true", "PYTHONPATH": str(_ROOT)}
        command = [sys.executable, "-m", "tests.e2e.observed", "--demo"]
        with Terminal(command, own, columns=120, rows=36, cwd=Path(folder)) as terminal:
            terminal.until("essage Ifrit")
            monkey = Monkey(terminal, seed)
            monkey.play(seconds)
            problems = [*_complaints(terminal), *_still_works(terminal, Path(folder))]
    crashes = Path(own["GENIE_TUI_DATA_DIR"]).rglob("crash-*.txt")
    return [*problems, *(file.read_text("utf-8") for file in crashes)]


def _complaints(terminal: Terminal) -> list[str]:
    output = terminal.output.decode("utf-8", "replace")
    return [f"printed {trace!r}:\n{output[-3000:]}" for trace in _TRACES if trace in output]


def _still_works(terminal: Terminal, folder: Path) -> list[str]:
    """Return what is wrong unless Esc leads back to the composer, and Ctrl+Q ends the program."""
    if not terminal.closed:
        terminal.resize(120, 36)
        # On a busy machine, the program has many moves yet to handle.
        if not any(_writes_into_composer(terminal) for _ in range(_TRIES)):
            shown = terminal.text
            terminal.kill(signal.SIGUSR1)
            terminal.pump(2)
            waits = (folder / TOLD).read_text("utf-8")
            return [f"Esc does not lead back to the composer:\n{shown}\n{waits}"]
        terminal.type("\x11")
    code = terminal.wait_exit()
    return [] if code == 0 else [f"ended with {code}:\n{_last_words(terminal)}"]


def _writes_into_composer(terminal: Terminal) -> bool:
    """Press Esc and write a word; return True if it appears."""
    for _ in range(12):
        terminal.type("\x1b")
        terminal.pump(0.2)  # or it would be read as Alt and the next key
        if THROW_AWAY in terminal.text:  # where Esc means No
            terminal.pump(1)
            terminal.type("y")
    terminal.pump(0.5)
    terminal.type("\n")  # on a line of its own, whatever stands there
    terminal.pump(0.2)  # or both would be a paste
    terminal.type("bananasplit")
    try:
        terminal.until("bananasplit", within_s=15)
    except AssertionError:
        return False
    return True


def _last_words(terminal: Terminal) -> str:
    """Return the output of the program after it left its screen, without colors."""
    printed = terminal.output.decode("utf-8", "replace").rpartition("\x1b[?1049l")[2]
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed)[-6000:]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--bytes", action="store_true", help="send bytes instead of keys")
    asked = parser.parse_args()
    play = fuzz_bytes.run if asked.bytes else run
    end, seed, problems = time.monotonic() + asked.seconds, asked.seed, list[str]()
    while (left := end - time.monotonic()) > 0 and not problems:
        with tempfile.TemporaryDirectory() as folder:
            places = {"GENIE_TUI_CONFIG_DIR": folder, "GENIE_TUI_DATA_DIR": folder}
            environ = os.environ | places | {"GENIE_TUI_NO_BROWSER": "1"}
            problems = play(environ, seed, min(left, 60))
        print(f"seed {seed}:", "\n".join(problems) or "well", flush=True)
        seed += 1
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
