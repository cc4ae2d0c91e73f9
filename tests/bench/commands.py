"""Time and processor time of ``ask`` as a whole process, next to a script that only posts."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.figures import Figure, Scale
from tests.e2e.outside import settings_of
from tui.demo.server import DemoServer, DemoSettings

_ASKED = "Say hello"
_ASK = [sys.executable, "-m", "tui", "ask", _ASKED]
_SCRIPT = [sys.executable, "-m", "tests.bench.bare_ask", _ASKED]
_SHARE = 1.8
"""Of the script's processor time."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Processor time of ``ask`` and of twelve lines with httpx, against the same demo server."""
    demo = DemoSettings(speed=0, seeded_conversations=0)
    with DemoServer(demo) as server, tempfile.TemporaryDirectory() as folder:
        environ = os.environ | settings_of(server)
        environ |= {"GENIE_TUI_CONFIG_DIR": folder, "GENIE_TUI_DATA_DIR": str(Path(folder, "data"))}
        ours, floor = [], []
        for number in range(scale.pick(2 * scale.runs, 1) + 1):
            mine, other = _cpu_s(_ASK, environ), _cpu_s(_SCRIPT, environ)
            if number:  # the first run compiles and makes the store
                ours.append(mine)
                floor.append(other)
    yield Figure(
        what="ask, processor time (floor: a script with httpx)",
        unit="s",
        values=ours,
        floor=floor,
        budget=_SHARE,
        of="ratio",
    )


def _cpu_s(command: list[str], environ: Mapping[str, str]) -> float:
    """Run a command that must print an answer; return its processor time in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout.strip():
        raise ValueError(f"no answer from {command}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
