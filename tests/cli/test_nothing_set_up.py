"""Errors of a new user's first commands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.cli import main


@pytest.mark.parametrize(
    "command",
    [
        ("login",),
        ("logout",),
        ("whoami",),
        ("ask", "Hi"),
        ("conversations",),
        ("export", "cnv-1"),
        ("studio", "genies", "list"),
    ],
    ids=" ".join,
)
def test_with_nothing_set_up_a_command_names_both_ways_out(
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in os.environ if name.startswith("GENIE_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["genie-tui", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("genie-tui: Nothing is set up yet. Run 'genie-tui' to set up")
    assert "--demo" in told
