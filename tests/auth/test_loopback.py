"""Loopback redirect receiver: every request other than the one expected redirect."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.auth.login_fakes import visit
from tests.signing_in import free_port, free_redirect
from tui.auth import loopback
from tui.auth.landing_page import LandingPage
from tui.auth.loopback import NotListening, RedirectReceiver


@dataclass
class Login:
    """Result of the redirect receiver, and the page it got in return."""

    receiver: RedirectReceiver
    url: str
    queries: list[str] = field(default_factory=list)

    async def raw(self, sent: bytes) -> bytes:
        """The bytes that come back for bytes, until the receiver closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.receiver.port)
        writer.write(sent)
        try:
            return await reader.read()
        finally:
            writer.close()

    def get(self, target: str = "/callback?code=1", host: str = "") -> bytes:
        host = host or f"127.0.0.1:{self.receiver.port}"
        return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


@asynccontextmanager
async def listening(host: str = "127.0.0.1", path: str = "/callback") -> AsyncIterator[Login]:
    url = f"http://{host}:{free_port()}{path}"

    async def deliver(query: str) -> LandingPage:
        login.queries.append(query)
        return LandingPage(200, "good", "In", "<b>&amp;\"'")

    login = Login(RedirectReceiver(url, deliver), url)
    await login.receiver.start()
    try:
        yield login
    finally:
        await login.receiver.aclose()


async def test_silent_connections_are_closed_without_logged_errors():
    """Browsers open some in advance; CPython 3.11 reported each with a traceback."""
    reported: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loopback, "_MOST_VISITS", 3)
        async with listening() as login:
            idle = [
                await asyncio.open_connection("127.0.0.1", login.receiver.port) for _ in range(6)
            ]
            assert (await visit(f"{login.url}?code=1")).status_code == 200
        for reader, writer in idle:
            assert await reader.read() == b""
            writer.close()
    await asyncio.sleep(0)
    assert reported == []


async def test_a_get_of_the_redirect_path_is_delivered_and_its_page_is_safe():
    async with listening() as login:
        answer = await visit(f"{login.url}?code=c%20d&state=s")
    assert login.queries == ["code=c%20d&state=s"]
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["connection"] == "close"
    assert "&lt;b&gt;&amp;amp;&quot;&#x27;" in answer.text
    assert "<b>" not in answer.text
    assert "<script" not in answer.text
    assert "http" not in answer.text.replace("http-equiv", "")
    assert "c%20d" not in answer.text


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/favicon.ico", 404),
        ("GET", "/", 404),
        ("GET", "/callback/", 404),
        ("GET", "//callback", 404),
        ("GET", "/CALLBACK", 404),
        ("GET", "/%63allback", 404),
        ("OPTIONS", "/callback?code=1&state=s", 405),
        ("POST", "/callback?code=1&state=s", 405),
        ("PUT", "/callback?code=1&state=s", 405),
        ("HEAD", "/callback?code=1&state=s", 200),
    ],
)
async def test_no_other_request_reaches_the_login(method: str, target: str, status: int):
    async with listening() as login:
        answer = await visit(login.url.removesuffix("/callback") + target, method)
        assert (answer.status_code, login.queries) == (status, [])
        if status == 405:
            assert answer.headers["allow"] == "GET, HEAD"
        if method == "HEAD":
            assert answer.content == b""


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("127.0.0.1", 421),
        ("127.0.0.1:1", 421),
        ("127.0.0.1.evil.example:{port}", 421),
        ("localhost:{port}", 200),
        ("LOCALHOST:{port}", 200),
        ("[::1]:{port}", 200),
        ("127.0.0.1:{port}", 200),
    ],
)
async def test_the_host_header_must_be_ours(host: str, status: int):
    async with listening() as login:
        name = host.format(port=login.receiver.port)
        answer = await login.raw(login.get(host=name))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert bool(login.queries) is (status == 200)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /callback?code=1 HTTP/1.1\r\n\r\n", 400),
        (b"GET /callback HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /callback HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        (b"GET /callback HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET http://127.0.0.1/callback HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /call\xffback HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /callback\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", 431),
    ],
)
async def test_malformed_requests_get_an_error_response(sent: bytes, status: int):
    async with listening() as login:
        answer = await login.raw(sent)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert login.queries == []


async def test_silent_and_slow_connections_time_out_and_block_no_others(monkeypatch):
    monkeypatch.setattr(loopback, "HEAD_TIMEOUT_S", 0.2)
    async with listening() as login:
        silent, silent_writer = await asyncio.open_connection("127.0.0.1", login.receiver.port)
        slow, slow_writer = await asyncio.open_connection("127.0.0.1", login.receiver.port)
        slow_writer.write(b"GET /callback?co")
        assert (await visit(f"{login.url}?code=1")).status_code == 200
        assert await silent.read() == b""
        assert await slow.read() == b""
        silent_writer.close()
        slow_writer.close()
    assert login.queries == ["code=1"]


async def test_idle_connections_do_not_exhaust_the_connection_limit(monkeypatch):
    monkeypatch.setattr(loopback, "_MOST_VISITS", 5)
    async with listening() as login:
        idle = [await asyncio.open_connection("127.0.0.1", login.receiver.port) for _ in range(12)]
        assert (await visit(f"{login.url}?code=1")).status_code == 200
        assert await idle[0][0].read() == b""
        for _, writer in idle:
            writer.close()


async def test_localhost_is_both_ipv4_and_ipv6_loopback():
    async with listening("localhost") as login:
        port = login.receiver.port
        for address in ("127.0.0.1", "[::1]"):
            assert (await visit(f"http://{address}:{port}/callback?code=1")).status_code == 200
    assert login.queries == ["code=1"] * 2


async def test_the_port_is_open_on_loopback_only_and_closed_afterwards():
    async with listening() as login:
        port = login.receiver.port
        with pytest.raises(OSError, match=r"refused|failed"):
            await asyncio.open_connection("127.0.0.2", port)
        assert (await visit(f"http://127.0.0.1:{port}/callback?code=1")).status_code == 200
    with pytest.raises(OSError, match=r"refused|failed"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_port_in_use_is_reported_with_its_owner_and_never_changed():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        receiver = RedirectReceiver(f"http://127.0.0.1:{port}/callback", _never)
        with pytest.raises(
            NotListening,
            match=rf"Port {port}, which the redirect URL uses, is taken by .*\(process \d+\)",
        ):
            await receiver.start()


async def test_a_port_in_use_on_ipv4_or_ipv6_closes_the_other():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        port = other.getsockname()[1]
        receiver = RedirectReceiver(f"http://localhost:{port}/callback", _never)
        with pytest.raises(NotListening, match="is taken by"):
            await receiver.start()
        with socket.create_server(("127.0.0.1", port)):
            pass


@pytest.mark.parametrize("url", ["https://example.com/callback", "https://127.0.0.1:8443/callback"])
async def test_a_redirect_url_of_another_host_is_not_listened_for(url: str):
    with pytest.raises(NotListening, match="isn't an http address on this machine"):
        await RedirectReceiver(url, _never).start()


async def test_a_browser_gets_its_page_although_the_receiver_closes():
    url = free_redirect()
    understood, decided = asyncio.Event(), asyncio.Event()

    async def deliver(query: str) -> LandingPage:
        understood.set()
        await decided.wait()
        return LandingPage(200, "good", "In", "Welcome")

    receiver = RedirectReceiver(url, deliver)
    await receiver.start()
    page = asyncio.create_task(visit(f"{url}?code=1"))
    await understood.wait()
    closing = asyncio.create_task(receiver.aclose())
    decided.set()
    assert "Welcome" in (await page).text
    await closing


async def _never(query: str) -> LandingPage:
    raise AssertionError(query)
