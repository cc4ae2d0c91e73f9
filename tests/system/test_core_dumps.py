"""Core dumps are disabled, because they would hold tokens."""

from __future__ import annotations

import resource
import subprocess
import sys


def test_core_dumps_are_disabled() -> None:
    code = (
        "import atexit, resource, sys\n"
        "atexit.register(lambda: print(*resource.getrlimit(resource.RLIMIT_CORE)))\n"
        "sys.argv = ['genie-tui', '--version']\n"
        "from tui.cli import main\n"
        "main()\n"
    )
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)),
    )
    assert done.stdout.splitlines()[-1] == f"0 {hard}"
    assert hard != 0, "this machine allows no core dumps at all, so the test shows nothing"
