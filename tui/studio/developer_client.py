"""The client of the Developer API."""

from __future__ import annotations

import httpx

from tui.api.network.settings import Network
from tui.core.ports import Clock
from tui.studio.client import Caller
from tui.studio.genies import GenieClients, Genies, Guardrails
from tui.studio.knowledge import KnowledgeBases, Skills
from tui.studio.rate_limit import Ledger
from tui.studio.recipes import Jobs, Recipes
from tui.studio.users import Users


class DeveloperClient:
    """Everything a token may reach, by group. It is a :class:`tui.studio.port.Studio`.

    ``caller`` asks any endpoint by its description and gives the plain JSON.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        clock: Clock,
        ledger: Ledger | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        """``ledger`` counts requests for rate limits; each client for itself unless given.

        Raises BackendError(INVALID) for a base URL that must not be used.
        """
        self.caller = Caller(base_url, auth, clock, ledger, network=network)
        self.genies = Genies(self.caller)
        self.clients = GenieClients(self.caller)
        self.guardrails = Guardrails(self.caller)
        self.skills = Skills(self.caller)
        self.knowledge_bases = KnowledgeBases(self.caller)
        self.recipes = Recipes(self.caller)
        self.jobs = Jobs(self.caller)
        self.users = Users(self.caller)

    @property
    def host(self) -> str:
        """Host and port, as errors name them."""
        return self.caller.host

    async def aclose(self) -> None:
        """Close all connections."""
        await self.caller.aclose()
