"""Stream a long Markdown reply in a pseudo-terminal: our Reply against Textual's MarkdownStream.

    python -m tests.bench stream [--shapes]

Every figure comes from the same run, so that the ratios don't depend on the machine.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textual import work
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Markdown, TextArea

from tests.bench.answers import MARK, SHAPES, answer, growing
from tests.bench.figures import Figure, Scale
from tests.bench.terminal import Terminal
from tui.ui.theme.themes import tokens
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.virtual_list import VirtualList

_MODULE = "tests.bench.stream"
_KEYS = "αβγδεζηθικλμνξοπρστυφχψω"
_BUDGETS = {"cpu": 0.45, "memory": 0.1, "echo": 0.1}
_UNITS = {"cpu": "s", "memory": "MB", "echo": "ms", "lag": "s"}
_NAMES = {
    "cpu": "processor time",
    "memory": "memory over the empty app",
    "echo": "key echo meanwhile",
    "lag": "last token to screen",
}
_LONGEST_LAG_S = 0.1


@dataclass(frozen=True)
class Item:
    key: str
    text: str
    final: bool = True


def new_window() -> VirtualList[Item]:
    def update(widget: Widget, item: Item) -> None:
        if isinstance(widget, Reply):
            widget.show(item.text, final=item.final)

    return VirtualList(
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

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return tokens(self.current_theme)

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
        window = self.query_one(VirtualList)
        async for text in growing(self.text, self.rate):
            await window.show_item(Item("answer", text, final=False))
        self.note("last")
        await window.show_item(Item("answer", self.text))


def measure(scale: Scale) -> Iterator[Figure]:
    """60 kB at 1,000 tokens/s next to MarkdownStream; a megabyte and single shapes alone."""
    yield from _compared(scale.pick(60_000, 8_000), scale)
    if not scale.smoke:
        yield from _alone("mixed", 1_000_000, 10_000)
        for shape in list(SHAPES)[1:]:
            yield from _alone(shape, 60_000, 1_000)


def _alone(shape: str, size: int, rate: int) -> Iterator[Figure]:
    figures = _run("ours", shape, size, rate)
    what = f"{size // 1000:,} kB of {shape} at {rate:,} tokens/s"
    yield Figure(what=f"{what}, {_NAMES['cpu']}", unit="s", values=[figures["cpu"]])
    yield _lag(what, [figures["lag"]])


def _compared(size: int, scale: Scale) -> Iterator[Figure]:
    kinds = ("empty", "ours", "textual")
    taken: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    for _ in range(scale.pick(min(scale.runs, 3), 1)):
        for kind in kinds:
            taken[kind].append(_run(kind, "mixed", size, 1_000))
    empty_mb = statistics.median(run["memory"] for run in taken["empty"])
    for runs in (taken["ours"], taken["textual"]):
        for run in runs:
            run["memory"] -= empty_mb
    for name in ("cpu", "memory", "echo"):
        mine = [run[name] for run in taken["ours"] if name in run]
        other = [run[name] for run in taken["textual"] if name in run]
        if mine and other:
            what = f"{size // 1000} kB streamed, {_NAMES[name]}"
            budget = None if scale.smoke else _BUDGETS[name]
            yield Figure(
                what=what, unit=_UNITS[name], values=mine, floor=other, budget=budget, of="ratio"
            )
    floor = [run["lag"] for run in taken["textual"]]
    yield _lag(f"{size // 1000} kB streamed", [run["lag"] for run in taken["ours"]], floor)


def _lag(what: str, values: list[float], floor: list[float] | None = None) -> Figure:
    return Figure(
        what=f"{what}, {_NAMES['lag']}",
        unit="s",
        values=values,
        floor=floor or (),
        budget=_LONGEST_LAG_S,
    )


def _run(kind: str, shape: str, size: int, rate: float) -> dict[str, float]:
    """One run; its figures. Echo times are in ms, the lag is of the mark after the last token."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", _MODULE, kind, shape, str(size), str(rate), str(log)]
        figures: dict[str, float] = {}
        with Terminal(command) as terminal:
            terminal.drain(3.0)
            if kind != "empty":
                if echoes := type_keys(terminal, size / 4 / rate - 4.0):
                    figures["echo"] = statistics.median(echoes)
                seen = terminal.wait(MARK, 300)
                terminal.drain(1.0)
        events = {entry["event"]: entry for entry in map(json.loads, log.open())}
    figures |= {"cpu": events["end"]["cpu_s"], "memory": events["end"]["peak_mb"]}
    if kind != "empty":
        figures["lag"] = max(seen - events["last"]["t"], 0.0)
    return figures


def type_keys(terminal: Terminal, seconds: float) -> list[float]:
    """Type for some seconds; how long each key took to the screen, in ms."""
    echoes: list[float] = []
    end = time.monotonic() + seconds
    for key in _KEYS:
        terminal.drain(0.4)
        if time.monotonic() > end:
            break
        sent = terminal.send(key)
        echoes.append((terminal.wait(key, 10) - sent) * 1000)
    return echoes


if __name__ == "__main__":
    kind, shape, size, rate, log = sys.argv[1:]
    Stage(kind, answer(shape, int(size)), float(rate), Path(log)).run()
