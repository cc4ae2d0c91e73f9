"""Output of one run of a workflow: log, transcript, task and stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.demo.clock import rfc3339
from tui.demo.records import JsonObject
from tui.demo.workflows.records import DemoWorkflow, Task, TaskStatus, entry
from tui.demo.workflows.state import WorkflowsState

_TOOL_CHARS = 500
_WORK = timedelta(milliseconds=1)
_LOGGED_BEFORE = timedelta(milliseconds=1)
"""A log row is a little older than its frame."""


class Ended(Exception):
    """The run is over before its script."""

    def __init__(self, status: TaskStatus, event: str, *details: str) -> None:
        super().__init__(status)
        self.status = status
        self.event, self.details = event, details


class RunLog:
    """Records the output of a run."""

    def __init__(self, workflows: WorkflowsState, workflow: DemoWorkflow, task: Task) -> None:
        self.workflows = workflows
        self.workflow = workflow
        self.task = task
        self.pace = workflows.state.pace
        self._last_at = workflows.state.clock.now()

    def log(self, event: str, detail: str, **tool: str) -> None:
        """Add a row to the log and the stream; input of tools is in the stream alone."""
        at = self.moment()
        row = {"timestamp": rfc3339(at - _LOGGED_BEFORE), "event": event, "detail": detail}
        self.workflow.logs.append(row)
        self.task.logs.append(row)
        short = {name: value[:_TOOL_CHARS] for name, value in tool.items()}
        self.workflow.feed.publish("log", at, {"event": event, "detail": detail, **short})

    def publish(self, kind: str, data: JsonObject) -> None:
        self.workflow.feed.publish(kind, self.moment(), data)

    async def write(self, pieces: Sequence[str], pause_s: float) -> None:
        """Send text in pieces; without a pause they come in bursts."""
        if pause_s > 0:
            await self._write_slowly(pieces, pause_s)
            return
        for start in range(0, len(pieces), _BURST):
            rows = [{"delta": piece} for piece in pieces[start : start + _BURST]]
            times = [self.soon() for _ in rows]
            self.workflow.feed.publish_burst("message_delta", times, rows, self.workflows.random)
            await asyncio.sleep(0)  # let the listeners keep up

    async def _write_slowly(self, pieces: Sequence[str], pause_s: float) -> None:
        """Write at a steady pace: a loop cannot sleep for less than a tick."""
        clock = asyncio.get_running_loop()
        due_s = clock.time()
        for number, piece in enumerate(pieces, start=1):
            self.workflow.feed.publish("message_delta", self.soon(), {"delta": piece})
            due_s += pause_s
            if due_s > clock.time() or number % _BURST == 0:
                await asyncio.sleep(max(0.0, due_s - clock.time()))

    def say(self, role: str, content: str) -> None:
        """Add an entry to the transcript; the task keeps the agent's alone."""
        self.workflow.say(role, content)
        if role == "assistant":
            self.task.messages.append(entry(role, content))

    def moment(self) -> datetime:
        """Return the time, at least a millisecond after the last: rows have an order."""
        self._last_at = max(self.workflows.state.clock.now(), self._last_at + _WORK)
        return self._last_at

    def soon(self) -> datetime:
        """Return the time, never before the last one."""
        self._last_at = max(self.workflows.state.clock.now(), self._last_at)
        return self._last_at


_BURST = 25
"""Number of pieces of text that can overtake each other."""
