"""Target of recordings: a profile without an account, whose requests never leave the process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.bootstrap.profiles import agent_target

if TYPE_CHECKING:
    from tui.bootstrap.target import AgentTarget


def replay_target(backend: str, genie: str, agent: str) -> AgentTarget:
    """Return a target for the layer of :mod:`tui.api.recording`, which answers its requests."""
    from tui.config import Profile
    from tui.core.secrets import Secret

    profile = Profile(
        label="replay",
        backend="workflows" if backend == "workflows" else "genie",
        base_url="https://replay.invalid",
        genie=genie or "agent",
        auth="api_key",
        api_key=Secret("0" * 64),
        token=Secret("replay"),
        idp_user_id="replay",
    )
    return replace(agent_target(profile), agent_name=agent)
