"""The demo in a browser: served to its own page alone."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pyte
import pytest
from playwright.sync_api import Browser, WebSocket, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture
def port(environ: dict[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "tui", "--demo", "--web", "--port", str(port)]
    server = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    said = server.stderr.readline()
    assert said == f"The demo is at http://127.0.0.1:{port}/ · Ctrl+C ends it.\n"
    yield port
    server.terminate()
    server.wait(10)
    server.stderr.close()


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium must be installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def status(port: int, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status


def test_only_the_page_itself_is_answered(port: int) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    assert status(port, "/") == 200
    assert status(port, "/", Host="evil.example") == 403
    assert status(port, "/ws", Origin="http://evil.example", **upgrade) == 403
    assert status(port, "/ws", Origin=f"http://localhost:{port}", **upgrade) == 403


def test_a_port_in_use_is_said_in_one_line(environ: dict[str, str], port: int) -> None:
    command = [sys.executable, "-m", "tui", "--demo", "--web", "--port", str(port)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "choose another with --port" in done.stderr


class Page:
    """What the terminal in a page shows: it draws on a canvas, so the bytes are read instead."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(200, 60)
        self._stream = pyte.ByteStream(self._screen)

    def listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._take)

    def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._stream.feed(frame.replace(b"\x1b[>", b"\x1b["))

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)


@pytest.mark.browser
def test_somebody_talks_to_the_demo_in_a_browser(chromium: Browser, port: int) -> None:
    context = chromium.new_context(viewport={"width": 1200, "height": 800})
    asked: list[str] = []
    context.on("response", lambda answer: asked.append(urlsplit(answer.url).hostname or ""))
    page, shown = context.new_page(), Page()
    page.on("websocket", shown.listen)
    page.goto(f"http://127.0.0.1:{port}/")

    def until(words: str) -> None:
        for _ in range(200):
            if words in shown.text:
                return
            page.wait_for_timeout(100)
        raise AssertionError(shown.text)

    until("What can Ifrit do for you?")
    page.bring_to_front()
    page.mouse.click(600, 740)  # the composer
    page.keyboard.type("hello there")
    page.keyboard.press("Enter")
    until("Peace upon your terminal")
    assert set(asked) <= {"127.0.0.1", ""}
