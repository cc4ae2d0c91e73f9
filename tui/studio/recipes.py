"""Recipes and their jobs. Source: Developer API reference."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tui.studio.client import EndpointClient
from tui.studio.endpoints import ENDPOINTS
from tui.studio.models import Job, Recipe, RecipeId


class Recipes:
    """Recipes of the workspace."""

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    async def get(self, recipe_id: RecipeId) -> Recipe:
        return await self._client.request_one(Recipe, ENDPOINTS["recipes show"], recipe_id)


class Jobs:
    """Runs of a recipe."""

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    def list(self, recipe_id: RecipeId, *, status: str | None = None) -> AsyncGenerator[Job]:
        """Yield jobs, newest first; ``status`` is ``succeeded``, ``failed`` or ``pending``."""
        return self._client.request_all(Job, ENDPOINTS["jobs list"], recipe_id, status=status)
