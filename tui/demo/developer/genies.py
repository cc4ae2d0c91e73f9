"""Genies and guardrails. Source: Agent Studio API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.demo.developer.resources import PREFIX, DeveloperCall, Plain, Resource
from tui.demo.developer.state import StudioRecord
from tui.demo.errors import Refusal
from tui.demo.records import DemoGenie, JsonObject
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
    """Return the endpoints of guardrails."""
    return (
        Resource("guardrails", "GET", f"{_GENIES}/guardrails/policies/pii_entities", _entities),
        Resource("guardrails", "GET", _GUARDRAIL, show_guardrail),
        Resource("guardrails", "PUT", f"{_GUARDRAIL}/policies/{{policy_type}}", put_policy),
    )


def new_guardrail(letters: Callable[[int], str]) -> JsonObject:
    """Return a guardrail as first attached: with two policies."""
    return {
        "id": f"aigrl-{letters(6)}-{letters(6)}-CD",
        "policies": [
            {"id": f"aigrlp-{letters(6)}-{letters(6)}-CD", "policy_type": kind, "configuration": c}
            for kind, c in _DEFAULT_POLICIES.items()
        ],
    }


def show_guardrail(call: DeveloperCall) -> Any:
    _, record = genie_of(call, "genie_id")
    return Plain({"data": record.guardrail or {"id": None, "policies": []}})


def put_policy(call: DeveloperCall) -> Any:
    kind = call.parts["policy_type"]
    if kind not in POLICY_TYPES:
        raise Refusal(400, f"policy_type must be one of {', '.join(POLICY_TYPES)}.")
    genie, record = genie_of(call, "genie_id")
    if record.guardrail is None:
        raise Refusal(404, "No guardrail is attached to the genie.")
    _check_configuration(kind, call.body.get("configuration"))
    policies = record.guardrail["policies"]
    policy = next((p for p in policies if p["policy_type"] == kind), None)
    if policy is None:
        ids = call.developer.ids
        policy = {"id": f"aigrlp-{ids.letters(6)}-{ids.letters(6)}-CD", "policy_type": kind}
        policies.append(policy)
    policy["configuration"] = call.body["configuration"]
    call.developer.note(call.token, "guardrail_policy_updated", {"id": genie.handle, "name": kind})
    return Plain({"data": policy})


def _check_configuration(kind: str, configuration: object) -> None:
    """Source: Agent Studio API, Sample 422 response."""
    title = "Failed to update policy"
    if isinstance(configuration, dict) and (unknown := unknown_keys(kind, configuration)):
        detail = f"Configuration contains unknown keys: {', '.join(unknown)}"
        raise Refusal(422, detail, title=title)
    if found := validate(kind, configuration):
        raise Refusal(422, f"Configuration is invalid: {found[0]}", title=title)


def _entities(call: DeveloperCall) -> Any:
    return Plain({"data": list(PII_ENTITIES)})


_ONE = f"{_GENIES}/{{id}}"
_CHANNELS: JsonObject = {
    "channel_mode": "dms_only",
    "channel_scope": "specific",
    "response_mode": "on_mention",
    "channel_whitelist": [],
}
_CHOICES: dict[str, tuple[object, ...]] = {
    "ai_provider": ("anthropic", "open_ai"),
    "matrix": (True, False),
    "channel_mode": ("dms_only", "everywhere"),
    "channel_scope": ("specific", "all_invited"),
    "response_mode": ("on_mention", "helpdesk"),
}
_REQUIRED = (
    "name",
    "description",
    "folder_id",
    "instructions",
    "ai_provider",
    "shared_account_id",
    "custom_oauth_key_id",
    "matrix",
)


def genie_resources() -> tuple[Resource, ...]:
    """Return the endpoints of genies themselves."""
    return (
        Resource("genies", "GET", _GENIES, list_genies),
        Resource("genies", "POST", _GENIES, create_genie),
        Resource("genies", "GET", _ONE, show_genie),
        Resource("genies", "PUT", _ONE, update_genie),
        Resource("genies", "DELETE", _ONE, delete_genie),
        Resource("genies", "POST", f"{_ONE}/start", _switch(True)),
        Resource("genies", "POST", f"{_ONE}/stop", _switch(False)),
        *(
            Resource("genies", "POST", f"{_ONE}/{verb}_{things}", _assigning(things, verb))
            for things in ("skills", "knowledge_bases", "user_groups")
            for verb in ("assign", "remove")
        ),
    )


def list_genies(call: DeveloperCall) -> Any:
    state = call.query.get("state", "")
    shown = [_details(call, genie, record) for genie, record in _all(call)]
    wanted = {"inactive": "stopped"}.get(state, state)
    rows = call.matching(shown, "folder_id", "project_id")
    details = ("folders", "user_groups", "connection_id", "custom_oauth_key_id", "project_id")
    return call.page(
        [
            {name: value for name, value in row.items() if name not in details}
            for row in rows
            if not wanted or row["state"] == wanted
        ],
        largest=50,
    )


def show_genie(call: DeveloperCall) -> Any:
    return _details(call, *genie_of(call))


def create_genie(call: DeveloperCall) -> Any:
    fields = call.required(*_REQUIRED)
    for name in ("name", "description", "instructions"):
        call.text(name)
    _check_values(call)
    if str(fields["folder_id"]) not in call.developer.tables["folders"]:
        raise Refusal(404, "Folder not found.")
    handle = f"gin-{call.developer.ids.letters(8)}-{call.developer.ids.letters(6)}-CD"
    channels = {name: call.body.get(name, usual) for name, usual in _CHANNELS.items()}
    stamps = {"created_at": call.developer.now(), "updated_at": call.developer.now()}
    call.developer.state.genies[handle] = DemoGenie(
        handle, fields["name"], started=False, client_attached=False
    )
    call.developer.studio_records[handle] = StudioRecord({**fields, **channels, **stamps})
    call.developer.note(call.token, "genie_created", {"id": handle, "name": fields["name"]})
    return {"id": handle}


def update_genie(call: DeveloperCall) -> Any:
    genie, record = genie_of(call)
    known = {*_REQUIRED, *_CHANNELS}
    _check_values(call)
    changes = {name: value for name, value in call.body.items() if name in known}
    record.fields |= changes | {"updated_at": call.developer.now()}
    genie.name = str(record.fields["name"])
    call.developer.note(call.token, "genie_updated", {"id": genie.handle, "name": genie.name})
    names = ("shared_account_id", "custom_oauth_key_id", "matrix", *_CHANNELS)
    shown = _details(call, genie, record)
    first = ("id", "name", "description", "folder_id", "project_id", "instructions", "ai_provider")
    return {name: shown[name] for name in first} | {n: record.fields.get(n) for n in names}


def delete_genie(call: DeveloperCall) -> Any:
    genie, _ = genie_of(call)
    state = call.developer.state
    for conversation in [c for c in state.conversations.values() if c.genie is genie]:
        state.close_conversation(conversation)
    for client in state.clients.values():
        if client.genie == genie.handle:
            client.genie = ""
    del state.genies[genie.handle], call.developer.studio_records[genie.handle]
    call.developer.note(call.token, "genie_deleted", {"id": genie.handle, "name": genie.name})
    return {"success": "true"}


def _switch(started: bool) -> Callable[[DeveloperCall], Any]:
    def switch(call: DeveloperCall) -> Any:
        genie, record = genie_of(call)
        genie.started = started
        record.fields["updated_at"] = call.developer.now()
        event = "genie_started" if started else "genie_stopped"
        call.developer.note(call.token, event, {"id": genie.handle, "name": genie.name})
        return {"success": True}

    return switch


def _assigning(things: str, verb: str) -> Callable[[DeveloperCall], Any]:
    def assign(call: DeveloperCall) -> Any:
        genie, record = genie_of(call)
        ids = call.texts(f"{things.removesuffix('s')}_ids")
        names = _names(call, things)
        unknown = [one for one in ids if one not in names]
        if unknown:
            raise Refusal(404, f"Unknown {things.replace('_', ' ')}: {', '.join(unknown)}.")
        held = genie.groups if things == "user_groups" else getattr(record, things)
        (held.update if verb == "assign" else held.difference_update)(ids)
        call.developer.note(call.token, f"genie_{things}_changed", {"id": genie.handle})
        return {things: [{"id": one, "name": names[one]} for one in ids]}

    return assign


def _names(call: DeveloperCall, things: str) -> dict[str, str]:
    if things == "user_groups":
        return call.developer.group_names
    return {one: str(row["name"]) for one, row in call.developer.tables[things].items()}


def _check_values(call: DeveloperCall) -> None:
    """Source: Agent Studio API, Create a genie and Update a genie, accepted values."""
    call.check_choices(_CHOICES)
    channels = call.body.get("channel_whitelist", [])
    if not isinstance(channels, list) or not all(isinstance(one, str) for one in channels):
        raise Refusal(422, "channel_whitelist must be an array of strings.")


def _all(call: DeveloperCall) -> list[tuple[DemoGenie, StudioRecord]]:
    genies = call.developer.state.genies
    return [(genies[handle], record) for handle, record in call.developer.studio_records.items()]


def genie_of(call: DeveloperCall, name: str = "id") -> tuple[DemoGenie, StudioRecord]:
    """Return the genie that a path names, and its Studio record.

    Raises:
        Refusal: 404 for an unknown one.
    """
    handle = call.parts[name]
    if handle not in call.developer.studio_records:
        raise Refusal(404, "Genie not found.")
    return call.developer.state.genies[handle], call.developer.studio_records[handle]


def _details(call: DeveloperCall, genie: DemoGenie, record: StudioRecord) -> JsonObject:
    """Source: Get a genie by ID; ``chat_interface`` null without a client was observed."""
    fields = record.fields
    folder = call.developer.tables["folders"].get(str(fields["folder_id"]), {})
    shown = ("description", "folder_id", "instructions", "ai_provider", *_CHANNELS)
    skills = [call.developer.tables["skills"][one] for one in record.skills]
    recipes = call.developer.tables["recipes"]
    active = sum(bool(recipes.get(str(s["recipe_id"]), {}).get("running")) for s in skills)
    return {
        "id": genie.handle,
        "name": genie.name,
        "state": "active" if genie.started else "stopped",
        **{name: fields.get(name) for name in shown},
        "project_id": folder.get("project_id"),
        "chat_interface": "custom" if genie.client_attached else None,
        "skills_count": len(record.skills),
        "knowledge_bases_count": len(record.knowledge_bases),
        "user_groups_count": len(genie.groups),
        "active_recipes_count": active,
        "inactive_skills_count": len(skills) - active,
        "custom_oauth_key_id": fields.get("custom_oauth_key_id"),
        "connection_id": fields.get("shared_account_id"),
        "folders": [{"id": folder.get("id"), "name": folder.get("name")}] if folder else [],
        "logo_url": None,
        "user_groups": [
            {"id": group, "name": call.developer.group_names[group]}
            for group in sorted(genie.groups)
        ],
        "created_at": fields.get("created_at"),
        "updated_at": fields.get("updated_at"),
    }
