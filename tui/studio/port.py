"""Agent Studio as the interface and scripts use it.

Every call raises :class:`tui.core.errors.BackendError`; ``sentence()`` says what to do about it.
Lists are read page by page while they are iterated: ``[g async for g in studio.genies.list()]``.
Calls wait by themselves where the service's rate limits ask for it. Reads are repeated on passing
failures, all else is sent once.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Protocol

from tui.studio.models import (
    DataSources,
    Genie,
    GenieClient,
    GenieClientId,
    GenieId,
    Guardrail,
    Job,
    KnowledgeBase,
    KnowledgeBaseId,
    Policy,
    Recipe,
    RecipeId,
    Reference,
    RegeneratedKey,
    Skill,
    SkillId,
)


class Genies(Protocol):
    """Genies: what they are, whether they run, and what is assigned to them."""

    def list(self) -> AsyncGenerator[Genie]: ...

    async def get(self, genie_id: GenieId) -> Genie: ...

    async def start(self, genie_id: GenieId) -> None: ...

    async def stop(self, genie_id: GenieId) -> None: ...

    async def assign_skills(self, genie_id: GenieId, ids: Sequence[str]) -> Sequence[Reference]:
        """The skills that the answer names; so with the five calls below."""
        ...

    async def remove_skills(self, genie_id: GenieId, ids: Sequence[str]) -> Sequence[Reference]: ...

    async def assign_knowledge_bases(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]: ...

    async def remove_knowledge_bases(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]: ...

    async def assign_user_groups(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]:
        """No endpoint lists user groups: their ids come from the workspace's own pages."""
        ...

    async def remove_user_groups(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]: ...


class GenieClients(Protocol):
    """A genie and a client belong to each other one to one; a second pairing is ``BUSY`` (409)."""

    def list(self) -> AsyncGenerator[GenieClient]: ...

    async def create(self, name: str, redirect_url: str | None = None) -> GenieClient:
        """An OAuth client with a ``redirect_url``, else one with an API key, shown this once."""
        ...

    async def rename(self, client_id: GenieClientId, name: str) -> None: ...

    async def delete(self, client_id: GenieClientId) -> None: ...

    async def regenerate(self, client_id: GenieClientId) -> RegeneratedKey: ...

    async def attach(self, genie_id: GenieId, client_id: GenieClientId) -> None: ...

    async def detach(self, genie_id: GenieId, client_id: GenieClientId) -> None: ...


class Guardrails(Protocol):
    """What a genie must not hear or say."""

    async def get(self, genie_id: GenieId) -> Guardrail: ...

    async def put(
        self, genie_id: GenieId, policy_type: str, configuration: Mapping[str, Any]
    ) -> Policy:
        """Replace a policy in full.

        Raises BackendError(INVALID) with the rule's text, before anything is sent, where
        ``tui.studio.guardrails.validation.problems`` finds one.
        """
        ...

    async def pii_entities(self) -> Sequence[str]: ...


class Skills(Protocol):
    """Recipes that genies can run."""

    def list(self, *, project_id: str | None = None) -> AsyncGenerator[Skill]: ...

    async def get(self, skill_id: SkillId) -> Skill: ...


class KnowledgeBases(Protocol):
    """What genies can look up, and where it comes from."""

    def list(self, *, project_id: str | None = None) -> AsyncGenerator[KnowledgeBase]: ...

    async def data_sources(self, knowledge_base_id: KnowledgeBaseId) -> DataSources: ...

    def recipes(self, knowledge_base_id: KnowledgeBaseId) -> AsyncGenerator[Recipe]: ...


class Recipes(Protocol):
    """The recipes of the workspace, behind skills or not."""

    async def get(self, recipe_id: RecipeId) -> Recipe: ...


class Jobs(Protocol):
    """The runs of a recipe."""

    def list(self, recipe_id: RecipeId, *, status: str | None = None) -> AsyncGenerator[Job]:
        """Newest first; ``status`` is ``succeeded``, ``failed`` or ``pending``."""
        ...


class Studio(Protocol):
    """The Developer API as far as a screen needs it; close it with :meth:`aclose`."""

    @property
    def host(self) -> str: ...

    @property
    def genies(self) -> Genies: ...

    @property
    def clients(self) -> GenieClients: ...

    @property
    def guardrails(self) -> Guardrails: ...

    @property
    def skills(self) -> Skills: ...

    @property
    def knowledge_bases(self) -> KnowledgeBases: ...

    @property
    def recipes(self) -> Recipes: ...

    @property
    def jobs(self) -> Jobs: ...

    async def aclose(self) -> None: ...


def recipe_of_skill(wire_skill_id: str) -> RecipeId | None:
    """The recipe behind a skill of the timeline: events carry ``recipe:NUMBER``."""
    kind, _, number = wire_skill_id.partition(":")
    return RecipeId(number) if kind == "recipe" and number else None
