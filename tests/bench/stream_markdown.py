"""Streams a long Markdown answer in a pseudo-terminal: our Reply against Textual's MarkdownStream.

    python -m tests.bench.stream_markdown [--runs N] [--size CHARS] [--rate TOKENS_PER_S] [--shapes]

Every figure comes from the same run, so that the ratios hold whatever the machine does. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import resource
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from textual import work
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Markdown, TextArea

from tui.ui.widgets.reply import Reply
from tui.ui.widgets.window import Window

MODULE = "tests.bench.stream_markdown"
MARK = "ENDMARK42"
KEYS = "αβγδεζηθικλμνξοπρστυφχψω"
ROWS, COLUMNS = 40, 120
BUDGETS = {"cpu": 0.5, "memory": 0.25, "echo": 0.1}
WORDS = ("stream", "agent", "reply", "window", "token", "render", "scroll", "session", "event")


# What is streamed


def words(seed: int, count: int) -> str:
    """Some words, the same for the same seed."""
    return " ".join(WORDS[(seed * 7 + n * 3) % len(WORDS)] for n in range(count))


def mixed(n: int) -> str:
    """A section with a bit of everything."""
    text = f"## Section {n}\n\n{words(n, 30)} **{words(n, 2)}** {words(n + 1, 25)} `f_{n}()`.\n\n"
    text += f"- first *{words(n, 3)}*\n- second {words(n, 4)}\n  - nested\n\n1. one\n2. two\n\n"
    if n % 2:
        text += f"```python\ndef f_{n}(x: int) -> int:\n    # {words(n, 3)}\n    return x\n```\n\n"
    if n % 4 == 0:
        rows = "".join(f"| {words(n + k, 1)} | {words(k, 2)} | {k} |\n" for k in range(4))
        text += f"| name | what | n |\n|---|---|---|\n{rows}\n"
    return text + (f"> {words(n, 5)} is quoted here.\n\n" if n % 3 == 0 else "")


SHAPES = {
    "mixed": ("", mixed, ""),
    "paragraphs": ("", lambda n: words(n, 60) + "\n\n", ""),
    "list": ("", lambda n: f"- item {n} {words(n, 10)}\n", "\n"),
    "table": ("| n | a | b |\n|---|---|---|\n", lambda n: f"| {n} | {words(n, 4)} | x |\n", "\n"),
    "fence": ("```python\n", lambda n: f"x_{n} = call({n}, 'text')  # {words(n, 4)}\n", "```\n\n"),
}


def answer(shape: str, size: int) -> str:
    """About ``size`` characters of one shape, ending in the mark."""
    head, part, foot = SHAPES[shape]
    parts = [head]
    total = len(head)
    while total < size:
        parts.append(part(len(parts)))
        total += len(parts[-1])
    return "".join(parts) + f"{foot}The end: {MARK}\n"


async def growing(text: str, rate: float) -> AsyncIterator[str]:
    """The text so far, each time some of its 4-character tokens are due."""
    began, done = time.monotonic(), 0
    while done < len(text):
        due = min(len(text), (int((time.monotonic() - began) * rate) + 1) * 4)
        if due > done:
            yield text[:due]
            done = due
        await asyncio.sleep(0.005)


# What it is streamed into


@dataclass(frozen=True)
class Item:
    key: str
    text: str
    final: bool = True


def new_window() -> Window[Item]:
    def update(widget: Widget, item: Item) -> None:
        if isinstance(widget, Reply):
            widget.show(item.text, final=item.final)

    return Window(
        key=lambda item: item.key,
        build=lambda item: Reply(item.text, final=item.final),
        update=update,
    )


class Stage(App[None]):
    """A transcript above a composer."""

    CSS_PATH = Path(__file__).parents[2] / "styles" / "reply.tcss"
    CSS = "TextArea { height: 5; } VerticalScroll { height: 1fr; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, kind: str, text: str, rate: float, log: Path) -> None:
        super().__init__()
        self.kind, self.text, self.rate, self.log_file = kind, text, rate, log
        self.began_cpu_s = 0.0

    def compose(self) -> ComposeResult:
        yield VerticalScroll() if self.kind == "textual" else new_window()
        yield TextArea()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()
        self.set_timer(0.5, self.play)

    def note(self, event: str, **figures: float) -> None:
        with self.log_file.open("a") as file:
            print(json.dumps({"event": event, "t": time.monotonic(), **figures}), file=file)

    def on_unmount(self) -> None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu_s = time.process_time() - self.began_cpu_s
        self.note("end", cpu_s=cpu_s, peak_mb=usage.ru_maxrss / 1000)

    @work(group="bench")
    async def play(self) -> None:
        self.began_cpu_s = time.process_time()
        self.note("first")
        if self.kind == "textual":
            await self.stream_textual()
        elif self.kind == "ours":
            await self.stream_ours()
        elif self.kind == "history":
            await self.open_history()

    async def stream_textual(self) -> None:
        markdown, scroll = Markdown(), self.query_one(VerticalScroll)
        await scroll.mount(markdown)
        scroll.anchor()
        stream, done = Markdown.get_stream(markdown), 0
        async for text in growing(self.text, self.rate):
            await stream.write(text[done:])
            done = len(text)
        self.note("last")
        await stream.stop()

    async def stream_ours(self) -> None:
        window = self.query_one(Window)
        async for text in growing(self.text, self.rate):
            await window.show_item(Item("answer", text, final=False))
        self.note("last")
        await window.show_item(Item("answer", self.text))

    async def open_history(self) -> None:
        window = self.query_one(Window)
        for count in (100, 10_000):
            items = [Item(f"{count}-{n}", mixed(n)) for n in range(count)]
            began = time.perf_counter()
            await window.show_items(items)
            painted = asyncio.Event()
            self.call_after_refresh(painted.set)
            await painted.wait()
            self.note(f"open {count}", seconds=time.perf_counter() - began)


# The terminal


class Terminal:
    """Runs this module as a child on a pseudo-terminal, and stamps what it writes."""

    def __init__(self, *arguments: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(sys.executable, [sys.executable, "-m", MODULE, "--child", *arguments])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.output = b""
        self.stamps: list[tuple[int, float]] = []

    def send(self, text: str) -> float:
        os.write(self.fd, text.encode())
        return time.monotonic()

    def read(self, timeout_s: float) -> bool:
        """Take what the child wrote; false if it wrote nothing in time or is gone."""
        if not select.select([self.fd], [], [], timeout_s)[0]:
            return False
        try:
            self.output += os.read(self.fd, 65_536)
        except OSError:
            return False
        self.stamps.append((len(self.output), time.monotonic()))
        return True

    def drain(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def wait(self, wanted: str, timeout_s: float) -> float:
        """When the child first wrote this text. Raises: TimeoutError."""
        end = time.monotonic() + timeout_s
        while (at := self.output.find(wanted.encode())) < 0:
            if time.monotonic() > end:
                raise TimeoutError(wanted)
            self.read(0.05)
        return next(stamp for offset, stamp in self.stamps if offset > at)

    def close(self) -> None:
        self.send("\x11")
        while self.read(10):
            pass
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def type_keys(terminal: Terminal, seconds: float) -> list[float]:
    """Type for some seconds; how long each key took to the screen, in ms."""
    echoes: list[float] = []
    end = time.monotonic() + seconds
    for key in KEYS:
        terminal.drain(0.4)
        if time.monotonic() > end:
            break
        sent = terminal.send(key)
        echoes.append((terminal.wait(key, 10) - sent) * 1000)
    return echoes


def run(kind: str, shape: str, args: argparse.Namespace) -> dict[str, float]:
    """One run; its figures. Echo times are in ms, the lag is of the mark after the last token."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        terminal = Terminal(kind, shape, str(args.size), str(args.rate), str(log))
        figures: dict[str, float] = {}
        terminal.drain(3.0)
        if kind in {"ours", "textual"}:
            if echoes := type_keys(terminal, args.size / 4 / args.rate - 4.0):
                figures["echo"] = statistics.median(echoes)
            seen = terminal.wait(MARK, 300)
            terminal.drain(1.0)
        terminal.close()
        events = {entry["event"]: entry for entry in map(json.loads, log.open())}
    figures |= {"cpu": events["end"]["cpu_s"], "memory": events["end"]["peak_mb"]}
    figures |= {name: entry["seconds"] for name, entry in events.items() if "seconds" in entry}
    if kind in {"ours", "textual"}:
        figures["lag"] = seen - events["last"]["t"]
    return figures


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def report(args: argparse.Namespace) -> Iterator[str]:
    """The lines of the report; the runs are taken in turn."""
    kinds = ("empty", "ours", "textual")
    taken: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    for _ in range(args.runs):
        for kind in kinds:
            taken[kind].append(run(kind, "mixed", args))
    empty, ours, theirs = (medians(taken[kind]) for kind in kinds)
    for figures in (ours, theirs):
        figures["memory"] -= empty["memory"]
    yield f"{args.size} characters at {args.rate:g} tokens/s, {args.runs} run(s)"
    yield f"{'':14}{'ours':>10}{'textual':>10}{'ratio':>10}{'budget':>10}"
    for name, unit in (("cpu", "s"), ("memory", "MB"), ("echo", "ms"), ("lag", "s")):
        if name in ours and name in theirs:
            mine, other = ours[name], theirs[name]
            budget = f"{BUDGETS[name]:10.2f}" if name in BUDGETS else "   < 0.3 s"
            yield f"{name + ' ' + unit:14}{mine:10.2f}{other:10.2f}{mine / other:10.2f}{budget}"
    history = run("history", "mixed", args)
    for name in ("open 100", "open 10000"):
        yield f"{name + ' s':14}{history[name]:10.3f}"
    for shape in list(SHAPES)[1:] if args.shapes else ():
        figures = run("ours", shape, args)
        yield f"{shape + ' cpu s':14}{figures['cpu']:10.2f}   lag {figures['lag']:.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--size", type=int, default=60_000)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--shapes", action="store_true", help="also one list, table and fence")
    for line in report(parser.parse_args()):
        print(line, flush=True)


def child(kind: str, shape: str, size: str, rate: str, log: str) -> None:
    Stage(kind, answer(shape, int(size)), float(rate), Path(log)).run()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
