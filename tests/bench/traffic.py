"""Bytes sent to the terminal while a reply streams, and while the app is idle.

python -m tests.bench.traffic [--smoke]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.answers import MARK, answer
from tests.bench.figures import Figure, Scale, table
from tests.bench.stream import Stage
from tests.bench.terminal import Terminal
from tui.ui.app.base import BaseApp

_OVER_SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "COLORTERM": ""}
_HERE = {"SSH_CONNECTION": "", "SSH_TTY": ""}
_IDLE_S = 5
_TOKENS_PER_S = 60


class OnOurDriver(Stage, BaseApp[None]):
    """The answer as it reaches the terminal from our apps."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Bytes per streamed kB next to MarkdownStream, and over SSH; bytes of five idle seconds."""
    size = scale.pick(6_000, 600)
    theirs = [_streamed("textual", size, _HERE)]
    for where, environ in (("", _HERE), (" over SSH", _OVER_SSH)):
        yield Figure(
            what=f"terminal bytes per streamed kB{where}",
            unit="kB",
            values=[_streamed("ours", size, environ)],
            floor=theirs,
        )
    yield from _idle(scale.pick(_IDLE_S, 2))


def _streamed(kind: str, size: int, environ: dict[str, str]) -> float:
    """Kilobytes written for each kilobyte of an answer that comes at a model's pace."""
    with tempfile.TemporaryDirectory() as folder:
        log = str(Path(folder) / "log")
        module = "tests.bench.stream" if kind == "textual" else "tests.bench.traffic"
        command = [sys.executable, "-m", module, kind, "mixed", str(size), str(_TOKENS_PER_S), log]
        with Terminal(command, environ) as terminal:
            terminal.wait("\x1b[?1049h", 20)
            terminal.settle(0.4)
            before = len(terminal.output)
            terminal.wait(MARK, size / 4 / _TOKENS_PER_S + 60)
            terminal.settle()
            return (len(terminal.output) - before) / size


def _idle(seconds: int) -> Iterator[Figure]:
    """So long each of the empty app, after a reply, and with a question open or put off."""
    with tempfile.TemporaryDirectory() as folder:
        own = _HERE | {"GENIE_TUI_CONFIG_DIR": folder, "GENIE_TUI_DATA_DIR": folder}
        with Terminal([sys.executable, "-m", "tui", "--demo"], own) as terminal:
            terminal.wait("online", 30)
            yield _nothing(terminal, "welcome on screen", seconds)
            terminal.send("hello there\r")
            terminal.wait("\x1b]2;Greeting · ", 30)  # the title, which is ready after the reply
            yield _nothing(terminal, "conversation on screen", seconds)
            terminal.send("Order a laptop\r")
            terminal.wait("Approve", 30)
            yield _nothing(terminal, "question on screen", seconds)
            terminal.send("\x1b")
            yield _nothing(terminal, "question put off", seconds)


def _nothing(terminal: Terminal, what: str, seconds: int) -> Figure:
    terminal.settle(min(3.0, seconds), longest_s=20)
    before = len(terminal.output)
    terminal.drain(seconds)
    written = float(len(terminal.output) - before)
    return Figure(what=f"idle {seconds} s, {what}", unit="bytes", values=[written], budget=0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="only to see that it runs")
    asked = parser.parse_args()
    figures = list(measure(Scale(smoke=asked.smoke, runs=1)))
    print(table(figures))
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["ours"]:
        kind, shape, size, rate, log = sys.argv[1:]
        OnOurDriver(kind, answer(shape, int(size)), float(rate), Path(log)).run()
    else:
        sys.exit(main())
