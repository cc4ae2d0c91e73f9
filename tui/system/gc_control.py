"""Python's garbage collector, kept out of the way where there is nothing to collect.

Half a second of a start is imports, whose objects all stay; the collector would look through them
again and again. So it is held from the start of the app to its first paint, and told to forget
what lives as long as the program.
"""

from __future__ import annotations

import gc

_SELDOM = (2_000, 10, 20)
"""How many more objects, and rounds with the young ones, and with the middle-aged ones."""


def hold() -> None:
    """Collect nothing until ``release``."""
    gc.disable()


def release() -> None:
    """Collect again, but never what there is by now, and look through everything seldom.

    That takes 50 ms once a conversation is on screen, and in a flood of events it was due four
    times a second: lines that are drawn make many objects, few of which go round in circles.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*_SELDOM)
        gc.enable()


def leave_all() -> None:
    """Before the program ends: look through nothing once more."""
    gc.freeze()
