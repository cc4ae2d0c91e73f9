"""Bodies of the demo's Workflows API: as recorded, and as documented.

The documented one differs: a halt responds with 200, usage has shorter names and counts all runs,
and the response to a prompt names no task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui.demo.clock import rfc3339
from tui.demo.records import JsonObject
from tui.demo.workflows.catalog import Catalog
from tui.demo.workflows.records import (
    CustomTool,
    DemoAgent,
    DemoGuardrail,
    DemoSkill,
    DemoUsage,
    DemoWorkflow,
    ModelProvider,
    Task,
    Token,
)

EXPORTED = (
    "model",
    "max_turns",
    "skill_ids",
    "skill_tags",
    "output_format",
    "infinite_session",
    "caveman",
    "bypass_memory",
    "auto_memory",
    "tsv_tool_results",
    "reasoning_effort",
    "guardrail_ids",
    "guardrail_tags",
    "repo_url",
    "repo_branch",
    "repo_token_name",
)
"""Settings in a bundle, besides title and agent."""
_OUTSIDE = ("credential_overrides", "webhook_url", "error_webhook_url")
_WORKER = "celery@worker-1"


@dataclass(frozen=True, slots=True)
class WorkflowShape:
    """Formats bodies in one of the two ways."""

    documented: bool

    def usage(self, usage: DemoUsage | None) -> JsonObject | None:
        if usage is None:
            return None
        if self.documented:
            return {
                "total_in": usage.input_tokens,
                "total_out": usage.output_tokens,
                "cost": usage.cost,
            }
        premium: JsonObject = {"total_premium_requests": 0.0}
        return premium | tokens(usage) | {"total_cost": usage.cost}

    def workflow(self, workflow: DemoWorkflow) -> JsonObject:
        """Return a workflow with logs and messages since its last prompt. Source: Get workflow."""
        settings = workflow.settings
        names = ("skill_ids", "skill_tags")
        more = (*EXPORTED[4:], *_OUTSIDE)
        return {
            "id": workflow.workflow_id,
            "title": settings["title"],
            "agent_id": workflow.agent.agent_id,
            "github_user": workflow.owner,
            "model": settings["model"],
            "max_turns": settings["max_turns"],
            "current_turn": workflow.current_turn,
            "session_id": workflow.session_id,
            **{name: settings[name] for name in names},
            "status": workflow.status,
            **{name: settings[name] for name in more},
            "usage": self.usage(workflow.usage),
            "logs": list(workflow.logs),
            "messages": list(workflow.messages),
            "task_count": workflow.task_count,
            "last_task_status": workflow.task_status,
            "last_task_at": _time(workflow.task_at),
            "created_at": _time(workflow.created_at),
            "updated_at": _time(workflow.updated_at),
        }

    def accepted(self, workflow: DemoWorkflow, task: Task) -> JsonObject:
        """Return the response to a prompt, with the last run's usage. Source: Send prompt."""
        named = {} if self.documented else {"task_id": task.task_id}
        kept = ("output_format", "infinite_session", "caveman", "tsv_tool_results")
        return {
            "workflow_id": workflow.workflow_id,
            **named,
            "status": "running",
            "current_turn": 0,
            "max_turns": workflow.settings["max_turns"],
            "response": None,
            **{name: workflow.settings[name] for name in kept},
            "usage": self.usage(workflow.usage),
            "logs": [],
            "messages": [],
        }

    def task(self, workflow: DemoWorkflow, task: Task) -> JsonObject:
        """Return a run. Source: recording 04-three-prompts."""
        start, rest = _task_row(workflow, task)
        return {
            **start,
            "celery_task_id": f"celery-{task.number}",
            **rest,
            "response": task.response,
            "progress": task.progress,
            "logs": list(task.logs),
            "messages": list(task.messages),
            "usage": self.usage(task.usage),
            **_task_times(task),
        }


def tokens(usage: DemoUsage) -> JsonObject:
    """Return the counts of a ``usage`` frame: no cost, and no premium requests."""
    return {
        "total_input_tokens": usage.input_tokens,
        "total_output_tokens": usage.output_tokens,
        "total_cache_read_tokens": usage.cached_tokens,
        "total_cache_write_tokens": usage.cache_write_tokens,
    }


def task_row(workflow: DemoWorkflow, task: Task) -> JsonObject:
    """Return a row of the list of runs."""
    start, rest = _task_row(workflow, task)
    return {**start, **rest, **_task_times(task)}


def _task_row(workflow: DemoWorkflow, task: Task) -> tuple[JsonObject, JsonObject]:
    start = {
        "id": task.task_id,
        "workflow_id": workflow.workflow_id,
        "workflow_title": workflow.settings["title"],
        "agent_name": task.agent_name,
        "prompt": task.prompt,
        "status": task.status,
    }
    rest = {
        "worker": _WORKER if task.started_at else None,
        "model": task.model,
        "reasoning_effort": task.reasoning_effort,
        "tool_calls": task.tool_calls,
    }
    return start, rest


def _task_times(task: Task) -> JsonObject:
    elapsed_s = None
    if task.started_at and task.finished_at:
        elapsed_s = (task.finished_at - task.started_at).total_seconds()
    return {
        "started_at": _time(task.started_at),
        "finished_at": _time(task.finished_at),
        "elapsed_seconds": elapsed_s,
        "created_at": _time(task.created_at),
    }


def bundle_item(workflow: DemoWorkflow) -> JsonObject:
    """Return a workflow for a bundle: 18 settings, without tokens, webhooks and status."""
    first = {"title": workflow.settings["title"], "agent_id": workflow.agent.agent_id}
    return first | {name: workflow.settings[name] for name in EXPORTED}


def agent(agent: DemoAgent) -> JsonObject:
    return {
        "id": agent.agent_id,
        "name": agent.name,
        "description": agent.description,
        "system_prompt": "Be helpful and brief.",
        "model": agent.model,
        "mcp_server_ids": [],
        "mcp_server_tags": [],
        "tool_definitions": [],
        "knowledge_source_ids": [],
        "knowledge_tags": [],
        "builtin_tools": [],
        "custom_tool_ids": list(agent.custom_tool_ids),
        "provider_id": agent.provider.provider_id if agent.provider else None,
        **_born(agent.created_at),
    }


def skill(skill: DemoSkill) -> JsonObject:
    return {
        "id": skill.skill_id,
        "name": skill.name,
        "description": skill.description,
        "instructions": f"Use it when the user needs this: {skill.description}",
        "tags": list(skill.tags),
        **_born(skill.created_at),
    }


def guardrail(guardrail: DemoGuardrail) -> JsonObject:
    configs = {f"{kind}_config": None for kind in ("prompt", "request", "output")}
    return {
        "id": guardrail.guardrail_id,
        "name": guardrail.name,
        "description": "",
        "guardrail_type": guardrail.kind,
        "tags": list(guardrail.tags),
        "enabled": guardrail.enabled,
        **configs,
        f"{guardrail.kind}_config": guardrail.config,
        **_born(guardrail.created_at),
    }


def token(token: Token) -> JsonObject:
    return {
        "id": token.token_id,
        "name": token.name,
        "description": "made up",
        "masked_value": f"...{token.ending}",
        "created_by": "server",
        **_born(token.created_at),
    }


def custom_tool(tool: CustomTool) -> JsonObject:
    return {
        "id": tool.tool_id,
        "name": tool.name,
        "description": tool.description,
        "source_code": f"def {tool.name}(number):\n    ...\n",
        "parameters_schema": tool.parameters,
        "env_config": {name: _template(filler) for name, filler in tool.env.items()},
        "tags": [],
        "is_enabled": True,
        "is_plugin": False,
        **_born(tool.created_at),
    }


def env_mapping(tool: CustomTool, catalog: Catalog) -> JsonObject:
    """Return the variables of a tool, and the tokens that could fill them."""
    short = ("id", "name", "description", "masked_value")
    return {
        "tool_id": tool.tool_id,
        "tool_name": tool.name,
        "env_vars": [
            {"env_var": name, "current_token": filler, "template": _template(filler)}
            for name, filler in tool.env.items()
        ],
        "available_tokens": [
            {name: value for name, value in token(known).items() if name in short}
            for known in catalog.tokens.values()
        ],
    }


def provider(provider: ModelProvider) -> JsonObject:
    return {
        "id": provider.provider_id,
        "name": provider.name,
        "provider_type": provider.kind,
        "api_key_token_name": "MODEL_KEY",
        "base_url": provider.base_url,
        "auth_type": "x-api-key",
        "azure_api_version": "2024-12-01-preview",
        "azure_deployment": None,
        "description": "",
        **_born(provider.created_at),
    }


def _template(token: str) -> str:
    return f"{{{{token:{token}}}}}"


def _born(at: datetime) -> JsonObject:
    return {"created_at": _time(at), "updated_at": _time(at)}


def _time(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None
