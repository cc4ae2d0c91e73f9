"""Knowledge bases and skills. Source: Agent Studio API."""

from __future__ import annotations

from typing import Any

from tui.demo.developer.resources import PREFIX, DeveloperCall, Resource
from tui.demo.errors import Refusal
from tui.demo.records import JsonObject

_KB = f"{PREFIX}/knowledge_bases"
_SKILLS = f"{PREFIX}/skills"
_SHOWN = ("id", "name", "description", "folder_id", "project_id")


def knowledge_resources() -> tuple[Resource, ...]:
    """Return the endpoints of both."""
    return (
        Resource("kb", "GET", _KB, list_kbs),
        Resource("kb", "POST", _KB, create_kb),
        Resource("kb", "GET", f"{_KB}/{{id}}", show_kb),
        Resource("kb", "PUT", f"{_KB}/{{id}}", update_kb),
        Resource("kb", "DELETE", f"{_KB}/{{id}}", delete_kb),
        Resource("kb", "GET", f"{_KB}/{{id}}/data_sources", show_sources),
        Resource("kb", "GET", f"{_KB}/{{id}}/recipes", list_kb_recipes),
        Resource("skills", "GET", _SKILLS, list_skills),
        Resource("skills", "POST", _SKILLS, create_skill),
        Resource("skills", "GET", f"{_SKILLS}/{{id}}", show_skill),
    )


def list_kbs(call: DeveloperCall) -> Any:
    rows = call.matching(
        call.developer.tables["knowledge_bases"].values(), "folder_id", "project_id"
    )
    return call.page([_shown(row) for row in _sorted(call, rows)], largest=50)


def create_kb(call: DeveloperCall) -> Any:
    fields = call.required("name", "description", "folder_id", "source_type", "data_sources")
    kb_id = f"kb-{call.developer.ids.letters(8)}-{call.developer.ids.letters(6)}"
    kb = {"id": kb_id, **fields, "project_id": None, "recipes": []}
    call.developer.keep("knowledge_bases", kb)
    call.developer.note(call.token, "knowledge_base_created", {"id": kb_id, "name": fields["name"]})
    return {"id": kb_id, **fields}


def show_kb(call: DeveloperCall) -> Any:
    return [_shown(_kb(call))]  # documented as a list of one


def update_kb(call: DeveloperCall) -> Any:
    kb = _kb(call)
    names = ("name", "description", "folder_id", "data_sources")
    kb |= {name: call.body[name] for name in names if name in call.body}
    call.developer.note(call.token, "knowledge_base_updated", {"id": kb["id"], "name": kb["name"]})
    shown = ("id", "name", "description", "folder_id", "source_type", "data_sources")
    return {name: kb[name] for name in shown}


def delete_kb(call: DeveloperCall) -> Any:
    kb = _kb(call)
    del call.developer.tables["knowledge_bases"][kb["id"]]
    for record in call.developer.studio_records.values():
        record.knowledge_bases.discard(kb["id"])
    call.developer.note(call.token, "knowledge_base_deleted", {"id": kb["id"], "name": kb["name"]})
    return {"success": "true"}


def show_sources(call: DeveloperCall) -> Any:
    kb = _kb(call)
    sources = kb["data_sources"]
    return {
        "knowledge_base_id": kb["id"],
        "data_sources": sources if isinstance(sources, dict) else {str(sources): True},
    }


def list_kb_recipes(call: DeveloperCall) -> Any:
    kb = _kb(call)
    recipes = [call.developer.find("recipes", one) for one in kb["recipes"]]
    rows = [
        {"id": r["id"], "name": r["name"], "description": r["description"]}
        | {"knowledge_base_id": kb["id"]}
        for r in _sorted(call, call.matching(recipes))
    ]
    return call.page(rows, largest=50)


def list_skills(call: DeveloperCall) -> Any:
    rows = call.matching(call.developer.tables["skills"].values(), "folder_id", "project_id")
    return call.page([_shown(row) for row in _sorted(call, rows)], largest=50)


def create_skill(call: DeveloperCall) -> Any:
    recipe = call.developer.tables["recipes"].get(str(call.body.get("recipe_id")))
    if recipe is None:
        raise Refusal(404, "Recipe not found.")
    if not recipe.get("workflow_trigger", True):
        raise Refusal(422, "The recipe must use a Start workflow trigger.")
    taken = {str(skill["recipe_id"]) for skill in call.developer.tables["skills"].values()}
    if str(recipe["id"]) in taken:
        raise Refusal(409, "The recipe is already a skill.")
    skill = call.developer.keep("skills", skill_of(call.developer.number(), recipe))
    call.developer.note(call.token, "skill_created", {"id": skill["id"], "name": skill["name"]})
    return {name: value for name, value in skill.items() if name != "id"}


def show_skill(call: DeveloperCall) -> Any:
    skill = call.developer.find("skills", call.parts["id"])
    return {name: value for name, value in skill.items() if name != "id"}


def skill_of(number: int, recipe: JsonObject) -> JsonObject:
    """Return a recipe as a skill."""
    return {
        "id": number,
        "name": recipe["name"],
        "description": recipe["description"],
        "recipe_id": recipe["id"],
        "folder_id": str(recipe["folder_id"]),
        "project_id": str(recipe["project_id"]),
    }


def _kb(call: DeveloperCall) -> JsonObject:
    return call.developer.find("knowledge_bases", call.parts["id"])


def _shown(row: JsonObject) -> JsonObject:
    return {name: row.get(name) for name in _SHOWN}


def _sorted(call: DeveloperCall, rows: list[JsonObject]) -> list[JsonObject]:
    by_name = call.query.get("sort_term") == "name"
    return sorted(rows, key=lambda row: str(row["name"])) if by_name else rows
