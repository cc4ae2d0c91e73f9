"""What the set-up screen needs from outside."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from tui.wiring.checkup import examine
from tui.wiring.clients import key_vault
from tui.wiring.secrets import handed_over

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.core.checkup import Finding
    from tui.core.secret import Secret


class SetupHelp:
    """A :class:`tui.ui.screens.setup.Help`."""

    def examine(self, profile: Profile) -> AsyncGenerator[Finding]:
        return examine(profile, before_login=True)

    async def key_storage(self, profile_name: str) -> str:
        return await key_vault(profile_name).storage()

    async def keep_key(self, profile_name: str, key: Secret) -> None:
        await key_vault(profile_name).save(handed_over(key))
