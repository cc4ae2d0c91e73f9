"""Hostile output of an agent and its service: the terminal receives only text.

Every byte that the real program writes is checked. The service is hostile in every field: titles,
messages, skills, errors, approvals, connections, names.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Start
from tests.e2e.hostile import FORBIDDEN, hostile
from tests.e2e.outside import settings_of
from tests.e2e.terminal import Terminal
from tests.e2e.test_login import link_on
from tests.signing_in import OVER_SSH, free_redirect, redirected
from tests.signing_in import settings_of as signing_in
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

AWAY = "\x1b[O"
ESC = "\x1b"
FOCUS_LATER_S = 0.6
"""An opened question is deaf for a moment."""


@pytest.fixture
def server() -> Iterator[DemoServer]:
    settings = DemoSettings(speed=0, seed=5, seeded_conversations=0, title_s=0)
    with DemoServer(settings) as server, hostile(server):
        yield server


def leaked(terminal: Terminal) -> list[bytes]:
    return [bad for bad in FORBIDDEN if bad in terminal.output]


def test_no_hostile_escape_sequence_reaches_the_terminal_from_the_app(
    start: Start, server: DemoServer
) -> None:
    with start(**settings_of(server), TERM_PROGRAM="WezTerm", columns=120, rows=40) as terminal:
        terminal.until("online")
        _talk(terminal)
        _look_around(terminal)
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    assert leaked(terminal) == []
    assert b"Traceback" not in terminal.output
    assert server.errors == []


def _talk(terminal: Terminal) -> None:
    """Open both questions, each on its card, without focus so that notifications are sent."""
    terminal.type(AWAY)
    terminal.type("go\r")
    terminal.until("Ctrl.G open|Tab answer here")
    while "a and r answer now" not in terminal.text:
        terminal.type("\x07")
        terminal.pump(FOCUS_LATER_S)
    terminal.pump(FOCUS_LATER_S)
    terminal.type("\x1b[F")
    terminal.until(lambda text: "above" in text and "▼" not in text)
    terminal.type("a")
    terminal.until("not seen")
    terminal.pump(FOCUS_LATER_S)
    terminal.type("a")
    terminal.page_down_to("Well done")
    terminal.type("more\r")
    terminal.until("sign in")
    terminal.type("\x07")
    terminal.until("QR")
    terminal.pump(FOCUS_LATER_S)
    _leave(terminal, "QR")


def _look_around(terminal: Terminal) -> None:
    """Every place that shows it once more."""
    for keys, sight in (
        ("\x06XQ", "results in"),  # search
        ("\x1b[18~", "Secrets are masked"),  # F7, export
        ("\x1b[24~", "Requests"),  # F12
        ("\x1bOQ", "Rename conv"),  # F2
        ("\x10", "Type to find a command"),  # palette
        ("\x1bOP", "Type to filter"),  # help
    ):
        terminal.type(keys)
        terminal.until(sight)
        _leave(terminal, sight)
    terminal.type("\x1b[1;5A")  # the message above
    terminal.until("View")
    terminal.type("v")
    terminal.until("Message source")
    _leave(terminal, "Message source")
    terminal.type("\x14")  # the timeline
    terminal.until("Timeline +/ filter")
    while "Enter Details" not in (before := terminal.text):
        terminal.type("\t")
        terminal.until(lambda text, before=before: text != before)  # one more would go past it
        terminal.pump(FOCUS_LATER_S)
    for keys in ("\r", "\x1b[A\r", "\x1b[A\x1b[A\r"):  # an event, and some before it
        terminal.type(keys)
        terminal.until("Received")
        terminal.pump(FOCUS_LATER_S)
        _leave(terminal, "Received")


def _leave(terminal: Terminal, sight: str) -> None:
    terminal.type(ESC)
    terminal.until(lambda text: sight not in text)


@pytest.mark.parametrize(
    "command",
    [("ask", "go", "--approve-all"), ("ask", "go", "--approve-all", "--json"), ("conversations",)],
)
def test_no_hostile_escape_sequence_reaches_the_terminal_from_commands(
    start: Start, server: DemoServer, command: tuple[str, ...]
) -> None:
    with start(*command, **settings_of(server)) as terminal:
        terminal.wait_exit(60)
    assert leaked(terminal) == []
    assert b"Traceback" not in terminal.output


def test_no_hostile_escape_sequence_reaches_the_terminal_from_the_login(start: Start) -> None:
    settings = DemoSettings(speed=0, seed=5, redirect_url=free_redirect(), seeded_conversations=0)
    with DemoServer(settings) as server:
        remote = signing_in(server) | OVER_SSH | {"GENIE_TUI_NO_BROWSER": ""}
        with start(columns=200, **remote) as terminal:
            terminal.until(r"you are connected\s+over SSH")
            arrived = redirected(link_on(terminal))
            with hostile(server):
                terminal.type(f"\x1b[200~{arrived}\x1b[201~")
                terminal.until("XQ.*online")
                terminal.type("\x11")
                assert terminal.wait_exit() == 0
                with start("whoami", **remote) as asked:
                    assert asked.wait_exit(60) == 0
        assert "XQ" in asked.text
        assert leaked(terminal) + leaked(asked) == []


@pytest.mark.parametrize("kind", ["genies", "skills"])
def test_no_hostile_escape_sequence_reaches_the_terminal_from_studio(
    start: Start, server: DemoServer, kind: str
) -> None:
    studio = {
        "GENIE_TUI_DEVELOPER_URL": server.url,
        "GENIE_TUI_DEVELOPER_TOKEN": server.developer_token,
    }
    with start("studio", kind, "list", columns=200, **settings_of(server), **studio) as terminal:
        assert terminal.wait_exit(60) == 0
    assert "XQ" in terminal.text
    assert leaked(terminal) == []
