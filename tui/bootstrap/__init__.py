"""The only package that joins client, backend, store, engine and demo server.

Names are loaded on first use: opening a profile does not import the demo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from tui.bootstrap.demo import demo_target, login_demo_target, target_of_demo
    from tui.bootstrap.preferences import general_preferences, with_preferences
    from tui.bootstrap.profiles import agent_target, profile_target, read_profile
    from tui.bootstrap.target import AgentTarget, Connect, OpenAccount, OpenStudio

_HOMES = {
    "demo": ("demo_target", "login_demo_target", "target_of_demo"),
    "target": ("Connect", "OpenAccount", "OpenStudio", "AgentTarget"),
    "preferences": ("general_preferences", "with_preferences"),
    "profiles": ("agent_target", "profile_target", "read_profile"),
}


__getattr__ = lazy_exports(__name__, _HOMES)


__all__ = [
    "AgentTarget",
    "Connect",
    "OpenAccount",
    "OpenStudio",
    "agent_target",
    "demo_target",
    "general_preferences",
    "login_demo_target",
    "profile_target",
    "read_profile",
    "target_of_demo",
    "with_preferences",
]
