"""Parse server-sent events: bytes to frames.

httpx-sse parses the events; :class:`FrameDecoder` passes it only lines valid by the standard.
Source: WHATWG HTML, section 9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from dataclasses import dataclass, field

import httpx
from httpx_sse import EventSource, ServerSentEvent

from tui.api.coerce import id_of
from tui.api.error_hints import FailureCase
from tui.api.failures import failure
from tui.api.response_limits import LARGEST_EVENT_BYTES, PIECE_BYTES
from tui.core.events import Json
from tui.core.json_values import read_json

COMMENT = "comment"
"""Kind of a frame for a comment, which servers send to keep a stream alive."""
MALFORMED = "malformed"
"""Kind of a frame whose data is not a JSON object; ``data["text"]`` has it as received."""

_LINES_AT_ONCE = 400
"""Lines per turn of the event loop: about a millisecond."""
_BREAK = re.compile(rb"\r\n?|\n")
_DIGITS = re.compile(r"[0-9]{1,15}")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a stream."""

    kind: str
    """``type`` of the JSON, else the ``event:`` line, else ``message``."""
    data: Json = field(default_factory=dict)
    id: str | None = None
    """``id:`` line of this very event, else ``event_id`` of the JSON."""
    retry_ms: int | None = None
    """Delay before a reconnect that the server asks for."""


async def read_frames(
    chunks: AsyncIterable[bytes], *, host: str = "", limit_bytes: int = LARGEST_EVENT_BYTES
) -> AsyncGenerator[Frame]:
    """Yield the frames of a stream; an incomplete event at its end is dropped.

    Comments in quick succession are one frame. Raises BackendError(BAD_ANSWER) when more than
    ``limit_bytes`` arrive without a complete event.
    """
    lines, decoder = LineSplitter(), FrameDecoder()
    useless_bytes, handled_lines = 0, 0
    async for piece in _in_pieces(chunks):
        useless_bytes += len(piece)
        after_comment = False
        for line in lines.feed(piece):
            handled_lines += 1
            if handled_lines % _LINES_AT_ONCE == 0:
                await asyncio.sleep(0)
            frame = decoder.feed(line)
            if frame is None or (after_comment and frame.kind == COMMENT):
                continue
            after_comment = frame.kind == COMMENT
            if not after_comment:
                useless_bytes = 0
            yield frame
        if useless_bytes > limit_bytes:
            raise failure(FailureCase.HUGE_EVENT, host=host)


async def _in_pieces(chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Yield bytes in pieces of a limited size, with a turn of the event loop between them."""
    handled_bytes = 0
    async for chunk in chunks:
        for start in range(0, len(chunk), PIECE_BYTES):
            piece = chunk[start : start + PIECE_BYTES]
            handled_bytes += len(piece)
            if handled_bytes > PIECE_BYTES:
                handled_bytes = 0
                await asyncio.sleep(0)
            yield piece


class LineSplitter:
    """Splits bytes into lines at LF, CR and CRLF only, wherever chunks end."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._after_cr = False
        self._first = True

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the lines that a chunk completes, decoded as UTF-8 regardless of the headers."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_cr = False
        if not chunk:
            return
        self._after_cr = chunk.endswith(b"\r")
        *ended, rest = _BREAK.split(chunk) if b"\r" in chunk else chunk.split(b"\n")
        if ended and self._pending:
            ended[0] = bytes(self._pending) + ended[0]
            self._pending.clear()
        for part in ended:
            line = part.decode("utf-8", "replace")
            if self._first:
                line = line.removeprefix(_BOM)
                self._first = False
            yield line
        self._pending += rest


class FrameDecoder:
    """Converts lines to frames.

    httpx-sse 0.4.3 would dispatch an event without data at every blank line once an id was seen
    (its issue 35), accepts ``retry: 1_0``, and does not distinguish an id of the event from one of
    an earlier event. So it gets a response of whole events, corrected, one at a time.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._fields: set[str] = set()
        self._events = EventSource(_WholeEvents(self._lines)).iter_sse()

    def feed(self, line: str) -> Frame | None:
        """Return the frame that a line completes, if any."""
        if not line:
            return self._end_event()
        name, _, value = line.partition(":")
        if not name:
            return Frame(COMMENT)
        if _means_something(name, value):
            self._lines.append(line)
            self._fields.add(name)
        return None

    def _end_event(self) -> Frame | None:
        if "data" in self._fields:
            frame = frame_of(next(self._events), own_id="id" in self._fields)
        else:
            frame = None
            self._lines.clear()
        self._fields.clear()
        return frame


class _WholeEvents(httpx.Response):
    """Response whose text, on every read, is the event in ``lines``."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(200, headers={"Content-Type": "text/event-stream"})
        self._event_lines = lines

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        while True:
            event = "\n".join(self._event_lines)
            self._event_lines.clear()
            yield f"{event}\n\n"


def _means_something(name: str, value: str) -> bool:
    match name:
        case "data" | "event":
            return True
        case "id":
            return "\0" not in value
        case "retry":
            return _DIGITS.fullmatch(value.removeprefix(" ")) is not None
        case _:
            return False


def frame_of(event: ServerSentEvent, *, own_id: bool) -> Frame | None:
    """Return an event with its JSON parsed; None for the ``[DONE]`` that some gateways add.

    ``own_id``: the event had an ``id:`` line itself.
    """
    if event.data.strip() == "[DONE]":
        return None
    line_id = id_of(event.id) if own_id else None
    data = _json_object(event.data)
    if data is None:
        return Frame(MALFORMED, {"event": event.event, "text": event.data}, line_id, event.retry)
    event_id = line_id or id_of(data.get("event_id"))
    return Frame(_kind_of(data, event.event), data, event_id, event.retry)


def frame_of_json(data: Json, kind: str = "message") -> Frame:
    """Return the frame of a JSON object received without a stream; ``kind`` if it names none."""
    return Frame(_kind_of(data, kind), data, id_of(data.get("event_id")))


def _kind_of(data: Json, otherwise: str) -> str:
    named = data.get("type")
    return named if isinstance(named, str) and named else otherwise


def _json_object(text: str) -> Json | None:
    try:
        data = read_json(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
