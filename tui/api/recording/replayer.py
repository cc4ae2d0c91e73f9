"""Transport that answers from recordings. It never uses the network.

Requests of a case are matched by method and path, in the order of the recording. A GET beyond the
recording gets the last answer again, since polls differ in number; anything else is refused.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tui.api.recording.exchanges import (
    Exchange,
    Recording,
    RecordingProblem,
    described_body,
    read_recording,
)
from tui.api.recording.wire import CASE, SESSION

_LONGEST_WAIT_S = 5.0
"""For a request that the recording has, before a stream continues without it."""


@dataclass(slots=True)
class _Played:
    """A recording, and how much of it was asked for."""

    recording: Recording
    used: set[int] = field(default_factory=set)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self, method: str, path: str) -> Exchange | None:
        """Return the next exchange for a request, or the last again for a GET."""
        fitting = [
            (number, exchange)
            for number, exchange in enumerate(self.recording.exchanges)
            if (exchange.request.method, exchange.request.path) == (method, path)
        ]
        fresh = next((pair for pair in fitting if pair[0] not in self.used), None)
        if fresh is None:
            return fitting[-1][1] if fitting and method == "GET" else None
        self.used.add(fresh[0])
        self.asked.set()
        return fresh[1]

    def unasked_before(self, at_ms: int) -> bool:
        """Return True if a request that changes something came before this time, and is missing."""
        return any(
            number not in self.used and exchange.request.method != "GET" and exchange.at_ms < at_ms
            for number, exchange in enumerate(self.recording.exchanges)
        )


@dataclass(slots=True)
class Replayer:
    """Recordings of a folder."""

    folder: Path
    _played: dict[str, _Played] = field(default_factory=dict)

    def layer(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """Return a transport in place of the given one, which is not used."""
        return _ReplayTransport(self)

    def played(self, name: str) -> _Played:
        """Return the recording of this name. Raises ``RecordingProblem``."""
        if name not in self._played:
            self._played[name] = _Played(read_recording(self.folder, name))
        return self._played[name]

    def times(self, name: str) -> list[list[float | None]]:
        """Return the times of the turns when they were recorded."""
        return self.played(name).recording.times


class _ReplayTransport(httpx.AsyncBaseTransport):
    def __init__(self, replayer: Replayer) -> None:
        self._replayer = replayer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        try:
            played = self._replayer.played(CASE.get())
            exchange = played.next(request.method, request.url.path)
            if exchange is None and request.method == "GET":
                session = self._replayer.played(SESSION)
                exchange = session.next(request.method, request.url.path)
        except RecordingProblem as missing:
            return _refusal(str(missing))
        if exchange is None:
            return _refusal(
                f"{request.method} {request.url.path} isn't in the recording. Record it again."
            )
        body = described_body(content, request.headers.get("content-type", ""))
        if problem := _other_message(exchange.request.body, body):
            return _refusal(problem)
        response = exchange.response
        if response is None:
            raise httpx.ConnectError("the recorded connection failed", request=request)
        headers = {"content-type": response.content_type}
        if response.retry_after:
            headers["retry-after"] = "0.001"  # waits are skipped
        if response.sse is None:
            text = (response.body or "").encode()
            return httpx.Response(response.status, headers=headers, content=text)
        stream = _ReplayedStream(played, exchange)
        return httpx.Response(response.status, headers=headers, stream=stream)


class _ReplayedStream(httpx.AsyncByteStream):
    def __init__(self, played: _Played, exchange: Exchange) -> None:
        self._played = played
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        response = self._exchange.response
        assert response is not None
        for after_ms, text in response.sse or ():
            await self._until_asked(self._exchange.at_ms + after_ms)
            yield text.encode()
        if response.closed_by == "error":
            raise httpx.ReadError("the recorded stream was cut")
        if response.closed_by == "client":
            await asyncio.Event().wait()  # silent until the client leaves, as it was

    async def _until_asked(self, at_ms: int) -> None:
        """Wait until the requests were made to which this piece of the stream is the answer."""
        try:
            async with asyncio.timeout(_LONGEST_WAIT_S):
                while self._played.unasked_before(at_ms):
                    self._played.asked.clear()
                    await self._played.asked.wait()
        except TimeoutError:
            return

    async def aclose(self) -> None:
        """Nothing is open."""


def _other_message(recorded: object, now: object) -> str:
    """Return the problem of a message that is not the recorded one; empty if it is."""
    for key in ("message", "text", "prompt", "content"):
        if isinstance(recorded, dict) and isinstance(now, dict) and key in recorded:
            before, after = recorded[key], now.get(key)
            if isinstance(before, str) and before != after:
                return f"The recording is of another message: {before!r}, now {after!r}."
    return ""


def _refusal(problem: str) -> httpx.Response:
    text = json.dumps({"message": problem, "error": problem, "detail": problem})
    headers = {"content-type": "application/json"}
    return httpx.Response(422, headers=headers, content=text.encode())
