"""Worker of the demo's Workflows API as documented: plays a script by tokens.

Source: seed document Workflows API; the recorded behaviour is in ``provider_paths``. The scripts
are those of the genie. Approvals and connections are not asked for, but taken as granted.
"""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime, timedelta
from typing import Any, NoReturn

from tui.demo.records import JsonObject
from tui.demo.workflows.dialect import WorkflowShape
from tui.demo.workflows.records import DemoUsage, DemoWorkflow, Task, TaskStatus
from tui.demo.workflows.run_log import Ended
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
from tui.demo.workflows.tools import output_problem

_TOKEN = re.compile(r"\s*\S{1,6}|\s+")
_HALT_CHECK_TOKENS = 10
_MODEL_RESPONSE_CHARS = 200
_TOOL_CHARS = 500
_WORK = timedelta(milliseconds=1)
_FAILED = "The model provider returned HTTP 500 three times."


class DocumentedWorker:
    """Executes one run of a workflow."""

    def __init__(self, workflows: WorkflowsState, workflow: DemoWorkflow, task: Task) -> None:
        self._workshop = workflows
        self._world = workflows.state
        self._shape = WorkflowShape(documented=True)
        self._workflow = workflow
        self._task = task
        self._usage = workflow.usage or DemoUsage()
        self._todos: list[JsonObject] = []
        self._last_at = self._world.clock.now()

    async def run(self, script: RunScript) -> None:
        """Execute the run, from the first event to the terminal status."""
        workflow = self._workflow
        await self._world.pace(0.3)
        workflow.task_status = self._task.status = "running"
        workflow.usage = self._usage
        workflow.feed.skip_number()
        self._publish("status", {"status": "running", "current_turn": 0})
        workflow.say("user", self._task.prompt)
        status: TaskStatus = "completed"
        try:
            for step in script:
                await self._take(step)
                self._look_at_the_flag()
            self._tell_violation()
            self.log("completed", "Run completed")
        except Ended as end:
            status = end.status
            for detail in end.details:
                self.log(end.event, detail)
        finally:
            self._finish(status)

    def log(self, event: str, detail: str, **more: str) -> None:
        """Add a line to the log and the stream."""
        at = self._moment()
        more = {name: value[:_TOOL_CHARS] for name, value in more.items()}
        entry = {"event": event, "detail": detail, **more}
        timestamp = at.isoformat(timespec="microseconds")
        self._workflow.logs.append({"timestamp": timestamp, **entry})
        self._workflow.feed.publish("log", at, entry)

    def _publish(self, kind: str, data: JsonObject) -> None:
        self._workflow.feed.publish(kind, self._moment(), data)

    def _moment(self) -> datetime:
        """Return the time, at least a millisecond after the last: rows have an order."""
        self._last_at = max(self._world.clock.now(), self._last_at + _WORK)
        return self._last_at

    def _finish(self, status: TaskStatus) -> None:
        workflow = self._workflow
        workflow.task_status = self._task.status = status
        workflow.halted_at = None
        workflow.updated_at = self._moment()
        self._publish("status", {"status": status, "current_turn": workflow.current_turn})

    async def _take(self, step: RunStep) -> None:
        match step:
            case ModelAnswer():
                for part in step.parts:
                    await self._say(part, step.after_s)
            case ModelToolCalls(calls=calls):
                await self._use(calls)
            case Trouble(kind="busy"):
                await self._world.pace(1.0)
            case Trouble():
                await self._world.pace(0.8)
                raise Ended("failed", "error", _FAILED)
            case Cut(outage_s=outage_s):
                self._workflow.feed.cut_here(self._world.pace.scaled(outage_s))

    async def _say(self, text: str, after_s: float) -> None:
        workflow = self._workflow
        if workflow.current_turn >= workflow.settings["max_turns"]:
            raise Ended("max_turns_reached", "max_turns_reached", "Turn limit reached.")
        workflow.current_turn += 1
        self.log("model_call", str(workflow.settings["model"] or "the server's default model"))
        await self._world.pace(after_s)
        pieces = _TOKEN.findall(text)
        await self._write(pieces)
        self.log("model_response", text[:_MODEL_RESPONSE_CHARS])
        self._count(pieces)
        workflow.say("assistant", text)
        self._publish("message", {"role": "assistant", "content": text})
        self._publish("usage", self._shape.usage(self._usage) or {})

    async def _write(self, pieces: list[str]) -> None:
        """Write token by token at the configured rate; a loop cannot sleep for less than a tick."""
        clock, settings = asyncio.get_running_loop(), self._world.settings
        pause_s = 1 / settings.token_rate if settings.token_rate and settings.speed else 0.0
        due_s = clock.time()
        for number, piece in enumerate(pieces, start=1):
            self._last_at = max(self._world.clock.now(), self._last_at)
            self._workflow.feed.publish("message_delta", self._last_at, {"delta": piece})
            due_s += pause_s / (settings.speed or 1)
            if due_s > clock.time() or number % _HALT_CHECK_TOKENS == 0:
                await asyncio.sleep(max(0.0, due_s - clock.time()))
                self._look_at_the_flag()

    def _count(self, pieces: list[str]) -> None:
        usage, before = self._usage, self._workflow.messages
        read = sum(len(message["content"]) // 4 for message in before) + 380
        usage.input_tokens += read
        usage.cached_tokens += read // 2 if len(before) > 1 else 0
        usage.output_tokens += len(pieces)

    async def _use(self, calls: tuple[ToolCall, ...]) -> None:
        await self._world.pace(0.5)
        for call in calls:
            self.log("tool_call", call.name, tool_input=json.dumps(call.arguments))
            self._task.tool_calls += 1
        self._plan(calls)
        elapsed_s = 0.0
        for call in sorted(calls, key=lambda call: call.seconds):
            await self._world.pace(call.seconds - elapsed_s)
            elapsed_s = call.seconds
            self._end(call)

    def _end(self, call: ToolCall) -> None:
        output = f"Error: {call.error}" if call.error is not None else '{"ok": true}'
        self.log("tool_result", call.name, tool_output=output)
        self._workflow.say("tool", output, name=call.name)
        todo = next(t for t in self._todos if t["title"] == call.name and t["status"] != "done")
        todo["status"] = "done"
        self._tell_progress()

    def _plan(self, calls: tuple[ToolCall, ...]) -> None:
        for call in calls:
            number = len(self._todos) + 1
            self._todos.append({"id": number, "title": call.name, "status": "in_progress"})
        self._tell_progress()

    def _tell_progress(self) -> None:
        done = sum(todo["status"] == "done" for todo in self._todos)
        open_step = next((t["id"] for t in self._todos if t["status"] != "done"), None)
        data: dict[str, Any] = {
            "todos": [dict(todo) for todo in self._todos],
            "current_step": open_step,
            "percent_complete": round(100 * done / len(self._todos)),
        }
        self._publish("progress", data)

    def _tell_violation(self) -> None:
        said = [m["content"] for m in self._workflow.messages if m["role"] == "assistant"]
        guardrails = self._workshop.output_guardrails(self._workflow, self._task.prompt)
        if said and (problem := output_problem(guardrails, said[-1])):
            self._publish("output_guardrail_violation", {"violations": [problem]})

    def _look_at_the_flag(self) -> None:
        if self._workflow.halted_at is not None:
            self._halt()

    def _halt(self) -> NoReturn:
        raise Ended("halted", "halted", "Halted by user")
