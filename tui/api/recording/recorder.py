"""Transport that records what passes through it."""

from __future__ import annotations

import codecs
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tui.api.recording.exchanges import (
    Exchange,
    RecordedRequest,
    RecordedResponse,
    Recording,
    RecordingIndex,
    described_body,
    recording_path,
    without_secrets,
)
from tui.api.recording.wire import CASE
from tui.system.private_files import make_folder

_LARGEST_BYTES = 20_000_000


@dataclass(slots=True)
class Recorder:
    """Recordings of a run, one a case and repeat."""

    folder: Path
    secrets: Sequence[str] = ()
    _open: dict[str, Recording] = field(default_factory=dict)
    _began_s: float = field(default_factory=time.monotonic)

    def begin(self, index: RecordingIndex) -> None:
        """Write the index. Raises ``OSError`` or ``StoreError``."""
        make_folder(self.folder)
        text = index.model_dump_json(indent=1)
        (self.folder / "index.json").write_text(text + "\n", encoding="utf-8")

    def layer(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """Return the transport with a recorder on top."""
        return _RecordingTransport(self, transport)

    def add(self, request: RecordedRequest) -> Exchange:
        """Return the new exchange of a request in the recording of this context."""
        name = CASE.get()
        recording = self._open.setdefault(name, Recording(what=name))
        exchange = Exchange(at_ms=self.now_ms(), request=request)
        recording.exchanges.append(exchange)
        return exchange

    def now_ms(self) -> int:
        """Return the milliseconds since the recorder was made."""
        return round((time.monotonic() - self._began_s) * 1000)

    def save(self, name: str, times: list[list[float | None]]) -> None:
        """Write the recording of this name, which is complete. Raises ``OSError``."""
        recording = self._open.pop(name, Recording(what=name))
        recording.times = times
        text = without_secrets(recording.model_dump_json(indent=1), self.secrets)
        recording_path(self.folder, name).write_text(text + "\n", encoding="utf-8")


class _RecordingTransport(httpx.AsyncBaseTransport):
    def __init__(self, recorder: Recorder, inner: httpx.AsyncBaseTransport) -> None:
        self._recorder = recorder
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        exchange = self._recorder.add(
            RecordedRequest(
                method=request.method,
                path=request.url.path,
                body=described_body(content, request.headers.get("content-type", "")),
                last_event_id=request.headers.get("last-event-id"),
            )
        )
        response = await self._inner.handle_async_request(request)
        kind = response.headers.get("content-type", "")
        recorded = RecordedResponse(
            status=response.status_code,
            content_type=kind,
            retry_after=response.headers.get("retry-after"),
        )
        exchange.response = recorded
        if kind.startswith("text/event-stream"):
            assert isinstance(response.stream, httpx.AsyncByteStream)
            stream = _RecordedStream(response.stream, recorded, self._since(exchange))
            return httpx.Response(response.status_code, headers=response.headers, stream=stream)
        body = await response.aread()
        recorded.body = body[:_LARGEST_BYTES].decode("utf-8", "replace")
        return httpx.Response(response.status_code, headers=_plain(response), content=body)

    def _since(self, exchange: Exchange) -> Callable[[], int]:
        return lambda: self._recorder.now_ms() - exchange.at_ms

    async def aclose(self) -> None:
        await self._inner.aclose()


def _plain(response: httpx.Response) -> list[tuple[str, str]]:
    """Return the headers of a body that is decoded already."""
    gone = ("content-encoding", "content-length", "transfer-encoding")
    return [(name, value) for name, value in response.headers.multi_items() if name not in gone]


class _RecordedStream(httpx.AsyncByteStream):
    def __init__(
        self,
        inner: httpx.AsyncByteStream,
        recorded: RecordedResponse,
        since_ms: Callable[[], int],
    ) -> None:
        """``since_ms`` returns the milliseconds since the request began."""
        self._inner = inner
        self._since_ms = since_ms
        self._recorded = recorded
        self._recorded.sse = []
        self._recorded.closed_by = "client"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = self._recorded.sse
        assert pieces is not None
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            async for chunk in self._inner:
                pieces.append((self._since_ms(), decoder.decode(chunk)))
                yield chunk
        except httpx.TransportError:
            self._recorded.closed_by = "error"
            raise
        self._recorded.closed_by = "server"

    async def aclose(self) -> None:
        await self._inner.aclose()
