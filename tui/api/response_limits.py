"""Limits on the size of responses, whatever their headers promise.

httpx decodes a compressed body one network read at a time; 64 kB of gzip can be 64 MB of text.
Here a body is decoded in pieces, and one that is no event stream ends at a limit. Every client
has :func:`limit_body` among its event hooks, so that sign-in reads within the limits too.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

from tui.api.error_hints import FailureCase
from tui.api.failures import failure

LARGEST_BODY_BYTES = 16 * 1024 * 1024
"""Decoded size; enough for a page of 50 messages of 300 kB each."""
LARGEST_EVENT_BYTES = 4 * 1024 * 1024
"""From one event of a stream to the next, comments and empty lines included."""
PIECE_BYTES = 16 * 1024
"""Size processed in one step, so that the event loop never waits long."""

ACCEPTED_ENCODINGS = "gzip, deflate"
_HEADER_BYTES = 2
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})


async def limit_body(response: httpx.Response) -> None:
    """Apply the limits to a response. A hook for ``event_hooks`` of ``httpx.AsyncClient``.

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
                    raise failure(FailureCase.HUGE_BODY, host=self._request.url.host)
                yield piece

    def _decoded(self, decoder: _Inflater, chunk: bytes) -> Iterator[bytes]:
        try:
            yield from decoder.feed(chunk)
        except zlib.error:
            raise httpx.DecodingError(
                "the body couldn't be decompressed", request=self._request
            ) from None

    async def aclose(self) -> None:
        await self._raw.aclose()


class _Inflater:
    """Decompresses gzip and both forms of deflate, a limited piece at a time."""

    def __init__(self, encoding: str) -> None:
        gzip = 0 if encoding == "deflate" else 16
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | gzip)
        self._may_lack_header = encoding == "deflate"
        self._begun = b""
        """Bytes of an incomplete header."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield pieces of at most ``PIECE_BYTES``. Raises ``zlib.error``."""
        if self._may_lack_header:
            chunk = self._begun + chunk
            self._begun = chunk
            if len(chunk) < _HEADER_BYTES:
                return
            self._may_lack_header = False
            if not _is_zlib_header(chunk):
                self._decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers omit the header
        while chunk and not self._decoder.eof:
            if piece := self._decoder.decompress(chunk, PIECE_BYTES):
                yield piece
            chunk = self._decoder.unconsumed_tail


def _is_zlib_header(data: bytes) -> bool:
    """Return True for method 8 with a valid check. Source: RFC 1950, 2.2."""
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
