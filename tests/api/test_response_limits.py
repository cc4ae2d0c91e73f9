"""Limits on what a service may send, over real loopback HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tui.api.http import Http
from tui.api.identity import IdentityClient
from tui.api.response_limits import LARGEST_BODY_BYTES, LARGEST_EVENT_BYTES, PIECE_BYTES, limit_body
from tui.api.sse import COMMENT, Frame, read_frames
from tui.core.errors import BackendError, ErrorKind

pytestmark = pytest.mark.slow

MB = 1024 * 1024


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate with header": ("deflate", zlib.compress),
    "deflate without header": ("deflate", raw_deflate),
}


@pytest.mark.parametrize(("encoding", "pack"), PACKERS.values(), ids=PACKERS.keys())
@given(body=st.binary(max_size=100_000), cuts=st.lists(st.integers(0, 2000), max_size=5))
@example(body=b"a", cuts=[1])
@settings(max_examples=30, deadline=None)
async def test_compressed_bodies_are_decompressed(
    encoding: str, pack: Callable[[bytes], bytes], body: bytes, cuts: list[int]
):
    packed = pack(body)
    places = sorted({0, len(packed), *(min(cut, len(packed)) for cut in cuts)})

    async def chunks() -> AsyncIterator[bytes]:
        for start, end in pairwise(places):
            yield packed[start:end]

    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": encoding}, content=chunks())

    client = httpx.AsyncClient(
        transport=httpx.MockTransport(answer), event_hooks={"response": [limit_body]}
    )
    async with client:
        assert (await client.get("http://127.0.0.1/")).content == body


async def error_of(work: Any) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await work
    return caught.value


def bomb(size_mb: int, fill: bytes = b" ") -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    block = fill * (MB // len(fill))
    return b"".join(packer.compress(block) for _ in range(size_mb)) + packer.flush()


@pytest.mark.parametrize("status", [200, 404, 503])
async def test_a_gzip_bomb_ends_at_the_size_limit(http, server, reply, status):
    server.says(reply(status, bomb(300), Content_Encoding="gzip"))
    tracemalloc.start()
    error = await error_of(http.call("GET", "/conversations"))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.kind is ErrorKind.BAD_ANSWER
    assert "more than 16 MB" in str(error)
    assert peak_bytes < 4 * LARGEST_BODY_BYTES


async def test_an_endless_body_ends_at_the_size_limit(http, server, stream):
    server.says(stream(*[b" " * MB] * 40, kind="application/json"))
    error = await error_of(http.call("GET", "/conversations"))
    assert "more than 16 MB" in str(error)


async def test_the_identity_service_has_the_same_size_limit(server, reply):
    client = IdentityClient(server.url, "client-1")
    server.says(reply(200, bomb(100), Content_Encoding="gzip"))
    error = await error_of(client.refresh(SecretStr("r")))
    assert error.kind is ErrorKind.BAD_ANSWER
    await client.aclose()


async def test_a_body_just_below_the_limit_is_read(http, server, reply):
    text = "x" * (LARGEST_BODY_BYTES - 100)
    server.says(
        reply(200, gzip.compress(json.dumps({"a": text}).encode()), Content_Encoding="gzip")
    )
    assert (await http.call("GET", "/x"))["a"] == text


async def test_a_damaged_compressed_body_is_an_error(http, server, reply):
    server.says(reply(200, gzip.compress(b"{}")[:-9] + b"garbage", Content_Encoding="gzip"))
    assert isinstance(await error_of(http.call("GET", "/x")), BackendError)


@pytest.mark.parametrize("fill", [b"\n", b":\n", b"\r\n", b"x\n", b"data\n"])
async def test_an_empty_compressed_stream_ends_and_yields_to_the_event_loop(
    http: Http, server, stream, fill
):
    reply = stream(bomb(64, fill))
    reply.chunks[0] = reply.chunks[0].replace(
        b"Connection", b"Content-Encoding: gzip\r\nConnection"
    )
    server.says(reply)

    async def read() -> list[Frame]:
        return [frame async for frame in http.stream("GET", "/stream")]

    work = asyncio.create_task(read())
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    error = await error_of(work)
    assert "without a complete event" in str(error)
    assert turns > LARGEST_EVENT_BYTES / PIECE_BYTES / 2


async def chunked(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_keep_alives_of_a_long_silent_stream_do_not_reach_the_limit():
    quiet = [b": keepalive\n\n"] * 1000
    event = b'data: {"type": "a"}\n\n'
    limit = len(b"".join(quiet)) + len(event) + 1
    frames = [
        f async for f in read_frames(chunked(*quiet, event, *quiet, event), limit_bytes=limit)
    ]
    assert [f.kind for f in frames if f.kind != COMMENT] == ["a", "a"]


async def test_comments_of_one_piece_are_one_frame():
    frames = [frame async for frame in read_frames(chunked(b":\n" * 100))]
    assert [frame.kind for frame in frames] == [COMMENT]
