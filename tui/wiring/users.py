"""Looks a user up, and asks the genie whether it allows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.errors import BackendError, StoreError
from tui.studio.user_check import UserCheck, describe_user, find_by_email
from tui.wiring.clients import key_client

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.studio.developer_client import DeveloperClient

_NOT_ALLOWED = "user_nonactive_or_missing"


async def check_user(client: DeveloperClient, profile: Profile, email: str) -> UserCheck:
    """Look an email up at Workato Identity and the profile's genie. Raises ``BackendError``."""
    found = await client.users.find(email)
    user = find_by_email(email, found)
    if user is None or user.status != "active":
        return describe_user(email, found)
    return describe_user(email, found, allowed=await _is_allowed(profile, user.id))


async def _is_allowed(profile: Profile, user_id: str) -> bool | None:
    """Return whether the genie allows the user; None without a key to ask it with."""
    if not profile.genie or profile.backend != "genie":
        return None
    try:
        client = await key_client(replace(profile, idp_user_id=user_id))
    except (BackendError, StoreError):
        return None
    try:
        await client.list_conversations(limit=1)
    except BackendError as error:
        return False if error.code == _NOT_ALLOWED else None
    else:
        return True
    finally:
        await client.aclose()
