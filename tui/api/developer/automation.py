"""Recipes, their jobs, and the connections they use. Source: Developer API reference."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from tui.api.developer.caller import Caller
from tui.core.studio import workspace
from tui.core.studio.records import Connection, Job, JobId, Recipe, RecipeId, WireId


class Recipes:
    """Recipes, and whether they run."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self, *, folder_id: str | None = None, running: bool | None = None
    ) -> AsyncGenerator[Recipe]:
        return self._caller.each(
            Recipe, workspace.RECIPES_LIST, folder_id=folder_id, running=running
        )

    async def get(self, recipe_id: RecipeId) -> Recipe:
        return await self._caller.one(Recipe, workspace.RECIPES_SHOW, recipe_id)

    async def create(self, name: str, code: str, folder_id: int) -> Recipe:
        """The answer has little more than the id. ``code`` is a text that holds JSON."""
        values = {"recipe.name": name, "recipe.code": code, "recipe.folder_id": folder_id}
        return await self._caller.one(Recipe, workspace.RECIPES_CREATE, **values)

    async def copy(self, recipe_id: RecipeId, folder_id: int) -> RecipeId:
        """The id of the copy."""
        made = await self._caller.one(
            Recipe, workspace.RECIPES_COPY, recipe_id, folder_id=folder_id
        )
        return made.id or RecipeId(str(made.raw.get("new_flow_id", "")))

    async def update(self, recipe_id: RecipeId, changes: Mapping[str, object]) -> None:
        """Change the fields named, as on the wire (``recipe.name``); the others stay."""
        await self._caller.ask(workspace.RECIPES_UPDATE, (recipe_id,), changes)

    async def start(self, recipe_id: RecipeId) -> None:
        await self._caller.ask(workspace.RECIPES_START, (recipe_id,))

    async def stop(self, recipe_id: RecipeId) -> None:
        await self._caller.ask(workspace.RECIPES_STOP, (recipe_id,))

    async def delete(self, recipe_id: RecipeId) -> None:
        await self._caller.ask(workspace.RECIPES_DELETE, (recipe_id,))


class Jobs:
    """The runs of a recipe."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, recipe_id: RecipeId, *, status: str | None = None) -> AsyncGenerator[Job]:
        return self._caller.each(Job, workspace.JOBS_LIST, recipe_id, status=status)

    async def get(self, recipe_id: RecipeId, job_id: JobId) -> Job:
        return await self._caller.one(Job, workspace.JOBS_SHOW, recipe_id, job_id)

    async def resume(self, token: str, data: Mapping[str, Any] | None = None) -> None:
        await self._caller.ask(workspace.JOBS_RESUME, (), {"token": token, "data": data})


class Connections:
    """Sign-ins at other applications."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, *, folder_id: str | None = None) -> AsyncGenerator[Connection]:
        return self._caller.each(Connection, workspace.CONNECTIONS_LIST, folder_id=folder_id)

    async def create(
        self, name: str, provider: str, folder_id: int, settings: Mapping[str, Any] | None = None
    ) -> Connection:
        return await self._caller.one(
            Connection,
            workspace.CONNECTIONS_CREATE,
            name=name,
            provider=provider,
            folder_id=folder_id,
            input=settings,
        )

    async def update(self, connection_id: WireId, changes: Mapping[str, object]) -> Connection:
        return await self._caller.one(
            Connection, workspace.CONNECTIONS_UPDATE, connection_id, **changes
        )

    async def disconnect(self, connection_id: WireId) -> None:
        await self._caller.ask(workspace.CONNECTIONS_DISCONNECT, (connection_id,))

    async def delete(self, connection_id: WireId) -> None:
        await self._caller.ask(workspace.CONNECTIONS_DELETE, (connection_id,))
