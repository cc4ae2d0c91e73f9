"""The worker of the demo's Workflows API: plays a script token by token.

The scripts are those of the genie. Nothing is asked here: what needs an approval or a connection
there is simply done.
"""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime, timedelta
from typing import Any, NoReturn

from tui.demo.records import JsonObject
from tui.demo.steps import (
    AskApproval,
    AskConnection,
    CutStream,
    Outcome,
    Say,
    Script,
    Step,
    Together,
    UseSkill,
)
from tui.demo.workflow_records import TaskStatus, Workflow
from tui.demo.workflow_shapes import WorkflowShape
from tui.demo.world import World

_TOKEN = re.compile(r"\s*\S{1,6}|\s+")
_HALT_CHECK_TOKENS = 10
_MODEL_RESPONSE_CHARS = 200
_TOOL_CHARS = 500
_CRASH = re.compile(r"\bcrash\b", re.IGNORECASE)
_LOOSE_TONGUE = re.compile(r"\bguardrails?\b", re.IGNORECASE)
_SAVING_S = 0.02
_WORK = timedelta(milliseconds=1)
_DONE = Outcome()


class _Ended(Exception):
    """The run is over before its script."""

    def __init__(self, status: TaskStatus, event: str, detail: str) -> None:
        super().__init__(status)
        self.status = status
        self.event, self.detail = event, detail


class Worker:
    """Lives through one run of a workflow."""

    def __init__(self, world: World, shape: WorkflowShape, workflow: Workflow) -> None:
        self._world = world
        self._shape = shape
        self._workflow = workflow
        self._todos: list[JsonObject] = []
        self._last_at = world.clock.now()

    async def run(self, text: str, script: Script) -> None:
        """From the first event to the terminal status; ``text`` is what the user asked."""
        workflow = self._workflow
        await self._world.pace(0.3)
        workflow.task_status = "running"
        workflow.feed.skip_number()
        self._publish("status", {"status": "running", "current_turn": 0})
        if self._shape.observed:
            self.log("prompt_received", text)
        workflow.say("user", text)
        status: TaskStatus = "completed"
        try:
            await self._perform(text, script)
            self.log("completed", "Run completed")
        except _Ended as end:
            status = end.status
            if end.event:
                self.log(end.event, end.detail)
        finally:
            await self._finish(status)

    def log(self, event: str, detail: str, **more: str) -> None:
        """A line for the log and the stream."""
        at = self._moment()
        more = {name: value[:_TOOL_CHARS] for name, value in more.items()}
        entry = {"event": event, "detail": detail, **more}
        timestamp = at.isoformat(timespec="microseconds")
        self._workflow.logs.append({"timestamp": timestamp, **entry})
        self._workflow.feed.publish("log", at, entry)

    def _publish(self, kind: str, data: JsonObject) -> None:
        self._workflow.feed.publish(kind, self._moment(), data)

    def _moment(self) -> datetime:
        """Now, but a millisecond after the last time: nobody works faster."""
        self._last_at = max(self._world.clock.now(), self._last_at + _WORK)
        return self._last_at

    async def _finish(self, status: TaskStatus) -> None:
        """Tell the end and save it. The order is not known; the observed dialect has the harder."""
        workflow = self._workflow
        told = {"status": status, "current_turn": workflow.current_turn}
        if self._shape.observed:
            self._publish("status", told)
            await asyncio.sleep(_SAVING_S)
        workflow.task_status = status
        workflow.halt_asked = False
        workflow.updated_at = self._moment()
        if not self._shape.observed:
            self._publish("status", told)

    async def _perform(self, text: str, script: Script) -> None:
        if _CRASH.search(text):
            await self._world.pace(0.8)
            raise _Ended("failed", "error", "The model provider answered 500, three times.")
        step = next(script, None)
        while step is not None:
            outcome = await self._take(step)
            self._look_at_the_flag()
            try:
                step = script.send(outcome)
            except StopIteration:
                break
        if _LOOSE_TONGUE.search(text):
            violations = [{"guardrail": "safe-output", "reason": "It spoke of the lamp's inside."}]
            self._publish("output_guardrail_violation", {"violations": violations})

    async def _take(self, step: Step) -> Outcome:
        match step:
            case Say():
                await self._say(step)
            case UseSkill():
                await self._use((step,))
            case Together():
                await self._use(step.calls)
            case AskApproval():
                await self._use((UseSkill(step.skill, step.seconds),), step.parameters)
            case AskConnection():
                await self._use((UseSkill(f"Look into {step.connector}", 1.4),))
            case CutStream():
                self._workflow.feed.cut_here()
        return _DONE

    async def _say(self, step: Say) -> None:
        workflow = self._workflow
        if workflow.current_turn >= workflow.settings["max_turns"]:
            raise _Ended("max_turns_reached", "max_turns_reached", "All turns are used up.")
        workflow.current_turn += 1
        self.log("model_call", str(workflow.settings["model"] or "the server's own model"))
        await self._world.pace(step.after_s)
        text = self._formatted(step.text)
        tokens = _TOKEN.findall(text)
        await self._write(tokens)
        self.log("model_response", text[:_MODEL_RESPONSE_CHARS])
        self._count(tokens)
        workflow.say("assistant", text)
        if not self._shape.observed:
            self._publish("message", {"role": "assistant", "content": text})
            self._publish("usage", self._shape.usage(workflow.usage))

    def _formatted(self, text: str) -> str:
        if self._workflow.settings["output_format"] == "markdown" or self._shape.observed:
            return text
        return json.dumps({"response": text}, ensure_ascii=False, indent=2)

    async def _write(self, tokens: list[str]) -> None:
        """Token by token, as fast as was asked for; a loop cannot sleep for less than a tick."""
        clock, settings = asyncio.get_running_loop(), self._world.settings
        pause_s = 1 / settings.token_rate if settings.token_rate and settings.speed else 0.0
        due_s = clock.time()
        for number, token in enumerate(tokens, start=1):
            self._last_at = max(self._world.clock.now(), self._last_at)
            self._workflow.feed.publish("message_delta", self._last_at, {"delta": token})
            due_s += pause_s / (settings.speed or 1)
            if due_s > clock.time() or number % _HALT_CHECK_TOKENS == 0:
                await asyncio.sleep(max(0.0, due_s - clock.time()))
                self._look_at_the_flag()

    def _count(self, tokens: list[str]) -> None:
        usage, before = self._workflow.usage, self._workflow.messages
        read = sum(len(message["content"]) // 4 for message in before) + 380
        usage.input_tokens += read
        usage.cached_tokens += read // 2 if len(before) > 1 else 0
        usage.output_tokens += len(tokens)

    async def _use(self, calls: tuple[UseSkill, ...], values: JsonObject | None = None) -> None:
        await self._world.pace(0.5)
        for call in calls:
            tool_input = json.dumps(values if values is not None else {"for": call.name})
            self.log("tool_call", call.name, tool_input=tool_input)
        self._plan(calls)
        elapsed_s = 0.0
        for call in sorted(calls, key=lambda call: call.seconds):
            await self._world.pace(call.seconds - elapsed_s)
            elapsed_s = call.seconds
            self._end(call)

    def _end(self, call: UseSkill) -> None:
        output = f"Error: {call.error}" if call.error is not None else '{"ok": true}'
        self.log("tool_result", call.name, tool_output=output)
        self._workflow.say("tool", output, name=call.name)
        todo = next(t for t in self._todos if t["title"] == call.name and t["status"] != "done")
        todo["status"] = "done"
        self._tell_progress()

    def _plan(self, calls: tuple[UseSkill, ...]) -> None:
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
            "percent_complete": self._shape.percent(done / len(self._todos)),
        }
        self._publish("progress", data)

    def _look_at_the_flag(self) -> None:
        if self._workflow.halt_asked and not self._shape.observed:
            self._halt()

    def _halt(self) -> NoReturn:
        raise _Ended("halted", "halted", "Halted by user")
