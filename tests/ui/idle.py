"""When an app under test has nothing left to do.

Textual's own answer is a process that did not work for 20 ms; a key costs two of them, and a test
types many. This one looks after 3 ms, and instead of waiting for the next frame it draws it.
"""

from __future__ import annotations

import asyncio
import time

from tests.textual_internals import draw_frame

_LOOK_S = 0.003
_WORK_S = _LOOK_S / 5
"""Processor time that is no work: the loop's own."""


async def wait_for_idle(min_sleep: float = _LOOK_S, max_sleep: float = 1) -> None:
    """Wait until the process rests and nothing is to be drawn; takes the place of Textual's."""
    begun = time.monotonic()
    rests = False
    while not rests or time.monotonic() - begun < min_sleep:
        worked = time.process_time()
        await asyncio.sleep(_LOOK_S)
        rests = time.process_time() - worked < _WORK_S and not draw_frame()
        if time.monotonic() - begun >= max_sleep:
            return
