"""Encode a file as ``multipart/form-data``, piece by piece. Source: RFC 7578."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
from collections.abc import AsyncGenerator, Awaitable, Mapping
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, TypeVar

from tui.api.error_hints import FailureCase
from tui.api.failures import failure
from tui.core.ports import Progress

_PIECE_BYTES = 128 * 1024
_T = TypeVar("_T")
_CONTROLS = (*range(0x20), 0x7F)
_ESCAPES: Mapping[int, str] = {code: f"%{code:02X}" for code in (ord('"'), *_CONTROLS)}
"""Escapes as in browsers; a strict server rejects the other control characters, too."""


class FileForm:
    """Form with one file in a part named ``file``."""

    def __init__(self, path: Path, size_bytes: int, progress: Progress) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._progress = progress
        boundary = secrets.token_hex(16)
        self._head = _head(boundary, path.name)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        total = len(self._head) + size_bytes + len(self._tail)
        self.headers: Mapping[str, str] = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(total),
        }

    async def content(self) -> AsyncGenerator[bytes]:
        """Yield the body. Progress counts the bytes of the file that were consumed.

        Raises BackendError(INVALID) if the file is unreadable or its size changes meanwhile.
        """
        yield self._head
        file = await _open(self._path)
        try:
            async for piece in self._pieces(file):
                yield piece
        finally:  # not awaited: a cancelled upload closes it as well, and may still be reading
            asyncio.get_running_loop().run_in_executor(None, file.close)
        yield self._tail

    async def _pieces(self, file: BinaryIO) -> AsyncGenerator[bytes]:
        sent = 0
        while piece := await _or_unreadable(asyncio.to_thread(file.read, _PIECE_BYTES)):
            sent += len(piece)
            if sent > self._size_bytes:
                raise failure(FailureCase.CHANGED_FILE)
            yield piece
            self._progress(sent, self._size_bytes)
        if sent < self._size_bytes:
            raise failure(FailureCase.CHANGED_FILE)


async def size_of(path: Path) -> int:
    """Return the size of a regular file in bytes. Raises BackendError(INVALID) if there is none."""
    if not await asyncio.to_thread(path.is_file):
        raise failure(FailureCase.UNREADABLE_FILE, detail="not a file")
    return (await _or_unreadable(asyncio.to_thread(path.stat))).st_size


async def _open(path: Path) -> BinaryIO:
    """Open a file for reading; close it if the wait is cancelled."""
    opening = asyncio.create_task(asyncio.to_thread(path.open, "rb"))
    try:
        return await _or_unreadable(asyncio.shield(opening))
    except asyncio.CancelledError:
        opening.add_done_callback(_close)
        raise


def _close(opening: asyncio.Task[BufferedReader]) -> None:
    if not opening.cancelled() and not opening.exception():
        opening.result().close()


async def _or_unreadable(action: Awaitable[_T]) -> _T:
    try:
        return await action
    except OSError as error:
        raise failure(FailureCase.UNREADABLE_FILE, detail=error.strerror or "") from None


def _head(boundary: str, name: str) -> bytes:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name.translate(_ESCAPES)}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    ).encode("utf-8", "replace")
