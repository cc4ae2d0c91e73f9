"""The only place that joins client, backend, store, engine and demo server."""

from tui.wiring.demo import demo_place, login_demo_place, place_of_demo
from tui.wiring.place import Connect, OpenAccount, OpenStudio, Place
from tui.wiring.preferences import general_preferences, with_preferences
from tui.wiring.profile import place_of, profile_place, read_profile

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
