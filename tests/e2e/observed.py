"""Program that on SIGUSR1 writes the state of each of its tasks to ``tasks.txt``."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from textual.widget import Widget

from tui.cli import main

TOLD = "tasks.txt"


def _chain(awaited: object) -> Iterator[str]:
    """Return the frames of a coroutine, and of those it awaits, down to the last."""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        yield f"  {frame.f_code.co_qualname}:{frame.f_lineno}" if frame else f"  {awaited!r:.300}"
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)


def _threads() -> Iterator[str]:
    for number, frame in sys._current_frames().items():
        yield f"thread {number}\n{''.join(traceback.format_stack(frame)[-6:])}"


def _screens() -> Iterator[str]:
    """Return the open screens and the focused widget of the app, found by one of its tasks."""
    frames = (getattr(task.get_coro(), "cr_frame", None) for task in asyncio.all_tasks())
    owners = (frame.f_locals.get("self") for frame in frames if frame)
    for app in {owner.app for owner in owners if isinstance(owner, Widget)}:
        yield f"{app.screen_stack}, focus: {app.focused!r}"


def _tell(*_: object) -> None:
    lines = [*_screens()]
    for task in asyncio.all_tasks():
        lines += [task.get_name(), *_chain(task.get_coro())]
    lines += [str(stack) for stack in _threads()]
    Path(TOLD).write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _tell)
    main()
