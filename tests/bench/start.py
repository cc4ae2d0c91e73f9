"""Time from the command to the first screen, with an empty and a full store."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import bare
from tests.bench.figures import Figure, Scale
from tests.bench.stored import store_conversations
from tests.bench.terminal import Terminal
from tests.e2e.outside import settings_of
from tui.demo.server import DemoServer, DemoSettings

_LIMIT_S = 30.0
_BARE_SHARE = 0.75
"""Of the time of the bare app."""
_MB = 45
_BARE = [sys.executable, "-m", "tests.bench.bare"]
_APP = [sys.executable, "-m", "tui"]


def measure(scale: Scale) -> Iterator[Figure]:
    """Start to first paint next to a bare app, memory, and the commands that draw nothing."""
    with DemoServer(DemoSettings(speed=0, seeded_conversations=0)) as server:
        for count in (0, 1_000, 10_000) if not scale.smoke else (0, 1_000):
            yield from _starts(server, count, scale)
    yield _help(scale)


def _starts(server: DemoServer, count: int, scale: Scale) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        environ = settings_of(server) | _own_folders(Path(folder))
        account = f"{server.url} {server.genie} {server.idp_user_id}"
        path = Path(folder) / "data" / "conversations.db"
        asyncio.run(store_conversations(path, account, count))
        ours, floor, memory = [], [], []
        for number in range(scale.pick(scale.runs, 1) + 1):
            mine, mb = _first_paint(_APP, environ, "essage")
            other, _ = _first_paint(_BARE, environ, bare.READY)
            if number:  # the first run warms the caches
                ours.append(mine)
                floor.append(other)
                memory.append(mb)
    name = f"start to first paint, {count:,} conversations"
    yield Figure(what=name, unit="s", values=ours, floor=floor, budget=_BARE_SHARE, of="ratio")
    yield Figure(what=f"memory then, {count:,} conversations", unit="MB", values=memory, budget=_MB)


def _own_folders(folder: Path) -> dict[str, str]:
    return {
        "GENIE_TUI_CONFIG_DIR": str(folder / "config"),
        "GENIE_TUI_DATA_DIR": str(folder / "data"),
    }


def _first_paint(command: list[str], environ: dict[str, str], seen: str) -> tuple[float, float]:
    """Seconds until the text is drawn, and MB of memory at that time."""
    with Terminal(command, environ) as terminal:
        drawn = terminal.wait(seen, _LIMIT_S)
        memory = terminal.memory_mb()
        terminal.settle()
        return drawn - terminal.began, memory


def _help(scale: Scale) -> Figure:
    ours, floor = [], []
    for _ in range(scale.pick(scale.runs, 2) * 2):
        ours.append(_seconds([*_APP, "--help"]))
        floor.append(_seconds([sys.executable, "-c", "import click"]))
    return Figure(what="--help (floor: import click)", unit="s", values=ours, floor=floor)


def _seconds(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began
