"""What the set-up screen needs from outside."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.core.errors import BackendError, ErrorKind
from tui.wiring.checkup import examine
from tui.wiring.clients import key_vault
from tui.wiring.secrets import handed_over

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.core.health_check import Finding
    from tui.core.secrets import Secret
    from tui.studio.user_check import UserCheck


class SetupHelp:
    """A :class:`tui.ui.screens.setup.Help`."""

    def examine(self, profile: Profile) -> AsyncGenerator[Finding]:
        return examine(profile, before_login=True)

    async def key_storage(self, profile_name: str) -> str:
        return await key_vault(profile_name).storage()

    async def find_user(self, profile: Profile, email: str) -> UserCheck:
        from tui.wiring.studio import open_studio
        from tui.wiring.users import check_user

        profile = _with_developer_token(profile)
        async with open_studio(profile) as client:
            return await check_user(client, profile, email)

    async def keep_key(self, profile_name: str, key: Secret) -> None:
        await key_vault(profile_name).save(handed_over(key))


def _with_developer_token(profile: Profile) -> Profile:
    """The profile with the environment's token where it has none. Raises ``BackendError``."""
    from tui.config import variable
    from tui.core.secrets import Secret

    if profile.developer_token:
        return profile
    token = os.environ.get(variable("developer_token"), "")
    if not token:
        text = "Looking a user up needs a Developer API token."
        hint = f"Enter one that begins with wrka, or set {variable('developer_token')}."
        raise BackendError(ErrorKind.INVALID, text, hint=hint)
    return replace(profile, developer_token=Secret(token))
