"""Backend of a profile. A new backend is one more entry of the table."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from tui.bootstrap.agent_names import agent_names, genie_name
from tui.bootstrap.clients import network_of, open_client, secret_str
from tui.core.ports import ChatBackend

if TYPE_CHECKING:
    from tui.api.workflows import WorkflowsClient
    from tui.config import Profile

Opened = tuple[ChatBackend, str]
"""A backend, and the name of the account to which its conversations belong."""


def open_backend(profile: Profile) -> AbstractAsyncContextManager[Opened]:
    """Open the service of a profile, signed in. The caller closes the backend.

    Raises ``BackendError``, ``UNAUTHORIZED`` if the user is not signed in.
    """
    return _OPENERS[profile.backend](profile)


def workflows_client(profile: Profile) -> WorkflowsClient:
    """Return a client of the profile's Workflows API."""
    from tui.api.workflows import WorkflowsClient
    from tui.auth.request_auth import TokenAuth

    auth = TokenAuth(profile.base_url, secret_str(profile.token))
    return WorkflowsClient(profile.base_url, auth, network=network_of(profile))


@asynccontextmanager
async def _open_genie(profile: Profile) -> AsyncGenerator[Opened]:
    from tui.backends.genie.backend import GenieBackend

    async with open_client(profile) as (client, who):
        yield (
            GenieBackend(client, name=partial(genie_name, profile)),
            f"{profile.account}{who}",
        )


@asynccontextmanager
async def _open_workflows(profile: Profile) -> AsyncGenerator[Opened]:
    """Open the Workflows API; the account is the profile, since the token does not name a user."""
    from tui.backends.workflows.backend import WorkflowsBackend

    backend = WorkflowsBackend(
        workflows_client(profile),
        profile.genie or "",
        learn_names=agent_names(profile).save,
        own_name=profile.name,
    )
    yield backend, profile.account


_OPENERS: Mapping[str, Callable[[Profile], AbstractAsyncContextManager[Opened]]] = {
    "genie": _open_genie,
    "workflows": _open_workflows,
}
