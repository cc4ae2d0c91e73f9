"""Network lost during a turn and restored: typing never blocks, the turn ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import Kept, sent, settings_of
from tests.e2e.proxy import Proxy
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

TEXT = "is anything broken"
LAST_WORDS = "expects a fix by"
RETRY = "\x12"
ECHO_WITHIN_S = 15.0
"""Long enough for a busy machine, far less than what a program waits for that is blocked."""
PATIENCE_S = 60


@pytest.fixture
def server() -> Iterator[DemoServer]:
    settings = DemoSettings(speed=2, seed=5, seeded_conversations=0, title_s=0)
    with DemoServer(settings) as server:
        yield server
        assert server.errors == []


@pytest.fixture
def proxy(server: DemoServer) -> Iterator[Proxy]:
    with Proxy(server.url) as proxy:
        yield proxy


def type_and_see(terminal: Terminal, words: str) -> None:
    """Each word must be on the screen soon after it was typed."""
    typed = ""
    for word in words.split():
        terminal.type(f" {word}" if typed else word)
        typed = f"{typed} {word}" if typed else word
        terminal.until(typed, within_s=ECHO_WITHIN_S)


WORSE: dict[str, Callable[[Proxy], None]] = {
    "dropped": Proxy.drop,
    "stalled": Proxy.stall,
    "reset": Proxy.reset,
}


@pytest.mark.parametrize("trouble", WORSE)
def test_the_network_is_lost_during_a_turn_and_reconnects(
    start: Start, server: DemoServer, proxy: Proxy, environ: dict[str, str], trouble: str
) -> None:
    kept = Kept(Path(environ["GENIE_TUI_DATA_DIR"]))
    with start(**settings_of(server, proxy.url)) as terminal:
        terminal.until("(?i)message")
        terminal.type(f"{TEXT}\r")
        terminal.until("Read status page")
        WORSE[trouble](proxy)
        type_and_see(terminal, "words typed without any network")
        proxy.restore()
        terminal.type(RETRY)
        terminal.until(LAST_WORDS)
        terminal.until("words typed without any network")
        deadline = time.monotonic() + PATIENCE_S
        while not kept.finished and time.monotonic() < deadline:
            terminal.pump(0.1)
    assert kept.messages() == [(TEXT, "sent", True)]
    assert sent(server) == [TEXT]


def test_a_message_written_offline_is_sent_after_the_reconnect(
    start: Start, server: DemoServer, proxy: Proxy
) -> None:
    with start(**settings_of(server, proxy.url)) as terminal:
        terminal.until("(?i)message")
        proxy.drop()
        terminal.type(f"{TEXT}\r")
        terminal.until(TEXT)
        type_and_see(terminal, "and now for something else")
        terminal.pump(1)
        assert sent(server) == []
        proxy.restore()
        terminal.type(RETRY)
        terminal.until(LAST_WORDS)
    assert sent(server) == [TEXT]
