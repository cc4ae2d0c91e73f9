"""Sign-in in a real terminal without a browser, as over SSH."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.terminal import Terminal
from tests.signing_in import OVER_SSH, free_redirect, redirected, settings_of
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

NO_BROWSER = OVER_SSH | {"GENIE_TUI_NO_BROWSER": ""}
LINK = re.compile(rb"\x1b\]8;[^;]*;(http[^\x1b\x07]+)(?:\x1b\\|\x07)")


@pytest.fixture
def server() -> Iterator[DemoServer]:
    settings = DemoSettings(speed=0, seed=5, redirect_url=free_redirect(), seeded_conversations=0)
    with DemoServer(settings) as server:
        yield server


def over_ssh(server: DemoServer) -> dict[str, str]:
    return settings_of(server) | NO_BROWSER


def link_on(terminal: Terminal) -> str:
    """The address that the terminal was given as a link."""
    terminal.until(lambda _: LINK.search(terminal.output) is not None)
    links = LINK.findall(terminal.output)
    assert len(set(links)) == 1
    return str(links[0].decode())


def paste(terminal: Terminal, text: str) -> None:
    terminal.type(f"\x1b[200~{text}\x1b[201~")


def click(terminal: Terminal, label: str, offset: int = 0) -> None:
    """Press the mouse ``offset`` cells right of where a label begins."""
    lines = terminal.until(re.escape(label)).splitlines()
    row = next(number for number, line in enumerate(lines) if label in line)
    place = f"0;{lines[row].index(label) + offset + 1};{row + 1}"
    terminal.type(f"\x1b[<{place}M\x1b[<{place}m")


def fill(terminal: Terminal, label: str, text: str) -> None:
    click(terminal, label, offset=20)
    terminal.type(text)
    terminal.until(re.escape(text[:20]) if "key" not in label else "••••")


def test_over_ssh_the_pasted_redirect_url_completes_the_login_of_the_app(
    start: Start, server: DemoServer
) -> None:
    with start(columns=80, rows=24, **over_ssh(server)) as terminal:
        terminal.until(r"you are connected\s+over SSH")
        terminal.until(r"ssh -L (\d+):127\.0\.0\.1:\1 jo@10\.0\.0\.7")
        paste(terminal, "http://127.0.0.1/wrong?code=1")
        terminal.until("address must start with")
        paste(terminal, redirected(link_on(terminal)))
        terminal.until("Ada")
        terminal.until("What can")
        terminal.type("hello there\r")
        terminal.until("Ask me")  # the rest may be behind the words about the login
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    with start("whoami", **over_ssh(server)) as terminal:
        terminal.until("Ada .ada@example.com.")


def test_a_denied_login_is_reported_and_can_be_retried(start: Start, server: DemoServer) -> None:
    with start(**over_ssh(server)) as terminal:
        terminal.until(r"4:\d\d left")  # keys of its first moment do not count
        paste(terminal, redirected(link_on(terminal), decision="deny"))
        terminal.until("Access was denied in the browser")
        terminal.type("r")
        terminal.until(r"4:\d\d left")
        terminal.type("\x1b")
        terminal.until(lambda text: "paste it here" not in text)
        with socket.socket() as port:
            port.bind(("127.0.0.1", int(server.redirect_url.split(":")[2].split("/")[0])))


def test_the_login_command_accepts_the_pasted_redirect_url(
    start: Start, server: DemoServer
) -> None:
    with start("login", columns=400, **over_ssh(server)) as terminal:
        terminal.until("press Enter")
        [url] = re.findall(r"http\S+oauth/authorize\S+", terminal.text)
        terminal.type(f"{redirected(url)}\r")
        terminal.until("Signed in as Ada")
        assert terminal.wait_exit() == 0


def test_an_interrupted_login_command_ends_quietly(start: Start, server: DemoServer) -> None:
    with start("login", **over_ssh(server)) as terminal:
        terminal.until("press Enter")
        terminal.kill(signal.SIGINT)
        assert terminal.wait_exit() == 130
        assert b"Traceback" not in terminal.output


def test_a_user_signs_in_to_the_demo(start: Start) -> None:
    with start("--demo", "--login", **NO_BROWSER) as terminal:
        terminal.until("paste it here")
        paste(terminal, redirected(link_on(terminal)))
        terminal.until("Ada")
        terminal.until("What can")


def test_the_first_run_offers_the_demo_or_a_profile(
    start: Start, server: DemoServer, environ: dict[str, str]
) -> None:
    with start() as terminal:
        terminal.until("Try the demo")
        terminal.type("\r")
        terminal.until("What can")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    config = Path(environ["GENIE_TUI_CONFIG_DIR"], "config.toml")
    assert not config.exists()
    with start(columns=100, rows=45) as terminal:
        terminal.until("Saves to")
        fill(terminal, "Base URL", server.url)
        fill(terminal, "Genie  ", server.genie)
        click(terminal, "API key")
        terminal.until("User ID")
        fill(terminal, "API key  ", server.api_key)
        fill(terminal, "User ID", server.idp_user_id)
        terminal.type("\x13")
        terminal.until("● online")
        terminal.type("hello there\r")
        terminal.until("Ask me what I can do")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    assert server.api_key not in config.read_text()
    assert config.stat().st_mode & 0o077 == 0
