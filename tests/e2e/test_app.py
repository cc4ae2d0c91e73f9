"""The app in a real terminal: chat, approve, quit, kill."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Start
from tui.demo.server import DemoServer, DemoSettings

ORDINARY_SIZES = [pytest.param(*size, marks=pytest.mark.slow) for size in ((80, 24), (120, 40))]
READY = "What can"
LEFT_FULL_SCREEN = b"\x1b[?1049l"
MOUSE_OFF = b"\x1b[?1000l"
MOUSE_ON = b"\x1b[?1000h"


def test_the_demo_starts_and_replies(start: Start) -> None:
    with start("--demo") as terminal:
        terminal.until(READY)
        terminal.type("hello there\r")
        terminal.until("Ask me what I can do")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert LEFT_FULL_SCREEN in terminal.output
        assert MOUSE_ON in terminal.output
        assert MOUSE_OFF in terminal.output


@pytest.mark.slow
def test_the_mouse_can_be_disabled(start: Start) -> None:
    with start("--demo", GENIE_TUI_MOUSE="no") as terminal:
        terminal.until(READY)
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    assert MOUSE_ON not in terminal.output


@pytest.mark.parametrize(("columns", "rows"), [(60, 20), (200, 60), *ORDINARY_SIZES])
@pytest.mark.slow
def test_the_app_fits_terminals_of_many_sizes(start: Start, columns: int, rows: int) -> None:
    with start("--demo", columns=columns, rows=rows) as terminal:
        terminal.until("(?i)message")
        terminal.type("hello there\r")
        terminal.until("Ask me what I can")
        terminal.resize(rows * 2, columns // 2)
        terminal.until(r"Hi Ada\.")


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)]
)
def test_a_signal_during_streaming_restores_the_terminal(
    start: Start, number: signal.Signals
) -> None:
    with start("--demo") as terminal:
        terminal.until(READY)
        terminal.type("Write a runbook for a full disk\r")
        terminal.until(r"▐ Write a runbook for a full disk +\d\d:\d\d")
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert LEFT_FULL_SCREEN in terminal.output
        assert MOUSE_OFF in terminal.output
        assert b"Traceback" not in terminal.output


def test_closing_the_window_during_streaming_ends_the_program(start: Start) -> None:
    with start("--demo") as terminal:
        terminal.until(READY)
        terminal.type("Write a runbook for a full disk\r")
        terminal.until(r"▐ Write a runbook for a full disk +\d\d:\d\d")
        assert terminal.hang_up() == 128 + signal.SIGHUP


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seed=5, seeded_conversations=0, title_s=0)) as server:
        yield server


def settings_of(server: DemoServer) -> dict[str, str]:
    return {
        "GENIE_TUI_BASE_URL": server.url,
        "GENIE_TUI_GENIE": server.genie,
        "GENIE_TUI_AUTH": "api_key",
        "GENIE_TUI_API_KEY": server.api_key,
        "GENIE_TUI_IDP_USER_ID": server.idp_user_id,
    }


def test_a_message_survives_kill_9(start: Start, server: DemoServer) -> None:
    settings = settings_of(server)
    server.faults.add("silent:after=1")
    with start(**settings) as terminal:
        terminal.until("online")
        terminal.type("hello there\r")
        terminal.until(r"▐ hello there +\d\d:\d\d")
        terminal.type("half a tho")
        terminal.until("half a tho")
        terminal.until("Thinking")
        terminal.kill(signal.SIGKILL)
        terminal.wait_exit()
    server.faults.clear()
    with start(**settings) as terminal:
        terminal.until("Ask me what I can")
    sent = [record.summary for record in server.log.of("send") if record.summary]
    assert sent == ["hello there"]
