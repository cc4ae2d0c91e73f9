"""Folders, tables, roles, API clients, agents and the log. Source: Developer API reference."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tui.demo.clock import parse_rfc3339
from tui.demo.developer.resources import DeveloperCall, Plain, Resource
from tui.demo.developer.state import DeveloperState, DeveloperToken, Table
from tui.demo.errors import Refusal
from tui.demo.records import JsonObject

_ROWS = "/api/lookup_tables/{lookup_table_id}/rows"
_API_CLIENTS = "/api/developer_api_clients"
_ENVIRONMENTS = ("test", "prod")
_LARGEST_PAGE = 100


def workspace_resources() -> tuple[Resource, ...]:
    """Return the endpoints of all these."""
    return (
        Resource("folders", "GET", "/api/folders", _listing("folders", "parent_id")),
        Resource("folders", "POST", "/api/folders", create_folder),
        Resource("projects", "GET", "/api/projects", _listing("projects")),
        Resource("projects", "POST", "/api/projects/{id}/deploy", deploy),
        Resource("deployments", "GET", "/api/deployments", list_deployments),
        Resource("tables", "GET", "/api/lookup_tables", _listing("lookup_tables")),
        Resource("tables", "GET", _ROWS, list_rows),
        Resource("tables", "POST", _ROWS, add_row),
        Resource("tables", "PUT", f"{_ROWS}/{{row_id}}", update_row),
        Resource("tables", "DELETE", f"{_ROWS}/{{row_id}}", delete_row),
        Resource("roles", "GET", "/api/project_roles", _listing("project_roles")),
        Resource("roles", "GET", "/api/roles", _listing("roles")),
        Resource("api-clients", "GET", _API_CLIENTS, list_api_clients),
        Resource("api-clients", "POST", _API_CLIENTS, create_api_client),
        Resource("api-clients", "POST", f"{_API_CLIENTS}/{{id}}/regenerate", regenerate_token),
        Resource("api-clients", "DELETE", f"{_API_CLIENTS}/{{id}}", delete_api_client),
        Resource("on-prem", "GET", "/api/on_prem_groups", list_groups),
        Resource("on-prem", "GET", "/api/on_prem_groups/{id}/status", show_status),
        Resource("activity", "GET", "/api/activity_logs", list_activity),
    )


def _listing(kind: str, *names: str) -> Callable[[DeveloperCall], Any]:
    def answer(call: DeveloperCall) -> Any:
        return call.page(call.matching(call.developer.tables[kind].values(), *names))

    return answer


# -- folders and projects ----------------------------------------------------------------------


def create_folder(call: DeveloperCall) -> Any:
    name, parent_id = call.text("name"), call.body.get("parent_id")
    folder: JsonObject = {
        "id": call.developer.number(),
        "name": name,
        "created_at": call.developer.now(),
    }
    if parent_id is None:
        project = {"id": call.developer.number(), "name": name, "folder_id": folder["id"]}
        call.developer.keep("projects", project | {"description": ""})
        folder |= {"parent_id": None, "project_id": project["id"]}
    else:
        parent = call.developer.find("folders", str(parent_id))
        folder |= {"parent_id": parent["id"], "project_id": parent["project_id"]}
    call.developer.note(call.token, "folder_created", {"id": folder["id"], "name": name})
    return call.developer.keep("folders", folder)


def deploy(call: DeveloperCall) -> Any:
    project = call.developer.find("projects", call.parts["id"])
    environment = call.query.get("environment_type")
    if environment not in _ENVIRONMENTS:
        raise Refusal(400, f"environment_type must be {' or '.join(_ENVIRONMENTS)}.")
    call.developer.note(
        call.token, "project_deployed", {"id": project["id"], "name": project["name"]}
    )
    return call.developer.keep(
        "deployments",
        {
            "id": call.developer.number(),
            "project_id": project["id"],
            "environment_type": environment,
            "state": "success",
            "description": call.body.get("description") or "",
            "created_at": call.developer.now(),
        },
    )


def list_deployments(call: DeveloperCall) -> Any:
    rows = call.matching(call.developer.tables["deployments"].values(), "project_id", "state")
    return {"items": call.page(rows)}


# -- lookup tables -----------------------------------------------------------------------------


def list_rows(call: DeveloperCall) -> Any:
    return call.page(_rows(call).values())


def add_row(call: DeveloperCall) -> Any:
    rows = _rows(call)
    row = {"id": call.developer.number(), "data": _data(call), "updated_at": call.developer.now()}
    rows[str(row["id"])] = row
    call.developer.note(call.token, "lookup_row_added", {"id": row["id"]})
    return row


def update_row(call: DeveloperCall) -> Any:
    row = _row(call)
    row |= {"data": row["data"] | _data(call), "updated_at": call.developer.now()}
    call.developer.note(call.token, "lookup_row_updated", {"id": row["id"]})
    return row


def delete_row(call: DeveloperCall) -> Any:
    row = _row(call)
    del _rows(call)[str(row["id"])]
    call.developer.note(call.token, "lookup_row_deleted", {"id": row["id"]})
    return {"success": True}


def _rows(call: DeveloperCall) -> Table:
    table = call.developer.find("lookup_tables", call.parts["lookup_table_id"])
    return call.developer.rows.setdefault(str(table["id"]), {})


def _row(call: DeveloperCall) -> JsonObject:
    row = _rows(call).get(call.parts["row_id"])
    if row is None:
        raise Refusal(404, "Lookup row not found.")
    return row


def _data(call: DeveloperCall) -> JsonObject:
    data = call.body.get("data")
    if not isinstance(data, dict) or not data:
        raise Refusal(400, "data must be an object with the columns of the row.")
    return data


# -- API clients -------------------------------------------------------------------------------


def list_api_clients(call: DeveloperCall) -> Any:
    rows = call.page(call.developer.tables["api_clients"].values())
    return Plain({"result": {"count": len(rows), "items": rows}})


def create_api_client(call: DeveloperCall) -> Any:
    name = call.text("name")
    if not isinstance(call.body.get("all_folders"), bool):
        raise Refusal(400, "all_folders is required and must be true or false.")
    client = {
        "id": call.developer.number(),
        "name": name,
        "api_privilege_group_id": call.body.get("api_privilege_group_id"),
        "all_folders": call.body["all_folders"],
        "folder_ids": call.body.get("folder_ids") or [],
        "environment_name": call.body.get("environment_name") or "Development",
        "created_at": call.developer.now(),
    }
    call.developer.keep("api_clients", client)
    call.developer.note(call.token, "api_client_created", {"id": client["id"], "name": name})
    return Plain({"result": client | _new_token(call.developer, client)})


def regenerate_token(call: DeveloperCall) -> Any:
    client = call.developer.find("api_clients", call.parts["id"])
    _revoke(call.developer, client)
    call.developer.note(call.token, "api_client_regenerated", {"id": client["id"]})
    return Plain({"result": _new_token(call.developer, client)})


def delete_api_client(call: DeveloperCall) -> Any:
    client = call.developer.find("api_clients", call.parts["id"])
    _revoke(call.developer, client)
    del call.developer.tables["api_clients"][str(client["id"])]
    call.developer.note(call.token, "api_client_deleted", {"id": client["id"]})
    return {"success": True}


def _new_token(developer: DeveloperState, client: JsonObject) -> JsonObject:
    value = f"wrkaus-{developer.ids.secret()}"
    developer.tokens[value] = DeveloperToken(str(client["name"]), api_client=str(client["id"]))
    return {"token": {"value": value, "updated_at": developer.now()}}


def _revoke(developer: DeveloperState, client: JsonObject) -> None:
    for value in [v for v, t in developer.tokens.items() if t.api_client == str(client["id"])]:
        del developer.tokens[value]


# -- agents and the log ------------------------------------------------------------------------


def list_groups(call: DeveloperCall) -> Any:
    names = ("id", "name", "in_use", "created_at")
    groups = call.page(call.developer.tables["on_prem_groups"].values())
    return [{name: group[name] for name in names} for group in groups]


def show_status(call: DeveloperCall) -> Any:
    group = call.developer.find("on_prem_groups", call.parts["id"])
    return {"agents_count": group["agents_count"], "active_agents": group["active_agents"]}


def list_activity(call: DeveloperCall) -> Any:
    """Newest first; ``page[after]`` continues after an entry."""
    rows = list(reversed(call.developer.tables["activity"].values()))
    for bound, keeps in (("from", datetime.__ge__), ("to", datetime.__le__)):
        if raw := call.query.get(bound):
            limit = _instant(raw, bound)
            rows = [row for row in rows if keeps(parse_rfc3339(row["timestamp"]), limit)]
    wanted = call.query.getlist("include_event_types[]")
    rows = [row for row in rows if not wanted or row["event_type"] in wanted]
    if after := call.query.get("page[after]"):
        rows = [row for row in rows if int(row["id"]) < _number(after, "page[after]")]
    size = _number(call.query.get("page[size]", "100"), "page[size]")
    if size < 1:
        raise Refusal(400, "page[size] must be a whole number from 1 on.")
    return Plain({"data": rows[: min(size, _LARGEST_PAGE)], "total": len(rows)})


def _instant(raw: str, name: str) -> datetime:
    try:
        return parse_rfc3339(raw)
    except ValueError:
        raise Refusal(400, f"{name} must be an RFC 3339 timestamp.") from None


def _number(raw: str, name: str) -> int:
    if not raw.isascii() or not raw.isdigit():
        raise Refusal(400, f"{name} must be a whole number.")
    return int(raw)
