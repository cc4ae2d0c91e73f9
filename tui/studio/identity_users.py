"""Users of Workato Identity. Source: Headless API troubleshooting, user_nonactive_or_missing."""

from __future__ import annotations

from collections.abc import Sequence

from tui.api.error_hints import FailureCase
from tui.api.failures import failure
from tui.studio.client import EndpointClient
from tui.studio.decode import decode, find_rows
from tui.studio.endpoints import ENDPOINTS
from tui.studio.user_check import IdentityUser


class Users:
    """Users of Workato Identity, candidates for access to genies."""

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    async def find(self, email: str) -> Sequence[IdentityUser]:
        """Return the users whose email or name matches."""
        rows = find_rows(
            await self._client.request(ENDPOINTS["users find"], (), {"query": email}), "users"
        )
        if rows is None:
            raise failure(FailureCase.NOT_AN_OBJECT, host=self._client.host)
        return [decode(IdentityUser, row) for row in rows]
