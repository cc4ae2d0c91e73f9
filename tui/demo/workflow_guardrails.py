"""Guardrails of the demo's Workflows API. Source: recordings 10-guardrails, 10-output-guardrail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tui.demo.problems import Detail
from tui.demo.records import JsonObject
from tui.demo.workflow_records import Guardrail

_REQUEST_NEEDED = (
    "This workflow requires a 'request' field (enforced by request guardrails). "
    "Provide a structured request object instead of a plain prompt."
)


def check_prompt(guardrails: Iterable[Guardrail], text: str, request: JsonObject | None) -> None:
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


def output_problem(guardrails: Iterable[Guardrail], text: str) -> str:
    """Return what an answer breaks first; empty where it breaks nothing."""
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
    """Return what of a flat schema a request breaks, in the words of the jsonschema library."""
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
