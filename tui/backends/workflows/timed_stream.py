"""Read a stream with a time limit, without losing later frames."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable

from tui.api.sse import COMMENT, Frame


class TimedStream:
    """Frames of a stream, one at a time."""

    def __init__(self, frames: AsyncGenerator[Frame]) -> None:
        self._frames = frames
        self._following: asyncio.Future[Frame | None] | None = None
        self._again = deque[Frame]()
        self._comments = 0

    async def open(self, within_s: float) -> None:
        """Wait for the first frame of the stream, or for a while. Raises ``BackendError``.

        :meth:`next` returns that frame.
        """
        await asyncio.wait({self._ahead()}, timeout=within_s)
        if self._ahead().done():
            self._ahead().result()

    async def next(self, within_s: float | None = None) -> Frame | None:
        """Return the next frame; None at the end. Raises ``TimeoutError`` and ``BackendError``."""
        if self._again:
            return self._again.popleft()
        ahead = self._ahead()
        await asyncio.wait({ahead}, timeout=within_s)
        if not ahead.done():
            raise TimeoutError
        self._following = None
        frame = ahead.result()
        self._comments += frame is not None and frame.kind == COMMENT
        return frame

    def put_back(self, frames: Iterable[Frame]) -> None:
        """Return frames once more, before all others."""
        self._again.extendleft(reversed(list(frames)))

    def idles(self, frame: Frame) -> bool:
        """Return True if a frame just returned says that the server was idle for a while.

        The first comment says only that everything that the server retained has arrived.
        """
        return frame.kind == COMMENT and self._comments > 1

    def _ahead(self) -> asyncio.Future[Frame | None]:
        if self._following is None:
            self._following = asyncio.ensure_future(anext(self._frames, None))
        return self._following

    async def aclose(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self._frames.aclose()
