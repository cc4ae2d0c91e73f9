"""Demo server in a process of its own, so that it costs the measured program nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def demo_process(*options: str) -> Iterator[dict[str, str]]:
    """Run ``demo-server`` with these options; yield the environment of its client."""
    command = [sys.executable, "-m", "tui", "demo-server", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        settings: dict[str, str] = json.loads(server.stdout.readline())
        try:
            yield settings
        finally:
            server.terminate()
