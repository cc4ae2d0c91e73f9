"""Detect that an app under test is idle.

Textual waits for a process that did not work for 20 ms; a key costs two of these waits, and a test
types many. This one checks after 3 ms, and draws the next frame instead of waiting for it.
"""

from __future__ import annotations

import asyncio
import time

from tests.textual_internals import draw_frame

_LOOK_S = 0.003
_WORK_S = _LOOK_S / 5
"""Processor time that is no work: the loop's own."""


async def wait_for_idle(min_sleep: float = _LOOK_S, max_sleep: float = 1) -> None:
    """Wait until the process is idle and nothing is left to draw; replaces Textual's own wait."""
    begun = time.monotonic()
    rests = False
    while not rests or time.monotonic() - begun < min_sleep:
        worked = time.process_time()
        await asyncio.sleep(_LOOK_S)
        rests = time.process_time() - worked < _WORK_S and not draw_frame()
        if time.monotonic() - begun >= max_sleep:
            return
