"""The only place that joins client, backend, store, engine and demo server.

Names are loaded when they are asked for: whoever opens a profile does not wait for the demo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.lazy_exports import names_of

if TYPE_CHECKING:
    from tui.bootstrap.demo import demo_place, login_demo_place, place_of_demo
    from tui.bootstrap.preferences import general_preferences, with_preferences
    from tui.bootstrap.profiles import place_of, profile_place, read_profile
    from tui.bootstrap.target import Connect, OpenAccount, OpenStudio, Place

_HOMES = {
    "demo": ("demo_place", "login_demo_place", "place_of_demo"),
    "target": ("Connect", "OpenAccount", "OpenStudio", "Place"),
    "preferences": ("general_preferences", "with_preferences"),
    "profiles": ("place_of", "profile_place", "read_profile"),
}


__getattr__ = names_of(__name__, _HOMES)


__all__ = [
    "Connect",
    "OpenAccount",
    "OpenStudio",
    "Place",
    "demo_place",
    "general_preferences",
    "login_demo_place",
    "place_of",
    "place_of_demo",
    "profile_place",
    "read_profile",
    "with_preferences",
]
