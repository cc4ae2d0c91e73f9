"""Recipes, jobs and connections. Source: Developer API reference, and the vendor's pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.demo.clock import rfc3339
from tui.demo.developer.resources import DeveloperCall, Resource
from tui.demo.errors import Refusal
from tui.demo.records import DemoEvent, JsonObject

_RECIPE = "/api/recipes/{id}"
_JOBS = "/api/recipes/{recipe_id}/jobs"
_CONNECTION = "/api/connections/{connection_id}"
_OUTCOMES = {"skill.completed": "succeeded", "skill.failed": "failed", "skill.stopped": "succeeded"}


def recipe_resources() -> tuple[Resource, ...]:
    """Return the endpoints of all three."""
    return (
        Resource("recipes", "GET", "/api/recipes", list_recipes),
        Resource("recipes", "POST", "/api/recipes", create_recipe),
        Resource("recipes", "GET", _RECIPE, show_recipe),
        Resource("recipes", "PUT", _RECIPE, update_recipe),
        Resource("recipes", "DELETE", _RECIPE, delete_recipe),
        Resource("recipes", "POST", f"{_RECIPE}/copy", copy_recipe),
        Resource("recipes", "PUT", f"{_RECIPE}/start", _switch(True)),
        Resource("recipes", "PUT", f"{_RECIPE}/stop", _switch(False)),
        Resource("jobs", "GET", _JOBS, list_jobs),
        Resource("jobs", "GET", f"{_JOBS}/{{job_handle}}", show_job),
        Resource("jobs", "POST", "/api/job/resume", resume_job),
        Resource("connections", "GET", "/api/connections", list_connections),
        Resource("connections", "POST", "/api/connections", create_connection),
        Resource("connections", "PUT", _CONNECTION, update_connection),
        Resource("connections", "DELETE", _CONNECTION, delete_connection),
        Resource("connections", "POST", f"{_CONNECTION}/disconnect", disconnect),
    )


def list_recipes(call: DeveloperCall) -> Any:
    rows = call.matching(call.developer.tables["recipes"].values(), "folder_id")
    if asked := call.choice("running", "true", "false"):
        rows = [row for row in rows if row["running"] == (asked == "true")]
    return {"items": [_with_counts(call, row) for row in call.page(rows)]}


def show_recipe(call: DeveloperCall) -> Any:
    return _with_counts(call, _recipe(call))


def create_recipe(call: DeveloperCall) -> Any:
    fields = call.body.get("recipe")
    if not isinstance(fields, dict) or not fields.get("name") or "code" not in fields:
        raise Refusal(400, "recipe.name and recipe.code are required.")
    recipe = call.developer.keep(
        "recipes",
        {
            "id": call.developer.number(),
            "name": fields["name"],
            "description": "",
            "code": fields["code"],
            "running": False,
            **_place(call, fields.get("folder_id")),
            "created_at": call.developer.now(),
            "updated_at": call.developer.now(),
        },
    )
    call.developer.note(call.token, "recipe_created", {"id": recipe["id"], "name": recipe["name"]})
    return {"success": True, "id": recipe["id"]}


def copy_recipe(call: DeveloperCall) -> Any:
    recipe = _recipe(call)
    place = _place(call, call.body.get("folder_id"))
    fields = {"id": call.developer.number(), "name": f"{recipe['name']} (copy)", "running": False}
    copy = call.developer.keep(
        "recipes", recipe | fields | place | {"created_at": call.developer.now()}
    )
    call.developer.note(call.token, "recipe_copied", {"id": copy["id"], "name": copy["name"]})
    return {"success": True, "new_flow_id": copy["id"]}


def update_recipe(call: DeveloperCall) -> Any:
    recipe, fields = _recipe(call), call.body.get("recipe")
    if not isinstance(fields, dict):
        raise Refusal(400, "recipe is missing.")
    if recipe["running"] and "code" in fields:
        raise Refusal(400, "A running recipe can't be changed. Stop it first.")
    names = ("name", "code", "config")
    recipe |= {name: fields[name] for name in names if name in fields}
    if "folder_id" in fields:
        recipe |= _place(call, fields["folder_id"])
    recipe["updated_at"] = call.developer.now()
    call.developer.note(call.token, "recipe_updated", {"id": recipe["id"], "name": recipe["name"]})
    return {"success": True}


def delete_recipe(call: DeveloperCall) -> Any:
    recipe = _recipe(call)
    if recipe["running"]:
        raise Refusal(400, "A running recipe can't be deleted. Stop it first.")
    del call.developer.tables["recipes"][str(recipe["id"])]
    call.developer.note(call.token, "recipe_deleted", {"id": recipe["id"], "name": recipe["name"]})
    return {"success": True}


def _switch(running: bool) -> Callable[[DeveloperCall], Any]:
    def switch(call: DeveloperCall) -> Any:
        recipe = _recipe(call)
        recipe["running"] = running
        recipe["last_run_at" if running else "stopped_at"] = call.developer.now()
        event = "recipe_started" if running else "recipe_stopped"
        call.developer.note(call.token, event, {"id": recipe["id"], "name": recipe["name"]})
        return {"success": True}

    return switch


def _recipe(call: DeveloperCall, name: str = "id") -> JsonObject:
    return call.developer.find("recipes", call.parts[name])


def _place(call: DeveloperCall, folder_id: object) -> JsonObject:
    """Source: folder_id is required since 7 May 2026."""
    if folder_id is None:
        raise Refusal(400, "folder_id is required.")
    folder = call.developer.tables["folders"].get(str(folder_id))
    if folder is None:
        raise Refusal(404, "Folder not found.")
    return {"folder_id": folder["id"], "project_id": folder["project_id"]}


def _with_counts(call: DeveloperCall, recipe: JsonObject) -> JsonObject:
    jobs = _jobs_of(call, recipe)
    return recipe | _counts(jobs)


def _counts(jobs: list[JsonObject]) -> JsonObject:
    return {
        f"job_{status}_count": sum(job["status"] == status for job in jobs)
        for status in ("succeeded", "failed")
    }


# -- jobs --------------------------------------------------------------------------------------


def list_jobs(call: DeveloperCall) -> Any:
    """Newest first; ``offset_job_id`` continues after a job."""
    everything = _jobs_of(call, _recipe(call, "recipe_id"))
    status = call.choice("status", "succeeded", "failed", "pending")
    rows = [job for job in everything if status in (None, job["status"])]
    after = call.query.get("offset_job_id")
    if after:
        places = [place for place, job in enumerate(rows) if job["id"] == after]
        rows = rows[places[0] + 1 :] if places else []
    return _counts(everything) | {"job_count": len(everything), "items": call.page(rows)}


def show_job(call: DeveloperCall) -> Any:
    jobs = _jobs_of(call, _recipe(call, "recipe_id"))
    job = next((job for job in jobs if job["id"] == call.parts["job_handle"]), None)
    if job is None:
        raise Refusal(404, "Job not found.")
    return job


def resume_job(call: DeveloperCall) -> Any:
    job_id = call.developer.paused.pop(call.text("token"), None)
    if job_id is None:
        raise Refusal(404, "No job is waiting for this token.")
    job = call.developer.tables["jobs"][job_id]
    job |= {"status": "succeeded", "completed_at": call.developer.now()}
    call.developer.note(call.token, "job_resumed", {"id": job_id, "name": job["title"]})


def _jobs_of(call: DeveloperCall, recipe: JsonObject) -> list[JsonObject]:
    """Return past jobs, and a job for every later call of the recipe's skill in a conversation."""
    kept = [j for j in call.developer.tables["jobs"].values() if j["recipe_id"] == recipe["id"]]
    skill_id = f"recipe:{recipe['id']}"
    live = [
        _job_of(event)
        for event in call.developer.state.events
        if event.fields.get("skill_id") == skill_id and event.type in _OUTCOMES
    ]
    return sorted([*kept, *live], key=lambda job: str(job["started_at"]), reverse=True)


def _job_of(event: DemoEvent) -> JsonObject:
    error = event.fields.get("error")
    at = rfc3339(event.created_at)
    return {
        "id": f"j-{event.event_id[-17:-9]}-{event.event_id[-6:]}".replace("--", "-"),
        "recipe_id": int(str(event.fields["skill_id"]).removeprefix("recipe:")),
        "title": f"Call from {event.genie} in {event.conversation_id}",
        "status": _OUTCOMES[event.type],
        "is_error": event.type == "skill.failed",
        "error": error,
        "started_at": at,
        "completed_at": at,
        "genie_run_id": event.run_id,
    }


# -- connections -------------------------------------------------------------------------------


def list_connections(call: DeveloperCall) -> Any:
    return call.page(call.matching(call.developer.tables["connections"].values(), "folder_id"))


def create_connection(call: DeveloperCall) -> Any:
    name, provider = call.text("name"), call.text("provider")
    connection = call.developer.keep(
        "connections",
        {
            "id": call.developer.number(),
            "name": name,
            "provider": provider,
            **_place(call, call.body.get("folder_id")),
            "authorization_status": "success" if call.body.get("input") else None,
            "created_at": call.developer.now(),
        },
    )
    call.developer.note(call.token, "connection_created", {"id": connection["id"], "name": name})
    return connection


def update_connection(call: DeveloperCall) -> Any:
    connection = _connection(call)
    if "name" in call.body:
        connection["name"] = call.text("name")
    if "folder_id" in call.body:
        connection |= _place(call, call.body["folder_id"])
    if call.body.get("input"):
        connection["authorization_status"] = "success"
    call.developer.note(call.token, "connection_updated", {"id": connection["id"]})
    return connection


def disconnect(call: DeveloperCall) -> Any:
    connection = _connection(call)
    connection["authorization_status"] = None
    call.developer.note(call.token, "connection_disconnected", {"id": connection["id"]})
    return {"success": True}


def delete_connection(call: DeveloperCall) -> Any:
    connection = _connection(call)
    del call.developer.tables["connections"][str(connection["id"])]
    call.developer.note(call.token, "connection_deleted", {"id": connection["id"]})
    return {"success": True}


def _connection(call: DeveloperCall) -> JsonObject:
    return call.developer.find("connections", call.parts["connection_id"])
