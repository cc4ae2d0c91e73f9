"""Guardrails. Source: Agent Studio API, Guardrails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.demo.developer import PREFIX, Call, Plain, Resource
from tui.demo.developer_genies import genie_of
from tui.demo.problems import Refusal
from tui.demo.records import JsonObject
from tui.studio.guardrails.validation import PII_ENTITIES, POLICY_TYPES, unknown_keys, validate

_GENIES = f"{PREFIX}/genies"
_GUARDRAIL = f"{_GENIES}/{{genie_id}}/guardrails"
_DEFAULT_POLICIES: dict[str, JsonObject] = {
    "harmful_content": {
        "filters": [
            {"type": name, "strength": "LOW"}
            for name in ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT")
        ]
    },
    "prompt_attack": {"strength": "LOW"},
}


def guardrail_resources() -> tuple[Resource, ...]:
    """The endpoints."""
    return (
        Resource("guardrails", "GET", f"{_GENIES}/guardrails/policies/pii_entities", _entities),
        Resource("guardrails", "GET", _GUARDRAIL, show_guardrail),
        Resource("guardrails", "PUT", f"{_GUARDRAIL}/policies/{{policy_type}}", put_policy),
    )


def new_guardrail(letters: Callable[[int], str]) -> JsonObject:
    """A guardrail as it is when it is first attached: with two policies."""
    return {
        "id": f"aigrl-{letters(6)}-{letters(6)}-CD",
        "policies": [
            {"id": f"aigrlp-{letters(6)}-{letters(6)}-CD", "policy_type": kind, "configuration": c}
            for kind, c in _DEFAULT_POLICIES.items()
        ],
    }


def show_guardrail(call: Call) -> Any:
    _, sheet = genie_of(call, "genie_id")
    return Plain({"data": sheet.guardrail or {"id": None, "policies": []}})


def put_policy(call: Call) -> Any:
    kind = call.parts["policy_type"]
    if kind not in POLICY_TYPES:
        raise Refusal(400, f"policy_type must be one of {', '.join(POLICY_TYPES)}.")
    genie, sheet = genie_of(call, "genie_id")
    if sheet.guardrail is None:
        raise Refusal(404, "No guardrail is attached to the genie.")
    _check_configuration(kind, call.body.get("configuration"))
    policies = sheet.guardrail["policies"]
    policy = next((p for p in policies if p["policy_type"] == kind), None)
    if policy is None:
        ids = call.bureau.ids
        policy = {"id": f"aigrlp-{ids.letters(6)}-{ids.letters(6)}-CD", "policy_type": kind}
        policies.append(policy)
    policy["configuration"] = call.body["configuration"]
    call.bureau.note(call.token, "guardrail_policy_updated", {"id": genie.handle, "name": kind})
    return Plain({"data": policy})


def _check_configuration(kind: str, configuration: object) -> None:
    """Source: Agent Studio API, Sample 422 response."""
    title = "Failed to update policy"
    if isinstance(configuration, dict) and (unknown := unknown_keys(kind, configuration)):
        detail = f"Configuration contains unknown keys: {', '.join(unknown)}"
        raise Refusal(422, detail, title=title)
    if found := validate(kind, configuration):
        raise Refusal(422, f"Configuration is invalid: {found[0]}", title=title)


def _entities(call: Call) -> Any:
    return Plain({"data": list(PII_ENTITIES)})
