"""Common part of the recorded workers of the demo's Workflows API."""

from __future__ import annotations

import asyncio
import json
from typing import ClassVar

from tui.demo.records import JsonObject
from tui.demo.workflows.records import DemoUsage, DemoWorkflow, ModelProvider, Task, TaskStatus
from tui.demo.workflows.run_log import Ended, RunLog
from tui.demo.workflows.scripts import (
    Cut,
    ModelAnswer,
    ModelToolCalls,
    RunScript,
    RunStep,
    ToolCall,
    Trouble,
)
from tui.demo.workflows.state import WorkflowsState
from tui.demo.workflows.tools import output_problem, run_tool

RESPONSE_CHARS = 200
"""Number of characters of an answer in its log row."""
_BEGIN_S = 0.1
_SAVING_S = 0.02
_UNREACHABLE_S = 7.0
_BUSY_S = 1.0


class RecordedWorker:
    """Base class of the provider paths. Executes one run."""

    counts_turns: ClassVar[bool] = True
    tells_turn: ClassVar[bool] = False

    def __init__(self, workflows: WorkflowsState, workflow: DemoWorkflow, task: Task) -> None:
        self.run_log = RunLog(workflows, workflow, task)
        self.workflows = workflows
        self.workflow = workflow
        self.task = task
        self.pace = workflows.state.pace
        self.usage = DemoUsage()
        self.final = ""
        self.reached_limit = False

    # -- what a path does in its own way ---------------------------------------------------------

    def set_up(self) -> None:
        """Log the preparations before the model is called."""
        raise NotImplementedError

    async def answer(self, answer: ModelAnswer) -> None:
        """Send the model's answer."""
        raise NotImplementedError

    async def call(self, calls: tuple[ToolCall, ...]) -> None:
        """Run the tools that the model calls, one after the other."""
        for call in calls:
            await run_tool(self.run_log, call)

    async def fail(self, trouble: Trouble) -> None:
        """End the run as a failing provider ends it."""
        raise NotImplementedError

    def close(self) -> None:
        """Send the final answer."""
        self.log("model_response", self.packed(self.final)[:RESPONSE_CHARS])

    # -- from the first event to the last --------------------------------------------------------

    async def run(self, script: RunScript) -> None:
        async with self.workflow.queue:
            await self._run(script)

    async def _run(self, script: RunScript) -> None:
        await self.pace(_BEGIN_S)
        workflow, task, provider = self.workflow, self.task, self.provider
        task.started_at = self.run_log.moment()
        workflow.task_status = task.status = "running"
        self.log("provider_resolved", f"Using BYOK provider '{provider.name}' ({provider.kind})")
        self.log("prompt_received", task.prompt)
        self.run_log.say("user", task.prompt)
        self.publish("status", {"status": "running", "current_turn": 0})
        self._prepare()
        status: TaskStatus = "completed"
        try:
            await self._perform(script)
            status = "max_turns_reached" if self.reached_limit else "completed"
            calls = task.tool_calls
            self.log("completed", f"Final status: {status} (tool_calls: {calls})")
        except Ended as end:
            status = end.status
            for detail in end.details:
                self.log(end.event, detail)
        finally:
            await self._finish(status)

    def _prepare(self) -> None:
        self.log("mcp_loaded", "0 MCP server(s) configured: []")
        self.log(
            "context_budget",
            "Prompt context assembled (base_system=28 chars, assembled_system=470 chars, "
            "knowledge=0 chars, memory=0 chars, repo=0 chars, total=470 chars, ~117 tokens)",
        )
        self.set_up()

    async def _perform(self, script: RunScript) -> None:
        if not self.provider.reachable:
            await self.pace(_UNREACHABLE_S)
            raise Ended("failed", "error", "All connection attempts failed")
        self._count_turns()
        for step in script:
            await self._take(step)
        self.close()
        self.run_log.say("assistant", self.final)
        self.task.response = self.packed(self.final)
        self.workflow.usage = self.task.usage = self.usage

    async def _take(self, step: RunStep) -> None:
        match step:
            case ModelAnswer():
                await self.answer(step)
            case ModelToolCalls(calls=calls) if not self.reached_limit:
                await self.call(calls)
                self._count_turns()
            case ModelToolCalls():
                pass  # no turns are left
            case Trouble(kind="busy"):
                await self.pace(_BUSY_S)
            case Trouble():
                await self.fail(step)
            case Cut(outage_s=outage_s):
                self.workflow.feed.cut_here(self.pace.scaled(outage_s))

    def _count_turns(self) -> None:
        limit = self.workflow.settings["max_turns"]
        if self.counts_turns and not self.reached_limit and self.task.tool_calls >= limit:
            self.reached_limit = True
            self.log("max_turns", f"Reached max tool turns ({limit}), requesting final answer")

    async def _finish(self, status: TaskStatus) -> None:
        """Send the end, then save it: the turn limit is reported in the stream alone."""
        workflow, task = self.workflow, self.task
        turn = task.tool_calls if self.tells_turn else 0
        self.publish("status", {"status": status, "current_turn": turn})
        await asyncio.sleep(_SAVING_S if self.workflows.state.settings.speed else 0)
        saved: TaskStatus = "completed" if status == "max_turns_reached" else status
        workflow.task_status = task.status = saved
        workflow.current_turn = turn
        workflow.updated_at = task.finished_at = self.run_log.moment()

    # -- helpers ---------------------------------------------------------------------------------

    @property
    def provider(self) -> ModelProvider:
        found = self.workflow.agent.provider
        return found or next(iter(reversed(self.workflows.catalog.providers.values())))

    @property
    def tools(self) -> list[str]:
        known = self.workflows.catalog.tools
        return [known[tool_id].name for tool_id in self.workflow.agent.custom_tool_ids]

    def log(self, event: str, detail: str) -> None:
        self.run_log.log(event, detail)

    def publish(self, kind: str, data: JsonObject) -> None:
        self.run_log.publish(kind, data)

    def packed(self, text: str) -> str:
        """Return an answer in the workflow's output format; JSON is encoded once more."""
        wanted = self.workflow.settings["output_format"] == "json"
        return json.dumps({"response": text}, ensure_ascii=False) if wanted else text

    def count(self, words: int) -> None:
        """Count one call of the model."""
        self.usage.input_tokens += len(self.task.prompt) // 4 + 118
        self.usage.output_tokens += words
        self.usage.cached_tokens += 5

    def log_tools_loaded(self) -> None:
        names = self.tools
        self.log("custom_tools_loaded", f"{len(names)} custom Python tool(s): {names!r}")

    def log_violation(self) -> None:
        """Log the violation of a guardrail by the final answer, which was sent already."""
        guardrails = self.workflows.output_guardrails(self.workflow, self.task.prompt)
        problem = output_problem(guardrails, self.final)
        if problem:
            self.log("output_guardrail_violation", problem)
            self.publish("output_guardrail_violation", {"violations": [problem]})
