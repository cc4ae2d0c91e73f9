"""Read an uploaded file as it arrives, counting it and keeping only its beginning."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from tui.core.text import clean_line
from tui.demo.errors import Refusal

LARGEST_FILE_BYTES = 20 * 1024 * 1024
_HEAD_BYTES = 4000


@dataclass(slots=True)
class ReceivedFile:
    """Sizes and beginning of one part of a form."""

    field_name: str = ""
    name: str = ""
    size_bytes: int = 0
    newlines: int = 0
    last: bytes = b""
    head: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> None:
        self.size_bytes += len(data)
        self.newlines += data.count(b"\n")
        self.last = data[-1:] or self.last
        self.head += data[: max(0, _HEAD_BYTES - len(self.head))]

    @property
    def line_count(self) -> int:
        """Number of lines; counts the last one even if it is not terminated."""
        return self.newlines + (self.last not in (b"", b"\n"))

    def text_head(self) -> str | None:
        """Return the beginning as text; None if the file is binary."""
        if b"\0" in self.head:
            return None
        # Incremental, since the cut may have split the last character.
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(self.head)
        return None if text.count("\ufffd") > len(text) // 10 else text


class _Form:
    """Collects the parts of a ``multipart/form-data`` body."""

    def __init__(self, boundary: bytes) -> None:
        self.parts: list[ReceivedFile] = []
        self._header = self._value = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": lambda: self.parts.append(ReceivedFile()),
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_part_data": lambda data, start, end: self.parts[-1].take(data[start:end]),
                "on_end": self._on_end,
            },
        )
        self.complete = False

    def write(self, chunk: bytes) -> None:
        self._parser.write(chunk)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self.parts[-1].field_name = options.get(b"name", b"").decode("utf-8", "replace")
            self.parts[-1].name = options.get(b"filename", b"").decode("utf-8", "replace")
        self._header = self._value = b""

    def _on_end(self) -> None:
        self.complete = True


async def receive_file(request: Request) -> ReceivedFile:
    """Return the one part named ``file`` of a form; at most 20 MB.

    A body that is too large is read to its end, since a client that is still sending would not see
    the response.

    Raises:
        Refusal: 400 for another format or other parts, 413 for a larger file.
            Source: Headless API, Upload a file.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Refusal(400, "Send the file as multipart/form-data.")
    try:
        form = _Form(boundary)
        async for chunk in request.stream():
            form.write(chunk)
    except FormParserError:
        raise Refusal(400, "The multipart body is malformed.") from None
    return _only_file(form)


def _only_file(form: _Form) -> ReceivedFile:
    if not form.complete or len(form.parts) != 1 or form.parts[0].field_name != "file":
        raise Refusal(400, "Send exactly one part, named file.")
    file = form.parts[0]
    if file.size_bytes > LARGEST_FILE_BYTES:
        raise Refusal(413, "The file is larger than 20 MB.")
    file.name = clean_line(file.name) or "file"
    return file
