"""The demo in a browser: served to its own page alone."""

from __future__ import annotations

import asyncio
import http.client
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pyte
import pytest
from playwright.sync_api import Browser, WebSocket, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@dataclass(frozen=True)
class Server:
    """A ``--web`` server and what it printed."""

    port: int
    address: str
    process: subprocess.Popen[str]
    temporary: Path
    """Folder in which the server makes the one of its pages."""

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.address).query)["token"][0]

    @property
    def folder(self) -> Path:
        return next(self.temporary.glob("genie-tui-web-*"))


@pytest.fixture
def server(environ: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "tui", "--demo", "--web", "--port", str(port)]
    environ |= {"TMPDIR": str(temporary), "GENIE_TUI_API_KEY": "key-of-the-user"}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    printed = process.stderr.readline()
    pattern = r"Demo running at (http://127\.0\.0\.1:\d+/\?token=\S{43}) · Press Ctrl\+C .*\n"
    found = re.fullmatch(pattern, printed)
    assert found, printed
    yield Server(port, found[1], process, temporary)
    process.terminate()
    process.wait(60)
    process.stderr.close()


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium must be installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def get(server: Server, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse()
    finally:
        connection.close()


def cookie_of(server: Server) -> str:
    answer = get(server, f"/?token={server.token}")
    assert answer.status == 303
    assert answer.getheader("Location") == "/"
    cookie = str(answer.getheader("Set-Cookie"))
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}
    return cookie.split(";")[0]


def test_the_page_has_an_icon(server: Server) -> None:
    answer = get(server, "/favicon.ico", Cookie=cookie_of(server))
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "image/png"
    assert int(answer.getheader("Content-Length") or 0) > 100
    assert get(server, "/favicon.ico").status == 403


def test_a_client_without_the_token_gets_nothing(server: Server) -> None:
    own = f"http://127.0.0.1:{server.port}"
    name = cookie_of(server).split("=")[0]
    for path in ("/", "/?token=", "/?token=wrong", "/static/js/textual.js", "/download/x"):
        assert get(server, path).status == 403, path
        assert get(server, path, Cookie=f"{name}=wrong").status == 403, path
    assert get(server, "/ws", Origin=own, **UPGRADE).status == 403
    assert get(server, f"/ws?token={server.token}", Origin=own, **UPGRADE).status == 403


def test_the_page_accepts_its_own_host_and_origin_only(server: Server) -> None:
    cookie = cookie_of(server)
    own = f"http://127.0.0.1:{server.port}"
    assert get(server, "/", Cookie=cookie).status == 200
    assert get(server, "/", Cookie=cookie, Host="evil.example").status == 403
    assert get(server, "/", Cookie=cookie, Origin="http://evil.example").status == 403
    assert get(server, f"/?token={server.token}", Host="evil.example").status == 403
    for origin in ("http://evil.example", f"http://localhost:{server.port}", "null"):
        assert get(server, "/ws", Cookie=cookie, Origin=origin, **UPGRADE).status == 403
    assert get(server, "/ws", Cookie=cookie, **UPGRADE).status == 403
    assert get(server, "/ws", Cookie=cookie, Origin=own, **UPGRADE).status == 101


def test_a_port_in_use_is_a_one_line_error_and_exit_code_2(
    environ: dict[str, str], server: Server
) -> None:
    command = [sys.executable, "-m", "tui", "--demo", "--web", "--port", str(server.port)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Choose another with --port" in done.stderr


class PageClient:
    """A websocket client with the page's cookie: it types bytes and reads the screen."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)

    async def type(self, text: str) -> None:
        await self._socket.send_json(["stdin", text])

    async def until(self, words: str) -> None:
        """Read until the words are on the screen; ``AssertionError`` with the screen if not."""
        try:
            async with asyncio.timeout(60):
                while words not in self.text:
                    message = await self._socket.receive()
                    assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)
                    if message.type == aiohttp.WSMsgType.BINARY:
                        self._stream.feed(message.data.replace(b"\x1b[>", b"\x1b["))
        except TimeoutError:
            raise AssertionError(self.text) from None

    @property
    def text(self) -> str:
        return " ".join("\n".join(self._screen.display).split())


@asynccontextmanager
async def page_client(server: Server) -> AsyncIterator[PageClient]:
    own = f"http://127.0.0.1:{server.port}"
    headers = {"Origin": own, "Cookie": cookie_of(server)}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{own}/ws?width=120&height=40", headers=headers) as socket,
    ):
        page = PageClient(socket)
        await page.until("Message Ifrit")
        await socket.send_json(["focus"])  # the app begins without it, as in a browser
        yield page


async def test_a_page_reads_and_writes_files_in_its_own_folder_only(
    server: Server, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private-notes.txt").write_text("secret")
    (outside / "profile.sh").write_text("export A=1\n")
    (server.folder / "own-file.txt").write_text("mine")
    (server.folder / "link.txt").symlink_to(outside / "private-notes.txt")
    async with page_client(server) as page:
        await page.type(f"/attach {outside}/private-notes.txt\r")
        await page.until("outside the folder of this")
        await page.type("/attach link.txt\r")
        await page.until("read link.txt")
        await page.type("/attach own-file.txt\r")
        await page.until("own-file.txt 4 B")
        await page.type("hello\r")
        await page.until("Summary of own-file.txt ⋯")  # the title, which names the export
        await page.type("\x1b[18~")  # F7
        await page.until("Export conversation")
        await page.until("▐ summary-of-own-file")
        await page.type("\x01\x0b")
        await page.until("▐ ▌ ▝")  # the field is empty
        await page.type(f"{outside}/profile.sh\r")
        await page.until("only be written in the folder")
    assert (outside / "profile.sh").read_text() == "export A=1\n"
    assert sorted(path.name for path in outside.iterdir()) == ["private-notes.txt", "profile.sh"]


class Page:
    """Output of the terminal in a page; it draws on a canvas, so the bytes are read instead."""

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
        return " ".join("\n".join(self._screen.display).split())


@pytest.mark.browser
def test_a_conversation_with_the_demo_in_a_browser(chromium: Browser, server: Server) -> None:
    context = chromium.new_context(viewport={"width": 1200, "height": 800})
    asked: list[str] = []
    context.on("response", lambda answer: asked.append(urlsplit(answer.url).hostname or ""))
    page, shown = context.new_page(), Page()
    page.on("websocket", shown.listen)
    page.goto(server.address)
    assert page.url == f"http://127.0.0.1:{server.port}/"

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
    until("Ask me what I can do")
    assert set(asked) <= {"127.0.0.1", ""}
