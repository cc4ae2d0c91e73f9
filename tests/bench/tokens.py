"""Token-by-token replies of a workflow, through the whole app in a pseudo-terminal.

    python -m tests.bench tokens

The reply comes over HTTP from the demo's Workflows API; the baseline is a bare MarkdownStream that
gets the same text as fast, without a server. So the app's processor time includes everything: the
stream's decoding, the store, the timeline, the conversation.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.answers import MARK
from tests.bench.demo_process import demo_process
from tests.bench.figures import Figure, Scale
from tests.bench.stream import Stage, type_keys
from tests.bench.terminal import Terminal
from tui.demo.scripts.talk import chronicle

_MODULE = "tests.bench.tokens"
_ASKED = "Tell me everything"
"""The demo answers it with 60 kB."""
_SIZE = 60_000
_CPU_SHARES = {200: 0.3, 2_000: 0.45}
"""Tokens per second, and the share of the floor's processor time that is allowed."""
_LONGEST_ECHO_MS = 10
_SOME = "Night"
"""Each part of that reply has it in its heading: a busy machine may draw the first part never."""
_END = "Finished"
"""Row of the timeline, drawn when the turn is over: the end of the reply is out of view."""
_COLUMNS = 160
"""Enough for the timeline."""
_PER_SECOND = 4
"""Characters of a token as the floor is given them."""


@dataclass(frozen=True)
class Run:
    """Measurements of one way. Times of keys in ms."""

    cpu_s: float
    lasted_s: float
    echoes_ms: list[float]


def measure(scale: Scale) -> Iterator[Figure]:
    """60 kB at 200 and at 2,000 tokens/s, next to MarkdownStream in the same run."""
    for rate, cpu_share in list(_CPU_SHARES.items())[1 if scale.smoke else 0 :]:
        ours = _app(rate, speed=scale.pick(1, 5))
        what = f"60 kB at {rate:,} tokens/s"
        if scale.smoke:
            yield Figure(what=f"{what}, app", unit="s", values=[ours.cpu_s])
            return
        floor = _floor(ours.lasted_s)
        yield Figure(
            what=f"{what}, processor time of the whole app",
            unit="s",
            values=[ours.cpu_s],
            floor=[floor.cpu_s],
            budget=cpu_share,
            of="ratio",
        )
        yield Figure(what=f"{what}, first to last", unit="s", values=[ours.lasted_s])
        if ours.echoes_ms and floor.echoes_ms:
            yield Figure(
                what=f"{what}, key echo meanwhile",
                unit="ms",
                values=[statistics.median(ours.echoes_ms)],
                floor=[statistics.median(floor.echoes_ms)],
                budget=_LONGEST_ECHO_MS,
            )


def _app(rate: int, speed: int) -> Run:
    with tempfile.TemporaryDirectory() as folder, _server(rate, speed) as settings:
        own = settings | {"GENIE_TUI_CONFIG_DIR": folder, "GENIE_TUI_DATA_DIR": folder}
        with Terminal([sys.executable, "-m", "tui"], own, columns=_COLUMNS) as terminal:
            terminal.wait("online", 30)
            terminal.settle()
            before_s = terminal.cpu_s()
            before = len(terminal.output)
            began_s = terminal.send(f"{_ASKED}\r")
            first_s = terminal.wait(_SOME, 30, after=before)
            echoes = type_keys(terminal, _SIZE / 5.5 / rate - 2.0)
            ended_s = terminal.wait(_END, 300)
            terminal.settle()
            assert began_s < first_s
            return Run(terminal.cpu_s() - before_s, ended_s - first_s, echoes)


@contextmanager
def _server(rate: int, speed: int) -> Iterator[dict[str, str]]:
    """A demo server of its own process; the environment of its client."""
    pace = ["--token-rate", str(rate), "--speed", str(speed)]
    with demo_process(*pace) as settings:
        yield settings | {"GENIE_TUI_BACKEND": "workflows", "GENIE_TUI_GENIE": _agent(settings)}


def _agent(settings: dict[str, str]) -> str:
    from urllib.request import Request, urlopen

    headers = {"Authorization": f"Bearer {settings['GENIE_TUI_TOKEN']}"}
    request = Request(f"{settings['GENIE_TUI_BASE_URL']}/api/agents", headers=headers)
    with urlopen(request, timeout=10) as answer:
        agents: list[dict[str, str]] = json.load(answer)
    return agents[0]["id"]


def _floor(lasts_s: float) -> Run:
    """A bare MarkdownStream, given the text over as long a time."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", _MODULE, str(lasts_s), str(log)]
        with Terminal(command) as terminal:
            terminal.drain(2.0)
            echoes = type_keys(terminal, lasts_s - 3.0)
            terminal.wait(MARK, 300)
            terminal.drain(1.0)
        events = {entry["event"]: entry for entry in map(json.loads, log.open())}
    return Run(events["end"]["cpu_s"], time.monotonic() - events["first"]["t"], echoes)


if __name__ == "__main__":
    text = f"{chronicle(_SIZE)}\n\nThe end: {MARK}\n"
    Stage("textual", text, len(text) / _PER_SECOND / float(sys.argv[1]), Path(sys.argv[2])).run()
