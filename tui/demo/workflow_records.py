"""What the demo's Workflows API remembers: agents, skills, workflows and their newest runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from tui.demo.records import JsonObject
from tui.demo.workflow_feed import Feed

TaskStatus: TypeAlias = Literal[
    "pending", "running", "completed", "failed", "halted", "max_turns_reached"
]
UNDER_WAY: frozenset[TaskStatus] = frozenset({"pending", "running"})

DEFAULTS: JsonObject = {
    "title": None,
    "model": None,
    "max_turns": 5,
    "output_format": "json",
    "reasoning_effort": None,
    "skill_ids": [],
    "skill_tags": [],
    "guardrail_ids": [],
    "guardrail_tags": [],
    "infinite_session": True,
    "bypass_memory": False,
    "auto_memory": False,
    "tsv_tool_results": False,
    "caveman": False,
    "repo_url": None,
    "repo_branch": None,
    "repo_token_name": None,
    "webhook_url": None,
    "error_webhook_url": None,
}
"""What can be set, and what it is when it is not. Source: Workflows API, Create workflow."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent, shared by all users."""

    agent_id: str
    name: str
    description: str
    model: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill that can be installed in a workflow."""

    skill_id: str
    name: str
    description: str
    tags: tuple[str, ...]
    created_at: datetime


@dataclass(slots=True)
class Usage:
    """Tokens and cost of a workflow, over all its runs."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0

    @property
    def cost(self) -> float:
        return round(self.input_tokens * 2e-6 + self.output_tokens * 8e-6, 6)


@dataclass(slots=True)
class Workflow:
    """A workflow of one user. Of its runs it holds the newest alone."""

    workflow_id: str
    owner: str
    agent: Agent
    settings: JsonObject
    created_at: datetime
    updated_at: datetime
    feed: Feed
    active: bool = True
    usage: Usage = field(default_factory=Usage)
    logs: list[JsonObject] = field(default_factory=list)
    messages: list[JsonObject] = field(default_factory=list)
    task_count: int = 0
    task_status: TaskStatus | None = None
    task_at: datetime | None = None
    current_turn: int = 0
    halt_asked: bool = False

    @property
    def busy(self) -> bool:
        return self.task_status in UNDER_WAY

    @property
    def status(self) -> str:
        if self.task_status == "running":
            return "running"
        return "active" if self.active else "inactive"

    def say(self, role: str, content: str, **more: Any) -> None:
        """Put an entry into the transcript."""
        empty: JsonObject = {"tool_calls": None, "tool_call_id": None, "name": None}
        self.messages.append({"role": role, "content": content, **empty, **more})
