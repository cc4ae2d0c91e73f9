"""Skills and knowledge bases. Source: Agent Studio API."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from tui.api.developer.caller import Caller
from tui.core.studio import agentic
from tui.core.studio.records import (
    DataSources,
    KnowledgeBase,
    KnowledgeBaseId,
    Recipe,
    RecipeId,
    Skill,
    SkillId,
)


class Skills:
    """Recipes that genies can run."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self, *, folder_id: str | None = None, project_id: str | None = None, query: str = ""
    ) -> AsyncGenerator[Skill]:
        return self._caller.each(
            Skill,
            agentic.SKILLS_LIST,
            folder_id=folder_id,
            project_id=project_id,
            query=query or None,
        )

    async def get(self, skill_id: SkillId) -> Skill:
        return await self._caller.one(Skill, agentic.SKILLS_SHOW, skill_id)

    async def create(self, recipe_id: RecipeId) -> Skill:
        return await self._caller.one(Skill, agentic.SKILLS_CREATE, recipe_id=_number(recipe_id))


class KnowledgeBases:
    """What genies can look up."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self, *, folder_id: str | None = None, project_id: str | None = None, query: str = ""
    ) -> AsyncGenerator[KnowledgeBase]:
        return self._caller.each(
            KnowledgeBase,
            agentic.KB_LIST,
            folder_id=folder_id,
            project_id=project_id,
            query=query or None,
        )

    async def get(self, knowledge_base_id: KnowledgeBaseId) -> KnowledgeBase:
        return await self._caller.one(KnowledgeBase, agentic.KB_SHOW, knowledge_base_id)

    async def create(
        self, name: str, description: str, folder_id: str, source_type: str, data_sources: str
    ) -> KnowledgeBase:
        return await self._caller.one(
            KnowledgeBase,
            agentic.KB_CREATE,
            name=name,
            description=description,
            folder_id=folder_id,
            source_type=source_type,
            data_sources=data_sources,
        )

    async def update(
        self, knowledge_base_id: KnowledgeBaseId, changes: Mapping[str, Any]
    ) -> KnowledgeBase:
        """Change the fields named, as on the wire; the others stay."""
        return await self._caller.one(
            KnowledgeBase, agentic.KB_UPDATE, knowledge_base_id, **changes
        )

    async def delete(self, knowledge_base_id: KnowledgeBaseId) -> None:
        await self._caller.ask(agentic.KB_DELETE, (knowledge_base_id,))

    async def data_sources(self, knowledge_base_id: KnowledgeBaseId) -> DataSources:
        return await self._caller.one(DataSources, agentic.KB_SOURCES, knowledge_base_id)

    def recipes(self, knowledge_base_id: KnowledgeBaseId) -> AsyncGenerator[Recipe]:
        return self._caller.each(Recipe, agentic.KB_RECIPES, knowledge_base_id)


def _number(wire_id: str) -> int | str:
    """An id as the number that the documents ask for, where it is one."""
    return int(wire_id) if wire_id.isascii() and wire_id.isdigit() else wire_id
