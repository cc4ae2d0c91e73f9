"""Limits on what a service may send, whatever its headers promise.

httpx decodes a compressed body one network read at a time; 64 kB of gzip can be 64 MB of text.
Here a body is decoded in pieces, and one that is no event stream ends at a limit. Every client
has :func:`limit_body` among its event hooks, so that sign-in reads within the limits too.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

from tui.api.failures import failure
from tui.api.hints import Case

LARGEST_BODY_BYTES = 16 * 1024 * 1024
"""Decoded size; enough for a page of 50 messages of 300 kB each."""
LARGEST_EVENT_BYTES = 4 * 1024 * 1024
"""From one event of a stream to the next, comments and empty lines included."""
PIECE_BYTES = 16 * 1024
"""Handled at once, so that the event loop never waits long."""

ACCEPTED_ENCODINGS = "gzip, deflate"
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})


async def limit_body(response: httpx.Response) -> None:
    """Hold a response to the limits. A hook for ``event_hooks`` of ``httpx.AsyncClient``.

    Reading the body raises BackendError(BAD_ANSWER) at the limit.
    """
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in _COMPRESSED:
        del response.headers["content-encoding"]
        response.headers.pop("content-length", None)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = None if kind == "text/event-stream" else LARGEST_BODY_BYTES
    response.stream = _LimitedBody(stream, encoding, limit, response.request)


class _LimitedBody(httpx.AsyncByteStream):
    """Decoded bytes of a response, in pieces, up to a limit."""

    def __init__(
        self,
        raw: httpx.AsyncByteStream,
        encoding: str,
        limit_bytes: int | None,
        request: httpx.Request,
    ) -> None:
        self._raw = raw
        self._encoding = encoding
        self._limit_bytes = limit_bytes
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        decoder = _Inflater(self._encoding) if self._encoding in _COMPRESSED else None
        taken_bytes = 0
        async for chunk in self._raw:
            for piece in self._decoded(decoder, chunk) if decoder else (chunk,):
                taken_bytes += len(piece)
                if self._limit_bytes is not None and taken_bytes > self._limit_bytes:
                    raise failure(Case.HUGE_BODY, host=self._request.url.host)
                yield piece

    def _decoded(self, decoder: _Inflater, chunk: bytes) -> Iterator[bytes]:
        try:
            yield from decoder.feed(chunk)
        except zlib.error:
            raise httpx.DecodingError(
                "the body cannot be decompressed", request=self._request
            ) from None

    async def aclose(self) -> None:
        await self._raw.aclose()


class _Inflater:
    """Decompresses gzip and both forms of deflate, a limited piece at a time."""

    def __init__(self, encoding: str) -> None:
        self._with_header = zlib.MAX_WBITS | (0 if encoding == "deflate" else 16)
        self._decoder = zlib.decompressobj(self._with_header)
        self._first = encoding == "deflate"

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield pieces of at most ``PIECE_BYTES``. Raises ``zlib.error``."""
        while chunk and not self._decoder.eof:
            try:
                piece = self._decoder.decompress(chunk, PIECE_BYTES)
            except zlib.error:
                if not self._first:
                    raise
                self._decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers omit the header
                piece = self._decoder.decompress(chunk, PIECE_BYTES)
            self._first = False
            if piece:
                yield piece
            chunk = self._decoder.unconsumed_tail
