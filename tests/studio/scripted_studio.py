"""Agent Studio without a network: genies and the rest as data, every change recorded.

>>> studio = ScriptedStudio([genie("Ifrit"), genie("Asleep", state="stopped")])
>>> studio.failures["genies.list"] = BackendError(ErrorKind.FORBIDDEN, "No.")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tui.core.errors import BackendError, ErrorKind
from tui.studio.guardrails.validation import PII_ENTITIES
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
    SecretText,
    Skill,
    SkillId,
    WireId,
)

T = TypeVar("T")
KEY = "5ec3e7" * 10 + "abcd"


def genie(name: str, *, state: str = "active", chat: str = "custom", **more: Any) -> Genie:
    return Genie(id=GenieId(f"gin-{name}"), name=name, state=state, chat_interface=chat, **more)


@dataclass
class ScriptedStudio:
    """Answers from what it holds. ``failures`` are raised by the call of that name, each time."""

    people: list[Genie] = field(default_factory=lambda: [genie("Ifrit")])
    held_clients: list[GenieClient] = field(default_factory=list)
    pairs: dict[str, str] = field(default_factory=dict)
    """The client of a genie."""
    held_skills: list[Skill] = field(default_factory=list)
    held_bases: list[KnowledgeBase] = field(default_factory=list)
    held_recipes: dict[str, Recipe] = field(default_factory=dict)
    held_jobs: dict[str, list[Job]] = field(default_factory=dict)
    guardrail: Guardrail = field(default_factory=Guardrail)
    failures: dict[str, Exception] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    """Every call waits for it."""
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    """Calls that change something, in order."""
    opened: int = 0
    host: str = "studio.example.com"

    def __post_init__(self) -> None:
        self.genies = _Genies(self)
        self.clients = _Clients(self)
        self.guardrails = _Guardrails(self)
        self.skills = _Skills(self)
        self.knowledge_bases = _KnowledgeBases(self)
        self.recipes = _Recipes(self)
        self.jobs = _Jobs(self)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[ScriptedStudio]:
        self.opened += 1
        try:
            yield self
        finally:
            self.opened -= 1

    async def aclose(self) -> None:
        pass

    async def visit(self, name: str) -> None:
        if self.gate:
            await self.gate.wait()
        if name in self.failures:
            raise self.failures[name]

    async def each(self, name: str, entries: Sequence[T]) -> AsyncGenerator[T]:
        await self.visit(name)
        for entry in [*entries]:
            yield entry

    def find(self, genie_id: str) -> Genie:
        found = next((one for one in self.people if one.id == genie_id), None)
        if found is None:
            raise BackendError(ErrorKind.NOT_FOUND, "There is no such genie.", status=404)
        return found

    def change(self, genie_id: str, **fields: Any) -> None:
        self.people = [replace(g, **fields) if g.id == genie_id else g for g in self.people]


class _Part:
    def __init__(self, studio: ScriptedStudio) -> None:
        self._studio = studio


class _Genies(_Part):
    def list(self) -> AsyncGenerator[Genie]:
        return self._studio.each("genies.list", self._studio.people)

    async def get(self, genie_id: GenieId) -> Genie:
        await self._studio.visit("genies.get")
        return self._studio.find(genie_id)

    async def start(self, genie_id: GenieId) -> None:
        await self._studio.visit("genies.start")
        self._studio.calls.append(("start", genie_id))
        self._studio.change(genie_id, state="active")

    async def stop(self, genie_id: GenieId) -> None:
        await self._studio.visit("genies.stop")
        self._studio.calls.append(("stop", genie_id))
        self._studio.change(genie_id, state="stopped")

    def __getattr__(self, name: str) -> Any:
        """``assign_skills`` and its like."""
        if not name.startswith(("assign_", "remove_")):
            raise AttributeError(name)

        async def assign(genie_id: GenieId, ids: Sequence[str]) -> Sequence[Reference]:
            await self._studio.visit(f"genies.{name}")
            self._studio.calls.append((name, genie_id, *ids))
            return [Reference(id=WireId(one), name=one) for one in ids]

        return assign


class _Clients(_Part):
    def list(self) -> AsyncGenerator[GenieClient]:
        return self._studio.each("clients.list", self._studio.held_clients)

    async def create(self, name: str, redirect_url: str | None = None) -> GenieClient:
        await self._studio.visit("clients.create")
        self._studio.calls.append(("create", name, redirect_url))
        made = GenieClient(
            client_id=GenieClientId(f"gincl-{name}"),
            client_name=name,
            oauth_client_id=WireId("oauth-1" if redirect_url else ""),
            api_key=SecretText("" if redirect_url else KEY),
        )
        self._studio.held_clients.append(replace(made, api_key=SecretText("")))
        return made

    async def rename(self, client_id: GenieClientId, name: str) -> None:
        self._studio.calls.append(("rename", client_id, name))

    async def delete(self, client_id: GenieClientId) -> None:
        self._studio.calls.append(("delete", client_id))

    async def regenerate(self, client_id: GenieClientId) -> RegeneratedKey:
        self._studio.calls.append(("regenerate", client_id))
        return RegeneratedKey(api_key=SecretText(KEY))

    async def attach(self, genie_id: GenieId, client_id: GenieClientId) -> None:
        pairs = self._studio.pairs
        if genie_id in pairs or client_id in pairs.values():
            hint = "Detach the existing pair, then attach again."
            raise BackendError(ErrorKind.BUSY, "It has one already.", hint=hint, status=409)
        self._studio.calls.append(("attach", genie_id, client_id))
        pairs[genie_id] = client_id
        self._studio.change(genie_id, chat_interface="custom")

    async def detach(self, genie_id: GenieId, client_id: GenieClientId) -> None:
        self._studio.calls.append(("detach", genie_id, client_id))
        self._studio.pairs.pop(genie_id, None)
        self._studio.change(genie_id, chat_interface="")


class _Guardrails(_Part):
    async def get(self, genie_id: GenieId) -> Guardrail:
        await self._studio.visit("guardrails.get")
        return self._studio.guardrail

    async def put(
        self, genie_id: GenieId, policy_type: str, configuration: Mapping[str, Any]
    ) -> Policy:
        await self._studio.visit("guardrails.put")
        self._studio.calls.append(("put", genie_id, policy_type, configuration))
        policy = Policy(policy_type=policy_type, configuration=configuration)
        others = [p for p in self._studio.guardrail.policies if p.policy_type != policy_type]
        self._studio.guardrail = replace(self._studio.guardrail, policies=(*others, policy))
        return policy

    async def pii_entities(self) -> Sequence[str]:
        await self._studio.visit("guardrails.pii_entities")
        return PII_ENTITIES


class _Skills(_Part):
    def list(self, *, project_id: str | None = None) -> AsyncGenerator[Skill]:
        return self._studio.each("skills.list", self._studio.held_skills)

    async def get(self, skill_id: SkillId) -> Skill:
        await self._studio.visit("skills.get")
        return next(one for one in self._studio.held_skills if one.id == skill_id)


class _KnowledgeBases(_Part):
    def list(self, *, project_id: str | None = None) -> AsyncGenerator[KnowledgeBase]:
        return self._studio.each("knowledge_bases.list", self._studio.held_bases)

    async def data_sources(self, knowledge_base_id: KnowledgeBaseId) -> DataSources:
        return DataSources(data_sources={"workato_files": True})

    def recipes(self, knowledge_base_id: KnowledgeBaseId) -> AsyncGenerator[Recipe]:
        return self._studio.each("knowledge_bases.recipes", ())


class _Recipes(_Part):
    async def get(self, recipe_id: RecipeId) -> Recipe:
        await self._studio.visit("recipes.get")
        if recipe_id not in self._studio.held_recipes:
            raise BackendError(ErrorKind.NOT_FOUND, "There is no such recipe.", status=404)
        return self._studio.held_recipes[recipe_id]


class _Jobs(_Part):
    def list(self, recipe_id: RecipeId, *, status: str | None = None) -> AsyncGenerator[Job]:
        held = self._studio.held_jobs.get(recipe_id, [])
        fitting = [job for job in held if status in (None, job.status)]
        return self._studio.each("jobs.list", fitting)
