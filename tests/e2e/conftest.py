"""The program as a user starts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

Start = Callable[..., Terminal]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests wait for what is on the screen, however long a busy machine takes for it."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment that knows nothing of the person who runs the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GENIE_TUI_", "TEXTUAL"))}
    for name in (
        "NO_COLOR",
        "TERM",
        "TERM_PROGRAM",
        "COLORFGBG",
        "TMUX",
        "LC_ALL",
        "SSH_CONNECTION",
        "COLUMNS",
        "LINES",
    ):
        kept.pop(name, None)
    return kept | {
        "GENIE_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "GENIE_TUI_DATA_DIR": str(tmp_path / "data"),
        "GENIE_TUI_NO_BROWSER": "1",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


@pytest.fixture
def start(environ: dict[str, str]) -> Start:
    """Start ``genie-tui`` with arguments; other words are its settings."""

    def start(*arguments: str, columns: int = 120, rows: int = 36, **settings: str) -> Terminal:
        command = [sys.executable, "-m", "tui", *arguments]
        return Terminal(command, environ | settings, columns=columns, rows=rows)

    return start
