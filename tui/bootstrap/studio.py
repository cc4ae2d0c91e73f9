"""Agent Studio, signed in with a profile or the demo."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.bootstrap.clients import network_of, secret_str
from tui.core.secrets import Secret

if TYPE_CHECKING:
    from tui.bootstrap.target import OpenStudio
    from tui.config import Profile
    from tui.studio.developer_client import DeveloperClient


def studio_of(profile: Profile) -> OpenStudio | None:
    """Return the function that opens a profile's Studio; None if it has no developer token."""
    return partial(open_studio, profile) if profile.developer_token else None


def read_studio_profile(
    name: str | None, config: Path | None, flags: Mapping[str, object]
) -> Profile:
    """Return a profile with a Developer API token; it need not name a genie.

    ``flags`` override everything else. Raises ``tui.config.ConfigError``.
    """
    from tui.config import ConfigError, is_configured, load, variable

    profile = load(profile=name, config_path=config, flags=flags, complete=False)
    if profile.developer_token is None and not is_configured(config):
        raise ConfigError(
            "Nothing is set up yet. Run 'genie-tui' to set up a profile, or add --demo to try it "
            f"without an account. In scripts, set {variable('developer_token')}."
        )
    if profile.developer_token is None:
        where = f"{variable('developer_token')}, or developer_token in the profile"
        raise ConfigError(
            f"Profile {profile.label!r} has no Developer API token. Set {where}. Use an API "
            f"client's token (wrka...) from Workspace admin; a genie client's key doesn't "
            f"work here."
        )
    return profile


@asynccontextmanager
async def open_studio(profile: Profile, *, alone: bool = False) -> AsyncGenerator[DeveloperClient]:
    """Open the Developer API client of a profile that has a developer token.

    ``alone``: no other process uses the token, so rate limits are not shared through a file.
    """
    from tui.auth.request_auth import DeveloperAuth
    from tui.config import state_dir
    from tui.studio.developer_client import DeveloperClient
    from tui.studio.rate_limit import FileRateLimitStore
    from tui.system.clock import SystemClock

    token = secret_str(profile.developer_token or Secret(""))
    store = (
        None if alone else FileRateLimitStore(state_dir() / "pace", profile.developer_url, token)
    )
    auth = DeveloperAuth(profile.developer_url, token)
    client = DeveloperClient(
        profile.developer_url, auth, SystemClock(), store, network=network_of(profile)
    )
    try:
        yield client
    finally:
        await client.aclose()
