"""``ask`` in a terminal: approvals are asked for interactively."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import settings_of
from tui.demo.server import DemoServer, DemoSettings

TRIP = "Plan a trip to Lisbon"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seed=5, seeded_conversations=0, title_s=0)) as server:
        yield server


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_approvals_are_prompted_at_the_terminal(
    start: Start, server: DemoServer, options: tuple[str, ...]
) -> None:
    with start("ask", TRIP, *options, **settings_of(server)) as terminal:
        terminal.until("(?s)Book ticket wants to run with.*Bristol.*Approve")
        terminal.type("y\r")
        terminal.until("(?s)Book hotel wants to run with.*nights.*Approve")
        terminal.type("n\r")
        assert terminal.wait_exit() == 0
        assert "The ticket is booked, but the hotel isn't." in " ".join(terminal.text.split())
    decisions = [record.summary.split()[-1] for record in server.log.of("approval")]
    assert decisions == ["approved", "rejected"]


def test_an_approval_prompt_times_out(start: Start, server: DemoServer) -> None:
    with start("ask", TRIP, "--timeout", "6", **settings_of(server)) as terminal:
        terminal.until("Approve")
        assert terminal.wait_exit() == 1
        assert "No reply within 6 s" in terminal.text
    assert server.log.of("approval") == []
