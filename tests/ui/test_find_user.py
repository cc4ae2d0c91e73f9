"""User ID lookup by email in the profile setup."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.ui.test_setup import Scene, ScriptedHelp, setup, text_of
from tests.ui.widget_app import settle
from tui.config import Profile
from tui.core.errors import BackendError, ErrorKind
from tui.studio.models import WireId
from tui.studio.user_check import IdentityUser, UserCheck, describe_user
from tui.ui.setup.find_user_modal import FindUserModal
from tui.ui.toolkit.field import Field

pytestmark = pytest.mark.slow

TOKEN = "wrkaus-secret-token"
ADA = IdentityUser(id=WireId("usr-ada"), email="ada@example.com", status="active")
ALAN = IdentityUser(id=WireId("usr-alan"), email="alan@example.com", status="invited")


class Directory(ScriptedHelp):
    """Knows two users."""

    def __init__(self, problem: BackendError | None = None, allowed: bool | None = None) -> None:
        super().__init__()
        self.problem, self.allowed = problem, allowed
        self.looked_up: list[tuple[str, Profile]] = []

    async def find_user(self, profile: Profile, email: str) -> UserCheck:
        self.looked_up.append((email, profile))
        if self.problem:
            raise self.problem
        users: Sequence[IdentityUser] = (ADA, ALAN)
        return describe_user(email, users, allowed=self.allowed)


async def opened(scene: Scene) -> None:
    """The dialog, over a form that signs in by API key."""
    await scene.type("genie", "gin-1")
    await scene.press("tab", "right")
    await scene.press("f3")
    await settle(scene.pilot, lambda: isinstance(scene.app.screen, FindUserModal))


def user_id(scene: Scene) -> str:
    return scene.app.screen_stack[1].query_one("#idp-user-id", Field).value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


async def test_the_id_of_an_active_user_fills_the_form(path: Path) -> None:
    directory = Directory(allowed=True)
    async with setup(path, directory) as scene:
        await opened(scene)
        await scene.type("email", "Ada@example.com")
        await scene.type("developer_token", TOKEN)
        await scene.press("enter")
        await settle(scene.pilot, lambda: user_id(scene) == "usr-ada")
        assert "is active, and the genie allows them." in scene.text
        assert TOKEN not in scene.app.export_screenshot()
    [(email, profile)] = directory.looked_up
    assert email == "Ada@example.com"
    assert profile.genie == "gin-1"
    assert profile.developer_token is not None
    assert profile.developer_token.get_secret_value() == TOKEN
    assert text_of(path) == ""


@pytest.mark.parametrize(
    ("email", "allowed", "told"),
    [
        ("alan@example.com", None, "accept the invitation email"),
        ("bob@example.com", None, "No user has the email bob@example.com."),
        ("ada@example.com", False, "not in a user group that the genie"),
    ],
)
async def test_an_inactive_user_is_explained_and_not_filled_in(
    path: Path, email: str, allowed: bool | None, told: str
) -> None:
    async with setup(path, Directory(allowed=allowed)) as scene:
        await opened(scene)
        await scene.type("email", email)
        await scene.press("enter")
        await settle(scene.pilot, lambda: told in " ".join(scene.text.split()))
        await scene.press("escape")
        await settle(scene.pilot, lambda: not isinstance(scene.app.screen, FindUserModal))
        assert user_id(scene) == ""


async def test_a_failed_user_lookup_is_explained_and_the_dialog_stays_open(path: Path) -> None:
    problem = BackendError(ErrorKind.INVALID, "Needs a token.", hint="Enter one.")
    async with setup(path, Directory(problem)) as scene:
        await opened(scene)
        await scene.type("email", "ada@example.com")
        await scene.press("enter")
        await scene.until("Needs a token. Enter one.")
        assert isinstance(scene.app.screen, FindUserModal)


async def test_an_invalid_email_is_not_looked_up(path: Path) -> None:
    directory = Directory()
    async with setup(path, directory) as scene:
        await opened(scene)
        await scene.press("enter")
        await scene.until("is required")
        await scene.type("email", "ada")
        await scene.press("enter")
        await scene.until("must be an email address")
        await scene.type("email", "ada@example.com")
        await scene.type("developer_token", ("c0ffee" * 11)[:64])
        await scene.press("enter")
        await scene.pilot.pause()
        assert directory.looked_up == []


async def test_a_sign_in_through_the_browser_needs_no_user_id(path: Path) -> None:
    async with setup(path, Directory()) as scene:
        await scene.press("f3")
        assert not isinstance(scene.app.screen, FindUserModal)
        assert "Find my user ID" not in scene.text
