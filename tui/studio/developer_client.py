"""Typed client of the Developer API, for the screens of Studio.

Every call raises :class:`tui.core.errors.BackendError`; ``sentence()`` says what to do about it.
Lists are read page by page while they are iterated: ``[g async for g in client.genies.list()]``.
Calls wait automatically for the service's rate limits. Reads are retried after transient failures,
everything else is sent once.
"""

from __future__ import annotations

import httpx

from tui.api.network.settings import Network
from tui.core.ports import Clock
from tui.studio.client import EndpointClient
from tui.studio.genies import GenieClients, Genies, Guardrails
from tui.studio.identity_users import Users
from tui.studio.knowledge import KnowledgeBases, Skills
from tui.studio.rate_limit import RateLimitStore
from tui.studio.recipes import Jobs, Recipes


class DeveloperClient:
    """Typed calls by group; close it with :meth:`aclose`.

    ``endpoints`` calls any endpoint by its description and returns the plain JSON.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        clock: Clock,
        limits: RateLimitStore | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        """``limits`` counts requests for rate limits; by default per client.

        Raises BackendError(INVALID) for an unusable base URL.
        """
        self.endpoints = EndpointClient(base_url, auth, clock, limits, network=network)
        self.genies = Genies(self.endpoints)
        self.clients = GenieClients(self.endpoints)
        self.guardrails = Guardrails(self.endpoints)
        self.skills = Skills(self.endpoints)
        self.knowledge_bases = KnowledgeBases(self.endpoints)
        self.recipes = Recipes(self.endpoints)
        self.jobs = Jobs(self.endpoints)
        self.users = Users(self.endpoints)

    @property
    def host(self) -> str:
        """Host and port, as errors name them."""
        return self.endpoints.host

    async def aclose(self) -> None:
        """Close all connections."""
        await self.endpoints.aclose()
