"""Progress of a command on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tui.ui.terminal import live_lines
from tui.ui.terminal.live_lines import LiveLines


def test_finished_work_stays_and_running_work_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()
    monkeypatch.setattr(
        live_lines, "Console", lambda **_: Console(file=output, width=60, force_terminal=True)
    )
    with LiveLines(20, clock=lambda: 3.0) as lines:
        for number in range(14):
            lines.start(f"suite/c{number}")
        lines.finish("suite/c0", "ok    suite/c0     1.2 s \x1b]0;x\x07[bold]")
        rendered = Console(width=60, no_color=True, file=io.StringIO(), record=True)
        rendered.print(lines._lines())
    shown = rendered.export_text().splitlines()
    assert shown[0] == "  suite/c1  0 s"
    assert shown[-2:] == ["  and 1 more", "1 of 20 done"]
    assert "ok    suite/c0     1.2 s" in output.getvalue()
    assert "[bold]" in output.getvalue()
    assert "\x1b]0;x" not in output.getvalue()
