"""The external editor takes over the terminal and gives it back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import settings_of
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

_LONGER_THAN_THIRTY_FRAMES = """
import sys, time
print("the editor is open", flush=True)
time.sleep(4)
with open(sys.argv[1], "a") as file:
    file.write("and more")
"""


def test_a_reply_continues_while_an_editor_has_the_terminal(start: Start, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(_LONGER_THAN_THIRTY_FRAMES)
    with (
        DemoServer(DemoSettings(speed=1.5)) as server,
        start(VISUAL=f"{sys.executable} {editor}", **settings_of(server)) as terminal,
    ):
        terminal.until("online")
        terminal.type("Write a runbook for a full disk\r")
        terminal.until(r"▐ Write a runbook for a full disk +\d\d:\d\d")
        terminal.type("next\x1be")
        terminal.until("the editor is open")
        terminal.until("and more")
        terminal.page_down_to("Further reading")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
