"""Tools of the agents, and the guardrails that check prompts and outputs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from typing import Any

from tui.demo.errors import Detail
from tui.demo.records import JsonObject
from tui.demo.workflows.records import DemoGuardrail
from tui.demo.workflows.run_log import RunLog
from tui.demo.workflows.scripts import ToolCall

_REQUEST_NEEDED = (
    "This workflow requires a 'request' field (enforced by request guardrails). "
    "Provide a structured request object instead of a plain prompt."
)


def check_prompt(
    guardrails: Iterable[DemoGuardrail], text: str, request: JsonObject | None
) -> None:
    """Raise ``Detail`` for a prompt or a request that a guardrail refuses."""
    for guardrail in guardrails:
        problem = ""
        if guardrail.kind == "request":
            if request is None:
                raise Detail(400, _REQUEST_NEEDED)
            broken = _broken(request, guardrail.config["json_schema"])
            problem = f"request validation failed — {broken}." if broken else ""
        elif guardrail.kind == "prompt":
            problem = _text_problem("prompt", text, guardrail.config)
        if problem:
            raise Detail(422, f"Guardrail '{guardrail.name}': {problem}")


def output_problem(guardrails: Iterable[DemoGuardrail], text: str) -> str:
    """Return the first rule that an answer breaks; empty if it breaks none."""
    for guardrail in guardrails:
        if guardrail.kind == "output":
            problem = _text_problem("output", text, guardrail.config)
            if problem:
                return f"Guardrail '{guardrail.name}': {problem}"
    return ""


def _text_problem(what: str, text: str, config: JsonObject) -> str:
    longest = config["max_length"]
    if longest is not None and len(text) > longest:
        return f"{what} is too long ({len(text)} chars, maximum {longest})."
    for pattern in config["forbidden_patterns"]:
        if re.search(pattern, text, re.IGNORECASE):
            return f"{what} matches forbidden pattern '{pattern}'."
    return ""


def _broken(request: JsonObject, schema: JsonObject) -> str:
    """Return a request's violation of a flat schema, in the words of the jsonschema library."""
    for name in schema["required"]:
        if name not in request:
            return f"'{name}' is a required property"
    for name, rule in schema["properties"].items():
        if name in request and not _is_of(request[name], rule["type"]):
            return f"{request[name]!r} is not of type '{rule['type']}'"
    return ""


def _is_of(value: Any, kind: str) -> bool:
    kinds: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "object": dict}
    return isinstance(value, kinds[kind])


_TRACE = (
    'Traceback (most recent call last):\n  File "<string>", line 18, in <module>\n'
    '  File "<custom_tool>", line 4, in {name}\n{error}\n'
)
_UNKNOWN = frozenset({"no_such_tool", "manage_todo_list"})
"""Tools that models call although they do not exist; the to-do list is one, whatever it does."""
_TODO = "manage_todo_list"
_MEMORY = "store_memory"


async def run_tool(run: RunLog, call: ToolCall) -> None:
    """Run a tool of the server, with its two rows. Source: recordings 02-* and 03-*.

    The row that ends a failed call says that it completed; only its output shows the failure.
    """
    if call.name == _TODO:
        run.task.progress = progress_of(call.arguments)
        run.publish("progress", run.task.progress)
    run.log("tool_call", call.name, tool_input=json.dumps(call.arguments))
    run.task.tool_calls += 1
    await run.pace(call.seconds)
    output = json.dumps(result_of(run, call))
    run.log("tool_result", f"{call.name} completed", tool_output=output)
    if call.name == _MEMORY:
        detail = f"key={call.arguments['key']} scope=agent"
        run.log("memory_stored", detail, tool_output=output)


async def run_builtin(run: RunLog, calls: tuple[ToolCall, ...]) -> None:
    """Run the provider's tools in parallel; their end events do not name them."""
    for call in calls:
        run.log("tool_call", f"{call.name} (built-in)")
        run.task.tool_calls += 1
    elapsed_s = 0.0
    for call in sorted(calls, key=lambda call: call.seconds):
        await run.pace(call.seconds - elapsed_s)
        elapsed_s = call.seconds
        run.log("tool_result", "Built-in tool completed")


async def run_mcp(run: RunLog, call: ToolCall) -> None:
    """Run a tool of an MCP server on the provider's side."""
    tool_input = json.dumps(call.arguments)
    run.log("tool_call", f"{call.name} (mcp:{call.server})", tool_input=tool_input)
    run.task.tool_calls += 1
    await run.pace(call.seconds)
    run.log("tool_result", "MCP tool completed")
    await asyncio.sleep(0)


def result_of(run: RunLog, call: ToolCall) -> JsonObject:
    """Return the output of a tool: an object with ``result`` or ``error``."""
    if call.name in _UNKNOWN:
        return {"error": f"Tool '{call.name}' not found in any connected MCP server"}
    if call.name == _MEMORY:
        return {"status": "stored", "key": call.arguments["key"], "scope": "agent"}
    if call.error is not None:
        return {"error": _TRACE.format(name=call.name, error=f"RuntimeError: {call.error}")}
    if call.name == "lookup_order":
        return _looked_up(run, call)
    return {"result": json.dumps({"ok": True})}


def _looked_up(run: RunLog, call: ToolCall) -> JsonObject:
    """Look up an order with the token that the workflow names for the variable, or the default.

    Source: recording 13-credential-override.
    """
    overrides = run.workflow.settings["credential_overrides"]
    wanted = overrides.get("ORDERS_KEY", "ORDERS_KEY")
    tokens = {token.name: token for token in run.workflows.catalog.tokens.values()}
    if wanted not in tokens:
        return {
            "error": f"Error: Required credential '{wanted}' is not configured. "
            f"Please add a token named '{wanted}' to the token store."
        }
    number = call.arguments["number"]
    if number == "BAD":
        return {"error": _TRACE.format(name=call.name, error="ValueError: no such order")}
    order = {"number": number, "state": "shipped", "key_ends": tokens[wanted].ending}
    return {"result": json.dumps(order)}


def progress_of(arguments: JsonObject) -> JsonObject:
    """Return the ``progress`` of a to-do list. Source: recording 03-progress-custom."""
    todos = arguments["todoList"]
    done = sum(todo["status"] == "completed" for todo in todos)
    current = next((todo["id"] for todo in todos if todo["status"] == "in-progress"), None)
    share = round(done / len(todos), 2) if todos else 0.0
    return {"todos": todos, "current_step": current, "percent_complete": share}
