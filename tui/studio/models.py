"""Records of the Developer API: genies and related objects.

Fields are named as on the wire; instants are milliseconds since the epoch. Missing values are
empty, None or zero, and ``raw`` has the object as received. Source: Agent Studio API; Developer API
reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

GenieId = NewType("GenieId", str)
GenieClientId = NewType("GenieClientId", str)
SkillId = NewType("SkillId", str)
KnowledgeBaseId = NewType("KnowledgeBaseId", str)
RecipeId = NewType("RecipeId", str)
JobId = NewType("JobId", str)
"""Handle of a job, such as ``j-AbCdEfGh-IjKlMn``."""
WireId = NewType("WireId", str)
"""Id of anything else."""
SecretText = NewType("SecretText", str)
"""Shown once, and never stored."""
Instant = NewType("Instant", int)
"""Milliseconds since the epoch."""

_STARTED = frozenset({"active", "started", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioModel:
    """Base of all records."""

    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(StudioModel):
    """A reference to another object."""

    id: WireId = WireId("")
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Genie(StudioModel):
    """Genie. A list leaves out folders, groups and connection, which only the details have."""

    id: GenieId = GenieId("")
    """Handle, ``gin-...``."""
    name: str = ""
    description: str = ""
    state: str = ""
    """``active``, ``started`` or ``stopped``; the set is open."""
    folder_id: WireId = WireId("")
    project_id: WireId = WireId("")
    instructions: str = ""
    ai_provider: str = ""
    """``anthropic`` or ``open_ai``."""
    chat_interface: str = ""
    """Empty: no client is attached, and its Headless API answers 406."""
    channel_mode: str = ""
    channel_scope: str = ""
    response_mode: str = ""
    channel_whitelist: tuple[str, ...] = ()
    skills_count: int | None = None
    knowledge_bases_count: int | None = None
    user_groups_count: int | None = None
    active_recipes_count: int | None = None
    inactive_skills_count: int | None = None
    custom_oauth_key_id: WireId = WireId("")
    connection_id: WireId = WireId("")
    folders: tuple[Reference, ...] = ()
    user_groups: tuple[Reference, ...] = ()
    created_at: Instant | None = None
    updated_at: Instant | None = None

    @property
    def started(self) -> bool:
        return self.state in _STARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class GenieClient(StudioModel):
    """Credential of an application that calls a genie; one client for one genie.

    ``oauth_client_id`` and ``api_key`` are returned on creation only, the key never again.
    """

    client_id: GenieClientId = GenieClientId("")
    client_name: str = ""
    oauth_client_id: WireId = WireId("")
    api_key: SecretText = field(default=SecretText(""), repr=False)
    """64 hexadecimal digits; empty for an OAuth client, which has no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegeneratedKey(StudioModel):
    """Regenerated key; the previous one no longer works."""

    api_key: SecretText = field(default=SecretText(""), repr=False)
    updated_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill(StudioModel):
    """Recipe that a genie can run. Details may lack the requested id."""

    id: SkillId = SkillId("")
    name: str = ""
    description: str = ""
    recipe_id: RecipeId = RecipeId("")
    folder_id: WireId = WireId("")
    project_id: WireId = WireId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase(StudioModel):
    """Collection of documents that genies can search."""

    id: KnowledgeBaseId = KnowledgeBaseId("")
    name: str = ""
    description: str = ""
    folder_id: WireId = WireId("")
    project_id: WireId = WireId("")
    source_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSources(StudioModel):
    """Sources of a knowledge base, by name."""

    knowledge_base_id: KnowledgeBaseId = KnowledgeBaseId("")
    data_sources: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(StudioModel):
    """Automation; every skill is one."""

    id: RecipeId = RecipeId("")
    name: str = ""
    description: str = ""
    folder_id: WireId = WireId("")
    running: bool = False
    job_succeeded_count: int | None = None
    job_failed_count: int | None = None
    last_run_at: Instant | None = None
    stopped_at: Instant | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(StudioModel):
    """One run of a recipe."""

    id: JobId = JobId("")
    title: str = ""
    status: str = ""
    """``succeeded``, ``failed`` or ``pending``; the set is open, and it may be missing."""
    is_error: bool = False
    error: str = ""
    """Error message of the recipe or of the app it called."""
    started_at: Instant | None = None
    completed_at: Instant | None = None

    @property
    def failed(self) -> bool:
        return self.is_error or self.status == "failed" or bool(self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(StudioModel):
    """Policy of a guardrail with its whole configuration, see ``guardrails.policies``."""

    id: WireId = WireId("")
    policy_type: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail(StudioModel):
    """Content safety of a genie; without an id none is attached."""

    id: WireId = WireId("")
    policies: tuple[Policy, ...] = ()

    def policy(self, policy_type: str) -> Policy | None:
        return next((p for p in self.policies if p.policy_type == policy_type), None)


def recipe_of_skill(wire_skill_id: str) -> RecipeId | None:
    """Return the recipe of a skill in the timeline: events carry ``recipe:NUMBER``."""
    kind, _, number = wire_skill_id.partition(":")
    return RecipeId(number) if kind == "recipe" and number else None
