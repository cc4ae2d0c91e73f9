"""Text typed while the program starts, with or without a connection."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Start

AWAY = {
    "GENIE_TUI_BASE_URL": "https://genie.invalid",
    "GENIE_TUI_GENIE": "gin-1",
    "GENIE_TUI_API_KEY": "k" * 64,
    "GENIE_TUI_IDP_USER_ID": "user-1",
}
TROUBLES = {
    "certificates": ({"SSL_CERT_FILE": "/nope.pem"}, "SSL_CERT_FILE names /nope.pem"),
    "proxy": ({"HTTPS_PROXY": "nonsense://x"}, "HTTPS_PROXY names an unsupported"),
    "data folder": ({"GENIE_TUI_DATA_DIR": "/dev/null/data"}, "/dev/null/data"),
}


@pytest.mark.parametrize("pause_s", [0, 0.4])
def test_text_typed_at_the_start_is_in_the_composer(start: Start, pause_s: float) -> None:
    """Before the program owns the terminal, and while it loads."""
    with start("--demo") as terminal:
        terminal.pump(pause_s)
        terminal.type("typed at once")
        terminal.until("▐ typed at once")


@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.slow
def test_a_failed_start_takes_text_shows_the_reason_and_retries(start: Start, name: str) -> None:
    settings, told = TROUBLES[name]
    with start(**AWAY | settings) as terminal:
        terminal.type("typed at once")
        terminal.until("▐ typed at once")
        terminal.until(told)
        terminal.type(" and later\r")
        terminal.until(lambda text: "Not sent" in text and "typed at once and later" in text)
        terminal.type("\x1b")
        terminal.until(lambda text: told not in text)
        terminal.type("\x12")
        terminal.until(lambda text: told in text and "typed at once and later" in text)


def test_keys_are_accepted_in_a_window_that_is_too_small(start: Start) -> None:
    with start("--demo", columns=10, rows=4) as terminal:
        terminal.until(r"Window too\s+small")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
