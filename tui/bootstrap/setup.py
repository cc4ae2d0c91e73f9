"""Services of the set-up screen: find a user, check a profile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.bootstrap.agent_names import user_names
from tui.bootstrap.clients import key_client, key_vault, secret_str
from tui.bootstrap.doctor import examine
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.text import clean_line
from tui.studio.user_check import UserCheck, describe_user, find_by_email

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.core.diagnostics import CheckResult
    from tui.core.secrets import Secret
    from tui.studio.developer_client import DeveloperClient
    from tui.studio.user_check import UserCheck


_NOT_ALLOWED = "user_nonactive_or_missing"


async def check_user(client: DeveloperClient, profile: Profile, email: str) -> UserCheck:
    """Look up an email at Workato Identity and the profile's genie. Raises ``BackendError``."""
    found = await client.users.find(email)
    user = find_by_email(email, found)
    if user is None or user.status != "active":
        return describe_user(email, found)
    return describe_user(email, found, allowed=await _is_allowed(profile, user.id))


async def _is_allowed(profile: Profile, user_id: str) -> bool | None:
    """Return True if the genie allows the user; None without a key to ask it with."""
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


class SetupHelp:
    """A :class:`tui.ui.setup.screen.SetupServices`."""

    def examine(self, profile: Profile) -> AsyncGenerator[CheckResult]:
        return examine(profile, before_login=True)

    async def key_storage(self, profile_name: str) -> str:
        return await key_vault(profile_name).storage()

    async def find_user(self, profile: Profile, email: str) -> UserCheck:
        from tui.bootstrap.studio import open_studio

        profile = _with_developer_token(profile)
        async with open_studio(profile) as client:
            check = await check_user(client, profile, email)
        if check.user:
            name = clean_line(check.user.name or check.user.email)
            await asyncio.to_thread(user_names(profile).learn, check.user.id, name)
        return check

    async def keep_key(self, profile_name: str, key: Secret) -> None:
        await key_vault(profile_name).save(secret_str(key))


def _with_developer_token(profile: Profile) -> Profile:
    """Return the profile, with the environment's token if it has none. Raises ``BackendError``."""
    from tui.config import variable
    from tui.core.secrets import Secret

    if profile.developer_token:
        return profile
    token = os.environ.get(variable("developer_token"), "")
    if not token:
        text = "Looking up a user needs a Developer API token."
        hint = f"Enter one that starts with wrka, or set {variable('developer_token')}."
        raise BackendError(ErrorKind.INVALID, text, hint=hint)
    return replace(profile, developer_token=Secret(token))
