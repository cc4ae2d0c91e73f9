"""Studio of a profile: the one that belongs to its genie."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.bootstrap import agent_target, demo_target
from tui.config import Profile
from tui.core.errors import BackendError
from tui.core.secrets import Secret
from tui.demo.suggestions import IFRIT
from tui.studio.models import GenieId


async def test_the_demo_studio_manages_the_genie_of_the_chat() -> None:
    place = demo_target()
    assert place.studio
    async with place.connect(lambda update: None), place.studio() as studio:
        genies = [genie async for genie in studio.genies.list()]
        assert IFRIT in [genie.id for genie in genies]
        await studio.genies.stop(GenieId(IFRIT))
        assert not (await studio.genies.get(GenieId(IFRIT))).started
    with pytest.raises(BackendError, match="isn't open yet"):
        async with place.studio():
            pass


def test_a_profile_has_a_studio_only_with_a_developer_token() -> None:
    profile = Profile(base_url="https://example.com", genie="gin-1")
    assert agent_target(profile).studio is None
    token = Secret("wrkaus-x")
    assert agent_target(replace(profile, developer_token=token)).studio
