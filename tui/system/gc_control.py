"""Control Python's garbage collector where there is little to collect.

Half a second of a start is imports, whose objects all stay; the collector would scan them again and
again. So it is paused from the start of the app to its first paint, and then ignores the objects
that live as long as the program.
"""

from __future__ import annotations

import gc

_SELDOM = (2_000, 10, 20)
"""Threshold of new objects, and of collections of the young and the middle generation."""


def hold() -> None:
    """Pause the collector until ``release``."""
    gc.disable()


def release() -> None:
    """Resume the collector, but exclude all present objects, and collect rarely.

    A collection takes 50 ms once a conversation is on screen, and during a flood of events it ran
    four times a second: drawn lines create many objects, few of which form cycles.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*_SELDOM)
        gc.enable()


def leave_all() -> None:
    """Exclude all objects before the program ends, so that the exit does not scan them."""
    gc.freeze()
