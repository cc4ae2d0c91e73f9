"""``genie-tui studio`` in this process, against a demo server with its own token."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tui.cli import main
from tui.demo.server import DemoServer, DemoSettings


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Studio = Callable[..., Done]


@pytest.fixture
def observed() -> bool:
    """Use the observed dialect of the service instead of the documented one."""
    return False


@pytest.fixture
def server(observed: bool) -> Iterator[DemoServer]:
    settings = DemoSettings(speed=0, seed=3, title_s=0, seeded_conversations=0, observed=observed)
    with DemoServer(settings) as server:
        yield server
        assert server.errors == []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder that is empty."""
    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def genie_tui(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Studio:
    """Run ``genie-tui``; ``text`` is its standard input, which is no terminal."""

    def run(*arguments: str, text: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["genie-tui", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def studio(genie_tui: Studio, server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """Run ``genie-tui studio`` with the server's token."""
    monkeypatch.setenv("GENIE_TUI_DEVELOPER_URL", server.url)
    monkeypatch.setenv("GENIE_TUI_DEVELOPER_TOKEN", server.developer_token)
    return lambda *arguments, text="": genie_tui("studio", *arguments, text=text)
