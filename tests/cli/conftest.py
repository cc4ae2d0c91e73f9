"""The real program in subprocesses, against a demo server in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.demo.server import DemoServer, DemoSettings

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seed=3, title_s=0)) as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path, server: DemoServer) -> dict[str, str]:
    """An environment that knows the demo server and nothing of the person who runs the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GENIE_TUI_")}
    return kept | {
        "GENIE_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "GENIE_TUI_DATA_DIR": str(tmp_path / "data"),
        "GENIE_TUI_BASE_URL": server.url,
        "GENIE_TUI_GENIE": server.genie,
        "GENIE_TUI_AUTH": "api_key",
        "GENIE_TUI_API_KEY": server.api_key,
        "GENIE_TUI_IDP_USER_ID": server.idp_user_id,
    }


@pytest.fixture
def run(environ: dict[str, str]) -> Run:
    """Run ``genie-tui``; ``text`` is its standard input, other words are its settings."""

    def run(*arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            input=text,
            capture_output=True,
            text=True,
            env=environ | settings,
            timeout=60,
            check=False,
        )

    return run


def last_line(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The result that ``--json`` ends with."""
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
