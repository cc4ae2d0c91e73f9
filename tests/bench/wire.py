"""Time to parse the bytes of a stream into events, next to httpx-sse alone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
from httpx_sse import EventSource

from tests.bench.answers import words
from tests.bench.figures import Figure, Scale
from tui.api.sse import Frame, read_frames
from tui.backends.genie.events import read
from tui.backends.workflows.cursor import run_named
from tui.backends.workflows.events import RunReader

_CHUNK = 16_384


def measure(scale: Scale) -> Iterator[Figure]:
    """Many small events, a few of a megabyte, and a message token by token."""
    for what, body, ours_of, budget in (
        ("small events", _small(scale.pick(50_000, 5_000)), _genie, 2.5),
        ("events of 1 MB", _large(scale.pick(30, 3)), _genie, 5),
        ("tokens", _tokens(scale.pick(50_000, 5_000)), _workflow, 3),
    ):
        runs = range(scale.pick(scale.runs, 1))
        pairs = [(_seconds(ours_of, body), _seconds(_theirs, body)) for _ in runs]
        events, megabytes = body.count(b"\n\n"), len(body) / 1e6
        ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        yield Figure(
            what=f"{events:,} {what} of a stream ({megabytes:.0f} MB) to typed events",
            unit="s",
            values=ours,
            floor=theirs,
            budget=budget,
            of="ratio",
        )
        yield Figure(what=f"{what}, rate", unit="events/s", values=[events / s for s in ours])
        yield Figure(what=f"{what}, rate", unit="MB/s", values=[megabytes / s for s in ours])


def _seconds(work: Callable[[bytes], object], body: bytes) -> float:
    began = time.perf_counter()
    work(body)
    return time.perf_counter() - began


def _event(number: int, text: str) -> bytes:
    data = {
        "type": "agent.message" if number % 2 else "skill.running",
        "skill_name": "Look up",
        "message": text,
        "event_id": f"0199a1b2-0000-7000-8000-{number:012d}",
        "genie_run_id": "run-9",
        "conversation_id": "cnv-1",
        "seq_num": number,
        "created_at": "2026-09-02T10:11:31.000001Z",
    }
    return f"event: {data['type']}\nid: {data['event_id']}\ndata: {json.dumps(data)}\n\n".encode()


def _small(count: int) -> bytes:
    return b"".join(_event(number, words(number, 12)) for number in range(1, count + 1))


def _large(count: int) -> bytes:
    return b"".join(_event(2 * number + 1, "x" * 1_000_000) for number in range(count))


def _tokens(count: int) -> bytes:
    return b"".join(_token(number) for number in range(1, count + 1))


def _token(number: int) -> bytes:
    data = {
        "id": number,
        "type": "message_delta",
        "data": {"delta": "word "},
        "timestamp": "2026-09-02T10:11:31.000001+00:00",
    }
    return f"id: {number}\ndata: {json.dumps(data)}\n\n".encode()


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]


def _genie(body: bytes) -> None:
    _read_all(body, lambda frame: read(frame, run_id=None, seen_ms=0))


def _workflow(body: bytes) -> None:
    _read_all(body, RunReader(run_named("wf-1", 1), lambda: 0).read)


def _read_all(body: bytes, read_one: Callable[[Frame], object]) -> None:
    async def run() -> None:
        async for frame in read_frames(_chunks(body)):
            read_one(frame)

    asyncio.run(run())


class _Body(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in _chunks(self._body):
            yield chunk


def _theirs(body: bytes) -> None:
    async def run() -> None:
        headers = {"content-type": "text/event-stream"}
        response = httpx.Response(200, headers=headers, stream=_Body(body))
        async for event in EventSource(response).aiter_sse():
            event.json()

    asyncio.run(run())
