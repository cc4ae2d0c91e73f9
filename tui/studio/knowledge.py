"""Skills and knowledge bases. Source: Agent Studio API."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tui.studio.client import EndpointClient
from tui.studio.endpoints import ENDPOINTS
from tui.studio.models import (
    DataSources,
    KnowledgeBase,
    KnowledgeBaseId,
    Recipe,
    Skill,
    SkillId,
)


class Skills:
    """Recipes that genies can run."""

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    def list(self, *, project_id: str | None = None) -> AsyncGenerator[Skill]:
        return self._client.request_all(Skill, ENDPOINTS["skills list"], project_id=project_id)

    async def get(self, skill_id: SkillId) -> Skill:
        return await self._client.request_one(Skill, ENDPOINTS["skills show"], skill_id)


class KnowledgeBases:
    """Knowledge bases, which genies search."""

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    def list(self, *, project_id: str | None = None) -> AsyncGenerator[KnowledgeBase]:
        return self._client.request_all(KnowledgeBase, ENDPOINTS["kb list"], project_id=project_id)

    async def data_sources(self, knowledge_base_id: KnowledgeBaseId) -> DataSources:
        return await self._client.request_one(
            DataSources, ENDPOINTS["kb sources"], knowledge_base_id
        )

    def recipes(self, knowledge_base_id: KnowledgeBaseId) -> AsyncGenerator[Recipe]:
        return self._client.request_all(Recipe, ENDPOINTS["kb recipes"], knowledge_base_id)
