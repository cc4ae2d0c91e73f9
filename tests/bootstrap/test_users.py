"""User lookup: Workato Identity lists the users, the genie the allowed ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tui.bootstrap.demo import profile_of_demo
from tui.bootstrap.setup import SetupHelp
from tui.config import Profile
from tui.core.errors import BackendError, ErrorKind
from tui.core.secrets import Secret
from tui.demo.server import DemoServer, DemoSettings
from tui.demo.suggestions import OUTSIDER_ID, USER_ID
from tui.studio.user_check import Standing


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seed=3, seeded_conversations=0)) as server:
        yield server
        assert server.errors == []


@pytest.fixture
def profile(server: DemoServer) -> Profile:
    return profile_of_demo(server)


@pytest.mark.parametrize(
    ("email", "standing", "user_id"),
    [
        ("ada@example.com", "allowed", USER_ID),
        (" ADA@Example.com ", "allowed", USER_ID),
        ("alan@example.com", "invited", "usr-alan-09fe"),
        ("linus@example.com", "not_allowed", OUTSIDER_ID),
        ("nobody@example.com", "unknown", None),
        ("example.com", "unknown", None),
    ],
)
async def test_each_user_status_is_distinguished(
    profile: Profile, email: str, standing: Standing, user_id: str | None
) -> None:
    check = await SetupHelp().find_user(profile, email)
    assert check.standing == standing
    assert (check.user.id if check.user else None) == user_id
    assert check.text.endswith(".")


async def test_without_a_genie_an_active_user_is_only_active(profile: Profile) -> None:
    check = await SetupHelp().find_user(replace(profile, genie=None), "ada@example.com")
    assert check.standing == "active"
    assert "user group" in check.advice


async def test_the_token_of_the_environment_is_used(
    profile: Profile, server: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(profile, developer_token=None)
    monkeypatch.delenv("GENIE_TUI_DEVELOPER_TOKEN", raising=False)
    with pytest.raises(BackendError, match="needs a Developer API token"):
        await SetupHelp().find_user(bare, "ada@example.com")
    monkeypatch.setenv("GENIE_TUI_DEVELOPER_TOKEN", server.developer_token)
    assert (await SetupHelp().find_user(bare, "ada@example.com")).standing == "allowed"


async def test_a_wrong_token_is_an_error(profile: Profile) -> None:
    wrong = replace(profile, developer_token=Secret("wrkaus-wrong"))
    with pytest.raises(BackendError) as refused:
        await SetupHelp().find_user(wrong, "ada@example.com")
    assert refused.value.kind is ErrorKind.UNAUTHORIZED
