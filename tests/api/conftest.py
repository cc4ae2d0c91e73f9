"""Loopback server that sends exactly the bytes a test scripts, and a client for it."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Literal

import httpx
import pytest
from pydantic import SecretStr

from tui.api.headless import HeadlessClient
from tui.api.http import Http
from tui.auth.request_auth import ApiKeyAuth

API_KEY = "k3y-" + "0123456789abcdef" * 4
_FIXTURES = Path(__file__).parent.parent / "fixtures" / "headless"


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """Bytes to write, and what becomes of the connection then."""

    chunks: list[bytes]
    then: Literal["close", "reset", "hang"] = "close"


@dataclass
class ScriptedServer:
    """Answers with one reply after the other; the last one again and again."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    visits: list[asyncio.Task[None] | None] = field(default_factory=list)

    def says(self, *replies: Reply) -> None:
        self.replies = list(replies)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits.append(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.asked.append(await _request(reader))
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            for chunk in reply.chunks:
                writer.write(chunk)
                await writer.drain()
            if reply.then == "hang":
                await reader.read()
            if reply.then == "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, linger)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


def reply(
    status: int, body: object = b"", *, then: str = "close", kind: str = "", **headers: str
) -> Reply:
    """An answer; ``body`` as bytes or as what JSON can hold."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {
        "Content-Type": kind or "application/json",
        "Content-Length": str(len(content)),
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return Reply([f"HTTP/1.1 {status} Odd\r\n{head}\r\n".encode(), content], then)


def stream(*chunks: bytes, then: str = "close", kind: str = "text/event-stream") -> Reply:
    """An event stream that ends with the connection."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n"
    return Reply([head.encode(), *chunks], then)


@pytest.fixture(name="reply")
def reply_fixture() -> Callable[..., Reply]:
    return reply


@pytest.fixture(name="stream")
def stream_fixture() -> Callable[..., Reply]:
    return stream


@pytest.fixture
def recorded() -> Callable[[str], bytes]:
    return lambda name: (_FIXTURES / name).read_bytes()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    listener = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    yield scripted
    listener.close()
    await asyncio.gather(*filter(None, scripted.visits))


@pytest.fixture
def auth(server: ScriptedServer) -> httpx.Auth:
    return ApiKeyAuth(server.url, SecretStr(API_KEY), "user-1")


@pytest.fixture
async def http(server: ScriptedServer, auth: httpx.Auth) -> AsyncIterator[Http]:
    service = Http(server.url, auth)
    yield service
    await service.aclose()


@pytest.fixture
async def client(server: ScriptedServer, auth: httpx.Auth) -> AsyncIterator[HeadlessClient]:
    headless = HeadlessClient(server.url, "gin-1", auth)
    yield headless
    await headless.aclose()
