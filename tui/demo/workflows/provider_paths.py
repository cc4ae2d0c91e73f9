"""Workers of the demo's Workflows API, one per provider path, as recorded.

They differ in the events they send (recordings 01-*), in checking for a halt (05-*), in the form of
failures (06-*) and in counting turns (07-*).
"""

from __future__ import annotations

import json
from typing import ClassVar

from tui.demo.workflows.dialect import tokens
from tui.demo.workflows.recorded_worker import RESPONSE_CHARS, RecordedWorker
from tui.demo.workflows.records import HALT_KEPT, DemoUsage, DemoWorkflow, Task
from tui.demo.workflows.run_log import Ended
from tui.demo.workflows.scripts import ModelAnswer, ToolCall, Trouble
from tui.demo.workflows.state import WorkflowsState
from tui.demo.workflows.tools import run_builtin, run_mcp, run_tool

_CUT = "peer closed connection without sending complete message body (incomplete chunked read)"
_REFUSED = "the model refused this"
_PROVIDER = (
    "Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request_error', "
    f"'message': '{_REFUSED}'}}}}"
)
_BETWEEN_S = 1.0
_LONG_CHARS = 4_000
"""Longer texts are split into several messages on paths that send whole messages."""


class CustomWorker(RecordedWorker):
    """OpenAI-compatible: text in pieces, and no whole messages. Never checks for a halt."""

    streams: ClassVar[bool] = True

    def set_up(self) -> None:
        model, provider = self.workflow.settings["model"], self.provider.name
        self.log_tools_loaded()
        tools = f"(tools: {len(self.tools) + 1})"
        via = f"via custom provider '{provider}'"
        self.log("model_call", f"Sending prompt to {model} {via} {tools}")
        size = len(self.task.prompt) // 4
        self.log(
            "request_context",
            f"Turn 1: messages=2, tools={len(self.tools) + 1}, "
            f"estimated_request_tokens={365 + size}, estimated_message_tokens={127 + size}, "
            "estimated_tool_tokens=221",
        )

    async def answer(self, answer: ModelAnswer) -> None:
        await self.pace(answer.after_s)
        pieces = list(answer.streamed())
        if self.final:  # the model continues: there are no separate messages
            pieces[:0] = ["\n\n"]
        self.final += "".join(pieces)
        if self.streams:
            await self._send(pieces, answer.pace_s)
        self.count(len(pieces))

    async def _send(self, pieces: list[str], pace_s: float | None) -> None:
        settings = self.workflows.state.settings
        usual_s = 1 / settings.token_rate if settings.token_rate else 0.0
        pause_s = usual_s if pace_s is None else pace_s
        await self.run_log.write(pieces, pause_s / settings.speed if settings.speed else 0.0)

    async def call(self, calls: tuple[ToolCall, ...]) -> None:
        self.final = ""  # text before a tool is in the stream alone
        await super().call(calls)

    async def fail(self, trouble: Trouble) -> None:
        if trouble.kind == "cut":
            await self._send(trouble.said.split(" "), None)
            raise Ended("failed", "error", _CUT)
        refusal = json.dumps({"error": {"message": _REFUSED}})
        raise Ended("failed", "error", f"Provider HTTP error 400: {refusal}")

    def close(self) -> None:
        self.log_violation()
        super().close()


class GatewayWorker(CustomWorker):
    """Anthropic messages behind a base URL: no text before the end. Never checks for a halt."""

    streams: ClassVar[bool] = False

    def __init__(self, workflows: WorkflowsState, workflow: DemoWorkflow, task: Task) -> None:
        super().__init__(workflows, workflow, task)
        self.usage.free = True

    def set_up(self) -> None:
        model, name, url = (
            self.workflow.settings["model"],
            self.provider.name,
            self.provider.base_url,
        )
        self.log(
            "provider_gateway",
            f"Anthropic provider '{name}' using gateway mode: {url} (model={model}, "
            "auth_type=x-api-key). Using Anthropic messages API with client-side loop.",
        )
        self.log_tools_loaded()
        tools = len(self.tools) + 1
        via = f"via Anthropic gateway '{name}' ({url}) (tools: {tools})"
        self.log("model_call", f"Sending prompt to {model} {via}")
        size = 346 + len(self.task.prompt) // 4
        told = f"Turn 1: messages=1, tools={tools}, estimated_request_tokens={size}"
        self.log("request_context", told)

    async def fail(self, trouble: Trouble) -> None:
        problem = _CUT if trouble.kind == "cut" else _PROVIDER
        api, path = f"Anthropic gateway API error: {problem}", f"Anthropic gateway error: {problem}"
        raise Ended("failed", "error", api, path)


class ClaudeWorker(RecordedWorker):
    """Anthropic Agents sessions: whole messages and usage. Checks for a halt between messages."""

    counts_turns: ClassVar[bool] = False
    tells_turn: ClassVar[bool] = True

    def __init__(self, workflows: WorkflowsState, workflow: DemoWorkflow, task: Task) -> None:
        super().__init__(workflows, workflow, task)
        self.usage.free = True
        self._said = 0
        self._broken = False
        """The session has ended with an error."""

    def set_up(self) -> None:
        model, name, number = self.workflow.settings["model"], self.provider.name, self.task.number
        self.log_tools_loaded()
        about = f"(provider: '{name}', tools: {len(self.tools) + 1}, native_mcp: 0)"
        self.log("model_call", f"Creating Claude Agent SDK session for {model} {about}")
        self.log("claude_env_created", f"env_{number}")
        self.log("claude_agent_created", f"agent_{number}")
        self.workflow.session_id = f"sess_{number}"
        self.log("claude_session_created", self.workflow.session_id)

    async def answer(self, answer: ModelAnswer) -> None:
        await self.pace(answer.after_s)
        if answer.thinks and not self._said:
            self.log("thinking", "Agent is thinking...")
        parts, between_s = answer.parts, answer.between_s
        if len(answer.text) > _LONG_CHARS:
            parts, between_s = _messages_in(answer.text), between_s or _BETWEEN_S
        for place, part in enumerate(parts):
            if place:
                await self.pace(between_s)
            if between_s or not place:
                self._look_at_halt()
            self._send(part)
            if between_s:
                self._tell_usage(part)
        if not between_s:
            self._tell_usage(answer.text)

    def _send(self, text: str) -> None:
        self._said += 1
        self.final = text
        self.publish("message", {"role": "assistant", "content": text})
        self.log("model_response", text[:RESPONSE_CHARS])

    def _tell_usage(self, text: str) -> None:
        self.count(len(text.split()))
        self.usage.cache_write_tokens += 1
        self.publish("usage", tokens(self.usage))

    async def call(self, calls: tuple[ToolCall, ...]) -> None:
        builtin = tuple(call for call in calls if call.kind == "builtin")
        if builtin:
            await run_builtin(self.run_log, builtin)
        for call in calls:
            if call.kind == "mcp":
                await run_mcp(self.run_log, call)
            elif call.kind == "custom":
                await run_tool(self.run_log, call)

    async def fail(self, trouble: Trouble) -> None:
        if trouble.said:
            await self.answer(ModelAnswer(parts=(trouble.said,), thinks=False))
        if trouble.kind == "session":
            self._broken = True
            self.usage = DemoUsage(free=True)
            self.log("error", "Session error: the provider ended the session")
            return
        problem = _CUT if trouble.kind == "cut" else _PROVIDER
        raise Ended("failed", "error", f"Claude SDK agent task failed: {problem}")

    def _look_at_halt(self) -> None:
        """Stop if requested, before each message but the first.

        A halt that came too late for its run stops the next one here.
        """
        halted_at = self.workflow.halted_at
        if halted_at is None or not self._said:
            return
        self.workflow.halted_at = None
        if self.workflows.state.clock.now() - halted_at < HALT_KEPT:
            raise Ended("halted", "halted", "Execution halted by user")

    def close(self) -> None:
        if not self._broken:
            self.log("session_idle", "Stop reason: end_turn")
        self.log_violation()
        if self._said:
            self.publish("message", {"role": "assistant", "content": self.final})


def _messages_in(text: str) -> tuple[str, ...]:
    """Split a very long text at blank lines, as the provider sends several messages."""
    messages, size = [""], 0
    for block in text.split("\n\n"):
        if size > _LONG_CHARS // 4 and messages[-1].count("```") % 2 == 0:
            messages.append("")
            size = 0
        messages[-1] += ("\n\n" if messages[-1] else "") + block
        size += len(block)
    return tuple(messages)


_WORKERS: dict[str, type[RecordedWorker]] = {
    "custom": CustomWorker,
    "gateway": GatewayWorker,
    "claude": ClaudeWorker,
}


def worker_for(workflows: WorkflowsState, workflow: DemoWorkflow, task: Task) -> RecordedWorker:
    """Return the worker of a workflow's provider path."""
    return _WORKERS[workflow.agent.path](workflows, workflow, task)
