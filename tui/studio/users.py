"""Users of Workato Identity. Source: Headless API troubleshooting, user_nonactive_or_missing."""

from __future__ import annotations

from collections.abc import Sequence

from tui.api.failures import failure
from tui.api.hints import Case
from tui.studio.client import Caller
from tui.studio.decode import read, rows_in
from tui.studio.endpoints import workspace
from tui.studio.user_check import IdentityUser


class Users:
    """Who could talk to a genie."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def find(self, email: str) -> Sequence[IdentityUser]:
        """Users whose email or name matches."""
        rows = rows_in(await self._caller.ask(workspace.USERS_FIND, (), {"query": email}), "users")
        if rows is None:
            raise failure(Case.NOT_AN_OBJECT, host=self._caller.host)
        return [read(IdentityUser, row) for row in rows]
