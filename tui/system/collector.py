"""Python's garbage collector, kept out of the way where there is nothing to collect.

Half a second of a start is imports, whose objects all stay; the collector would look through them
again and again. So it is held from the start of the app to its first paint, and told to forget
what lives as long as the program.
"""

from __future__ import annotations

import gc


def hold() -> None:
    """Collect nothing until ``release``."""
    gc.disable()


def release() -> None:
    """Collect again, but never what there is by now."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def leave_all() -> None:
    """Before the program ends: look through nothing once more."""
    gc.freeze()
