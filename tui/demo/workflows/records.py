"""Records of the demo's Workflows API: agents, guardrails, tokens, workflows and their runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from tui.demo.records import JsonObject
from tui.demo.workflows.event_feed import EventFeed

TaskStatus: TypeAlias = Literal[
    "pending", "running", "completed", "failed", "halted", "max_turns_reached"
]
UNDER_WAY: frozenset[TaskStatus] = frozenset({"pending", "running"})
ProviderPath: TypeAlias = Literal["custom", "claude", "gateway"]

HALT_KEPT = timedelta(minutes=5)
"""Time that a halt which no run has checked waits for the next run."""

DEFAULTS: JsonObject = {
    "title": None,
    "model": None,
    "max_turns": 5,
    "skill_ids": [],
    "skill_tags": [],
    "output_format": "json",
    "infinite_session": True,
    "caveman": False,
    "bypass_memory": False,
    "auto_memory": False,
    "tsv_tool_results": False,
    "reasoning_effort": None,
    "guardrail_ids": [],
    "guardrail_tags": [],
    "repo_url": None,
    "repo_branch": None,
    "repo_token_name": None,
    "credential_overrides": {},
    "webhook_url": None,
    "error_webhook_url": None,
}
"""Options and their defaults. Source: Workflows API, Create workflow; recording 12-crud."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProvider:
    """Model provider. Its path decides which events a run sends."""

    provider_id: str
    name: str
    path: ProviderPath
    base_url: str | None
    created_at: datetime
    reachable: bool = True

    @property
    def kind(self) -> str:
        return "custom" if self.path == "custom" else "anthropic"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAgent:
    """Agent, shared by all users."""

    agent_id: str
    name: str
    description: str
    model: str | None
    provider: ModelProvider | None
    created_at: datetime
    custom_tool_ids: tuple[str, ...] = ()

    @property
    def path(self) -> ProviderPath:
        return self.provider.path if self.provider else "custom"


@dataclass(frozen=True, slots=True)
class DemoSkill:
    """Skill that can be installed in a workflow."""

    skill_id: str
    name: str
    description: str
    tags: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoGuardrail:
    """Check of prompts, requests or outputs; ``config`` depends on its type."""

    guardrail_id: str
    name: str
    kind: Literal["prompt", "request", "output"]
    tags: tuple[str, ...]
    config: JsonObject
    created_at: datetime
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Stored token of the server; the value is made up."""

    token_id: str
    name: str
    ending: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomTool:
    """Tool of an agent that the server runs; ``env`` names a token for each variable."""

    tool_id: str
    name: str
    description: str
    parameters: JsonObject
    env: dict[str, str]
    created_at: datetime


@dataclass(slots=True)
class DemoUsage:
    """Tokens of one run, or in the documented behaviour of all runs."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    free: bool = False
    """The provider reports no cost."""

    @property
    def cost(self) -> float:
        return 0.0 if self.free else round(self.input_tokens * 2e-6 + self.output_tokens * 8e-6, 6)


@dataclass(slots=True, kw_only=True)
class Task:
    """One run of a workflow."""

    task_id: str
    number: int
    prompt: str
    agent_name: str
    model: str | None
    reasoning_effort: str | None
    created_at: datetime
    status: TaskStatus = "pending"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    tool_calls: int = 0
    response: str | None = None
    progress: JsonObject | None = None
    usage: DemoUsage | None = None
    logs: list[JsonObject] = field(default_factory=list)
    messages: list[JsonObject] = field(default_factory=list)


@dataclass(slots=True)
class DemoWorkflow:
    """Workflow of one user. Its logs and messages are those since the last prompt."""

    workflow_id: str
    owner: str
    agent: DemoAgent
    settings: JsonObject
    created_at: datetime
    updated_at: datetime
    feed: EventFeed
    active: bool = True
    usage: DemoUsage | None = None
    logs: list[JsonObject] = field(default_factory=list)
    messages: list[JsonObject] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    task_count: int = 0
    task_status: TaskStatus | None = None
    task_at: datetime | None = None
    current_turn: int = 0
    session_id: str | None = None
    halted_at: datetime | None = None
    """Time of a halt request that no run has checked."""
    queue: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Prompts accepted close together run one after the other."""

    @property
    def busy(self) -> bool:
        return self.task_status in UNDER_WAY

    @property
    def status(self) -> str:
        if self.task_status == "running":
            return "running"
        return "active" if self.active else "inactive"

    def say(self, role: str, content: str, **more: Any) -> None:
        """Add an entry to the transcript."""
        self.messages.append(entry(role, content, **more))


def entry(role: str, content: str, **more: Any) -> JsonObject:
    """Return an entry of a transcript."""
    empty: JsonObject = {"tool_calls": None, "tool_call_id": None, "name": None}
    return {"role": role, "content": content, **empty, **more}
