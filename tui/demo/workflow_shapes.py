"""The two dialects of the Workflows API: as documented, and as a server was seen to answer.

What was observed differs in this: halting answers 202, a percentage goes from 0 to 1, usage has
longer names and is not streamed, whole messages are not streamed either, a prompt is logged by the
worker and not at once, and nobody looks at the flag that halting sets. A prompt's answer names its
task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui.demo.clock import rfc3339
from tui.demo.records import JsonObject
from tui.demo.workflow_records import Agent, Skill, Usage, Workflow


@dataclass(frozen=True, slots=True)
class WorkflowShape:
    """Writes answers in one of the two dialects."""

    observed: bool

    def usage(self, usage: Usage) -> JsonObject:
        if not self.observed:
            return {
                "total_in": usage.input_tokens,
                "total_out": usage.output_tokens,
                "cost": usage.cost,
            }
        return {
            "total_premium_requests": 0.0,
            "total_input_tokens": usage.input_tokens,
            "total_output_tokens": usage.output_tokens,
            "total_cache_read_tokens": usage.cached_tokens,
            "total_cache_write_tokens": 0,
            "total_cost": usage.cost,
        }

    def workflow(self, workflow: Workflow) -> JsonObject:
        """A workflow with the logs and messages of its newest run. Source: Get workflow."""
        return {
            "id": workflow.workflow_id,
            "agent_id": workflow.agent.agent_id,
            "github_user": workflow.owner,
            **workflow.settings,
            "current_turn": workflow.current_turn,
            "session_id": None,
            "status": workflow.status,
            "usage": self.usage(workflow.usage) if workflow.task_count else None,
            "logs": list(workflow.logs),
            "messages": list(workflow.messages),
            "task_count": workflow.task_count,
            "last_task_status": workflow.task_status,
            "last_task_at": _time(workflow.task_at),
            "created_at": _time(workflow.created_at),
            "updated_at": _time(workflow.updated_at),
        }

    def accepted(self, workflow: Workflow, task_id: str) -> JsonObject:
        """The answer to a prompt. Source: Send prompt."""
        task = {"task_id": task_id} if self.observed else {}
        return task | {
            "workflow_id": workflow.workflow_id,
            "status": "running",
            "current_turn": 0,
            "max_turns": workflow.settings["max_turns"],
            "response": None,
        }

    def percent(self, done: float) -> float:
        """A share from 0 to 1 as ``percent_complete``."""
        return round(done, 2) if self.observed else round(done * 100)


def agent(agent: Agent) -> JsonObject:
    return {
        "id": agent.agent_id,
        "name": agent.name,
        "description": agent.description,
        "system_prompt": "You live in a lamp. Be helpful, be brief, be smoke.",
        "model": agent.model,
        "builtin_tools": [],
        "created_at": _time(agent.created_at),
        "updated_at": _time(agent.created_at),
    }


def skill(skill: Skill) -> JsonObject:
    return {
        "id": skill.skill_id,
        "name": skill.name,
        "description": skill.description,
        "instructions": f"Use it when the user needs this: {skill.description}",
        "tags": list(skill.tags),
        "created_at": _time(skill.created_at),
        "updated_at": _time(skill.created_at),
    }


def _time(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None
