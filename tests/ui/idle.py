"""When an app under test has nothing left to do.

Textual's own answer is a process that did not work for 20 ms; a key costs two of them, and a test
types many. This one looks after 3 ms, and instead of waiting for the next frame it draws it.
"""

from __future__ import annotations

import asyncio
import time

from textual._context import active_app
from textual.screen import Screen

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
        rests = time.process_time() - worked < _WORK_S and not _drew()
        if time.monotonic() - begun >= max_sleep:
            return


def _drew() -> bool:
    """Whether something waited for a frame, which has come now, or a new size is to come."""
    app = active_app.get()
    if app._resize_timer is not None:
        return True
    screen = app.screen
    if not (screen._callbacks or (_may_draw(screen) and _is_stale(screen))):
        return False
    screen._on_timer_update()
    return True


def _may_draw(screen: Screen[object]) -> bool:
    return screen.is_current and not screen.app._batch_count


def _is_stale(screen: Screen[object]) -> bool:
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
    )
