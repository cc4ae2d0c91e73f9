"""The app in a bad environment: small, old, damaged, or changed while it runs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import sent, settings_of
from tui.demo.server import DemoServer, DemoSettings

HELLO = "hello there"
RAW_AGAIN = b"\x1b[?1004h"
"""Written after Enter is no line feed any more, unlike the switch to the other screen."""


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seed=3, title_s=0, seeded_conversations=0)) as server:
        yield server


def test_the_app_redraws_after_suspend_and_resume(start: Start, server: DemoServer) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("essage")
        terminal.kill(signal.SIGTSTP)
        terminal.wait_stopped()
        suspended = len(terminal.output)
        terminal.kill(signal.SIGCONT)
        terminal.until(lambda _: RAW_AGAIN in terminal.output[suspended:])
        terminal.type(f"{HELLO}\r")
        terminal.until("Ask me what I can")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0


def test_two_processes_chat_with_one_store(start: Start, server: DemoServer) -> None:
    with start(**settings_of(server)) as one, start(**settings_of(server)) as other:
        one.until("essage")
        other.until("essage")
        one.type(f"{HELLO}\r")
        other.type("Is anything broken right now?\r")
        one.until("Ask me what I can")
        other.until("network team")
        for terminal in (one, other):
            terminal.type("\x11")
            assert terminal.wait_exit() == 0
    assert sorted(sent(server)) == ["Is anything broken right now?", HELLO]


def test_a_damaged_database_is_set_aside_and_reported(
    start: Start, server: DemoServer, environ: dict[str, str]
) -> None:
    data = Path(environ["GENIE_TUI_DATA_DIR"])
    data.mkdir(parents=True)
    (data / "conversations.db").write_bytes(b"this is no database " * 500)
    with start(**settings_of(server)) as terminal:
        terminal.until("were damaged")
        terminal.type(f"{HELLO}\r")
        terminal.until("Ask me what I can")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    files = [path for path in data.iterdir() if path.is_file()]
    kept = [path.name for path in files if b"no database" in path.read_bytes()]
    assert len(kept) == 1


@pytest.mark.parametrize(
    "terminal_type",
    [
        "xterm-16color",
        "dumb",
        "no-such-terminal",
        pytest.param("screen-256color", marks=pytest.mark.slow),
        pytest.param("linux", marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_any_term_variable_works(start: Start, server: DemoServer, terminal_type: str) -> None:
    with start(**settings_of(server), TERM=terminal_type, COLORTERM="") as terminal:
        terminal.until("essage")
        terminal.type(f"{HELLO}\r")
        terminal.until("Ask me what I can")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0


@pytest.mark.slow
def test_a_tiny_window_does_no_harm(start: Start, server: DemoServer) -> None:
    with start(**settings_of(server), columns=20, rows=5) as terminal:
        terminal.pump(1)
        terminal.resize(8, 2)
        terminal.pump(0.5)
        terminal.resize(100, 30)
        terminal.until("essage")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
