"""State of the demo's Workflows API: callers, objects and tasks."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random

from starlette.requests import Request

from tui.demo.errors import Detail
from tui.demo.headless.callers import bearer_token
from tui.demo.records import JsonObject
from tui.demo.state import DemoState
from tui.demo.workflows.catalog import IFRIT, catalog
from tui.demo.workflows.event_feed import EventFeed
from tui.demo.workflows.records import DEFAULTS, DemoAgent, DemoGuardrail, DemoWorkflow, Task

__all__ = ["ANONYMOUS", "IFRIT", "WorkflowsState"]

_SPEAKS_OF_GUARDRAILS = re.compile(r"\bguardrails?\b", re.IGNORECASE)
ANONYMOUS = "local"
"""Caller without a token, as on a server that has none set."""


class WorkflowsState:
    """Agents, skills, workflows and the tokens of their owners."""

    def __init__(self, state: DemoState, token: str, colleagues_token: str) -> None:
        self.state = state
        self.token, self.colleagues_token = token, colleagues_token
        self.owners = {token: "ada", colleagues_token: "grace"}
        self.catalog = catalog(state.clock.now() - timedelta(days=90))
        self.workflows: dict[str, DemoWorkflow] = {}
        self.gone: set[str] = set()
        """Tasks of deleted workflows."""
        self.random = Random(state.settings.seed)
        """Decides which events of a burst overtake others."""
        self._tasks = 0

    def caller(self, request: Request) -> str:
        """Return the name of the caller.

        Raises:
            Detail: 401, the token is not known; 503, tokens cannot be looked up.
        """
        if not request.headers.get("authorization"):
            return ANONYMOUS
        owner = self.owners.get(bearer_token(request))
        if owner is None and self.state.settings.offline:
            problem = "GitHub API unreachable: [Errno -2] Name or service not known"
            raise Detail(503, problem)
        if owner is None:
            raise Detail(401, "Invalid GitHub token")
        return owner

    def named(self, request: Request) -> DemoWorkflow:
        """Return the workflow that a call names, of any owner.

        Raises:
            Detail: 404.
        """
        workflow = self.workflows.get(request.path_params["workflow"])
        if workflow is None:
            raise Detail(404, "Workflow not found")
        return workflow

    def own(self, request: Request) -> DemoWorkflow:
        """Return the workflow that a call names, if it is the caller's.

        Raises:
            Detail: 401, 404, and 403 for another user's.
        """
        caller, workflow = self.caller(request), self.named(request)
        if workflow.owner != caller:
            raise Detail(403, "Not your workflow")
        return workflow

    def owned_by(self, caller: str) -> list[DemoWorkflow]:
        """Return a user's workflows, newest first."""
        mine = [w for w in self.workflows.values() if w.owner == caller]
        return sorted(mine, key=lambda workflow: workflow.created_at, reverse=True)

    def own_task(self, request: Request) -> tuple[DemoWorkflow, Task]:
        """Return the task that a call names, if it is the caller's.

        Raises:
            Detail: 401, 404, and 403 for another user's or one of a deleted workflow.
        """
        caller, task_id = self.caller(request), request.path_params["task"]
        for workflow in self.workflows.values():
            for task in workflow.tasks:
                if task.task_id == task_id and workflow.owner == caller:
                    return workflow, task
                if task.task_id == task_id:
                    raise Detail(403, "Not your task")
        if task_id in self.gone:
            raise Detail(403, "Not your task")
        raise Detail(404, "Task not found")

    def agent(self, agent_id: object) -> DemoAgent:
        """Return an agent; raises ``Detail``, 404, for one that does not exist."""
        agent = self.catalog.agents.get(agent_id) if isinstance(agent_id, str) else None
        if agent is None:
            raise Detail(404, "Agent not found")
        return agent

    def guardrails_of(self, workflow: DemoWorkflow) -> list[DemoGuardrail]:
        """Return the enabled guardrails that a workflow names, by id or by tag."""
        ids, tags = workflow.settings["guardrail_ids"], set(workflow.settings["guardrail_tags"])
        return [
            guardrail
            for guardrail in self.catalog.guardrails.values()
            if guardrail.enabled and (guardrail.guardrail_id in ids or tags & set(guardrail.tags))
        ]

    def output_guardrails(self, workflow: DemoWorkflow, prompt: str) -> list[DemoGuardrail]:
        """Return the guardrails for an answer; a prompt that mentions guardrails gets them all."""
        if not _SPEAKS_OF_GUARDRAILS.search(prompt):
            return self.guardrails_of(workflow)
        return [guardrail for guardrail in self.catalog.guardrails.values() if guardrail.enabled]

    def create(
        self, owner: str, agent: DemoAgent, settings: JsonObject, at: datetime | None = None
    ) -> DemoWorkflow:
        """Create a workflow; ``at`` dates it back."""
        at = at or self.state.clock.now()
        kept = {name: value for name, value in settings.items() if name in DEFAULTS}
        if not self.state.settings.documented_workflows:
            kept.pop("error_webhook_url", None)  # the recorded server drops it
        copied = {n: list(v) if isinstance(v, list) else v for n, v in DEFAULTS.items()}
        workflow = DemoWorkflow(
            self.state.ids.short("wf"),
            owner,
            agent,
            copied | {"model": agent.model, "credential_overrides": {}} | kept,
            at,
            at,
            EventFeed(self.state.clock),
        )
        self.workflows[workflow.workflow_id] = workflow
        return workflow

    def delete(self, workflow: DemoWorkflow) -> None:
        """Delete a workflow; its tasks have no owner from then on."""
        del self.workflows[workflow.workflow_id]
        self.gone |= {task.task_id for task in workflow.tasks}
        workflow.halted_at = self.state.clock.now()

    def begin_task(
        self, workflow: DemoWorkflow, prompt: str, reasoning_effort: str | None = None
    ) -> Task:
        """Accept a prompt: create a task that waits for its worker."""
        now, self._tasks = self.state.clock.now(), self._tasks + 1
        task = Task(
            task_id=self.state.ids.short("task"),
            number=self._tasks,
            prompt=prompt,
            agent_name=workflow.agent.name,
            model=workflow.settings["model"],
            reasoning_effort=reasoning_effort or workflow.settings["reasoning_effort"],
            created_at=now,
        )
        workflow.tasks.append(task)
        workflow.task_count += 1
        workflow.task_status, workflow.current_turn = "pending", 0
        workflow.task_at = workflow.updated_at = now
        return task
