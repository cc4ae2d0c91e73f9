"""Test suites of 1,000 cases against a demo server of its own process.

python -m tests.bench suites
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.demo_process import demo_process
from tests.bench.figures import Figure, Scale

_JOBS = 8
_SPEED = 4
"""Times as fast as a demo for people; a case then takes a third of a second."""
_MB = 150
_CPU = 1.25
"""Of the processor time that a case takes with one job."""


@dataclass(frozen=True)
class _Run:
    seconds: float
    cpu_ms: float
    memory_mb: float
    keys: list[str]
    passed: int


def measure(scale: Scale) -> Iterator[Figure]:
    """Cases per second with eight jobs next to eight times those of one job, and memory."""
    count = scale.pick(1_000, 40)
    few = count // _JOBS
    with tempfile.TemporaryDirectory() as name, demo_process("--speed", str(_SPEED)) as server:
        folder = Path(name)
        own = os.environ | server | {"GENIE_TUI_CONFIG_DIR": name, "GENIE_TUI_DATA_DIR": name}
        start = _run(folder, 1, 1, own)
        alone = _run(folder, few, 1, own)
        together = _run(folder, count, _JOBS, own)
    assert together.passed == count, together.passed
    assert together.keys == [f"many/c{number}" for number in range(count)]
    yield Figure(
        what=f"{count:,} cases, {_JOBS} jobs (floor: {few:,} cases, one job)",
        unit="s",
        values=[together.seconds],
        floor=[alone.seconds],
    )  # no budget: the demo server is the limit
    yield Figure(
        what="its processor time per case, without the start (floor: one job)",
        unit="ms",
        values=[(together.cpu_ms - start.cpu_ms) / count],
        floor=[(alone.cpu_ms - start.cpu_ms) / few],
        budget=_CPU,
        of="ratio",
    )
    memory = [together.memory_mb]
    yield Figure(what="its memory at the peak", unit="MB", values=memory, budget=_MB)


def _run(folder: Path, count: int, jobs: int, environ: Mapping[str, str]) -> _Run:
    """Run a suite of so many cases with the command."""
    path, report = folder / f"many{count}.yaml", folder / f"run{count}.json"
    cases = "".join(
        f"  - {{id: c{n}, turns: [{{say: hello, expect: [{{contains: ask me}}]}}]}}\n"
        for n in range(count)
    )
    path.write_text(f"version: 1\nsuite: many\ncases:\n{cases}", encoding="utf-8")
    command = [sys.executable, "-m", "tui", "test", str(path), "--jobs", str(jobs)]
    began_s = time.monotonic()
    process = subprocess.Popen(
        [*command, "--json", str(report)],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began_s
    assert process.returncode == 0, process.returncode
    found = json.loads(report.read_text())["cases"]
    keys = [f"{case['suite']}/{case['id']}" for case in found]
    passed = sum(case["verdict"] == "pass" for case in found)
    cpu_ms = (usage.ru_utime + usage.ru_stime) * 1_000
    return _Run(seconds, cpu_ms, usage.ru_maxrss / 1_000, keys, passed)
