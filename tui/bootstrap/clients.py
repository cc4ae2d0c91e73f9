"""Clients of a genie and of an identity service, signed in as a profile demands."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, overload

from tui.core.errors import BackendError, ErrorKind

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tui.api.headless import HeadlessClient
    from tui.api.network.settings import Network
    from tui.auth.account import OAuthAccount
    from tui.auth.key_vault import KeyVault
    from tui.auth.token_vault import TokenVault
    from tui.config import Profile
    from tui.core.secrets import Secret


def network_of(profile: Profile) -> Network:
    """Return the network settings of a profile."""
    from tui.api.network.settings import Network
    from tui.config import variable

    if not profile.ca_file:
        return Network()
    name = variable("ca_file")
    origin = name if os.environ.get(name) == profile.ca_file else "ca_file"
    return Network(os.path.expanduser(profile.ca_file), origin)


@overload
def secret_str(secret: Secret) -> SecretStr: ...
@overload
def secret_str(secret: Secret | None) -> SecretStr | None: ...
def secret_str(secret: Secret | None) -> SecretStr | None:
    """Convert a secret of the settings for clients."""
    from pydantic import SecretStr

    return SecretStr(secret.get_secret_value()) if secret else None


@asynccontextmanager
async def open_client(profile: Profile) -> AsyncGenerator[tuple[HeadlessClient, str]]:
    """Open a client of the profile's genie; yield it with the name of the user.

    Raises ``BackendError``, ``UNAUTHORIZED`` if the user is not signed in.
    """
    if profile.auth == "oauth":
        async with open_account(profile) as account:
            identity = await account.whoami()
            who = f"{profile.identity_url} {identity.subject}"
            yield signed_in_client(profile, account), who
    else:
        yield await key_client(profile), profile.idp_user_id or ""


def signed_in_client(profile: Profile, account: OAuthAccount) -> HeadlessClient:
    """Return a client with the tokens of an account, which must outlive it."""
    from tui.api.headless import HeadlessClient
    from tui.auth.request_auth import BearerAuth

    auth = BearerAuth(profile.base_url, account.tokens)
    return HeadlessClient(profile.base_url, profile.genie or "", auth, network=network_of(profile))


async def key_client(profile: Profile) -> HeadlessClient:
    """Return a client with the profile's API key, which may be stored apart from the profile."""
    from tui.api.headless import HeadlessClient
    from tui.auth.request_auth import ApiKeyAuth

    key = secret_str(profile.api_key) or await key_vault(profile.label).load()
    if key is None:
        raise BackendError(
            ErrorKind.UNAUTHORIZED,
            f"No API key for profile '{profile.label}'.",
            hint="Set GENIE_TUI_API_KEY, or run 'genie-tui login' to store one.",
        )
    auth = ApiKeyAuth(profile.base_url, key, profile.idp_user_id or "")
    return HeadlessClient(profile.base_url, profile.genie or "", auth, network=network_of(profile))


@asynccontextmanager
async def open_account(
    profile: Profile, vault: TokenVault | None = None
) -> AsyncGenerator[OAuthAccount]:
    """Open the OAuth sign-in of a profile. ``vault`` is the profile's own unless given."""
    from tui.api.identity import IdentityClient
    from tui.auth.account import OAuthAccount
    from tui.auth.login import OAuthClient
    from tui.system.clock import SystemClock

    client = OAuthClient(profile.client_id or "", profile.redirect_url or "", profile.no_browser)
    service = IdentityClient(profile.identity_url, client.client_id, network=network_of(profile))
    account = OAuthAccount(client, service, vault or _vault(profile), SystemClock())
    try:
        yield account
    finally:
        await account.aclose()


def key_vault(profile_name: str) -> KeyVault:
    """Return the store of a profile's API key, if the key is not in the profile."""
    from tui.auth.key_vault import KeyVault
    from tui.config import state_dir

    return KeyVault(state_dir() / "logins", profile_name)


def _vault(profile: Profile) -> TokenVault:
    from tui.auth.token_vault import TokenVault, login_name
    from tui.config import state_dir

    login = login_name(profile.label, profile.identity_url, profile.client_id or "")
    return TokenVault(state_dir() / "logins", login)
