"""Lists, bundles and tasks. Source: recordings 12-list-skills-export-import and 13-lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.demo.clock import rfc3339
from tui.demo.context import DemoContext
from tui.demo.errors import Detail
from tui.demo.middleware import Operation, visit_of
from tui.demo.records import JsonObject
from tui.demo.request_parsing import query_of
from tui.demo.workflows import dialect as shapes
from tui.demo.workflows.catalog import Catalog
from tui.demo.workflows.dialect import bundle_item, task_row
from tui.demo.workflows.records import UNDER_WAY, DemoWorkflow
from tui.demo.workflows.requests import ImportBody, given_options, read_body

_Handler = Callable[[DemoContext, Request], Awaitable[Response]]
_EMPTY = ("mcps", "knowledge-sources", "memories", "scheduled-agents")
"""Lists that are always empty."""


def list_operations() -> tuple[Operation, ...]:
    """Return the operations of the lists; all agents are shared and have no owner."""
    tools = "/api/custom-tools"
    return (
        *_listed("agents", "/api/agents", "Agent", lambda c: c.agents, shapes.agent),
        *_listed("skills", "/api/skills", "Skill", lambda c: c.skills, shapes.skill),
        Operation("lists", "GET", "/api/guardrails", list_guardrails),
        *_listed("lists", "/api/guardrails", "Guardrail", lambda c: c.guardrails, shapes.guardrail)[
            1:
        ],
        *_listed("lists", "/api/tokens", "Token", lambda c: c.tokens, shapes.token)[:1],
        *_listed("lists", tools, "Custom tool", lambda c: c.tools, shapes.custom_tool),
        Operation("lists", "GET", f"{tools}/{{entry}}/env-mapping", get_env_mapping),
        *_listed("lists", "/api/providers", "Provider", lambda c: c.providers, shapes.provider),
        *(Operation("lists", "GET", f"/api/{name}", _empty_list) for name in _EMPTY),
        Operation("lists", "GET", "/health", health),
    )


def _listed(
    name: str,
    path: str,
    what: str,
    of: Callable[[Catalog], Mapping[str, Any]],
    shape: Callable[[Any], JsonObject],
) -> tuple[Operation, Operation]:
    """Return the operations of one list: all of it, and one entry."""

    async def all_of_them(demo: DemoContext, request: Request) -> Response:
        demo.workflows.caller(request)
        return JSONResponse([shape(entry) for entry in of(demo.workflows.catalog).values()])

    async def one(demo: DemoContext, request: Request) -> Response:
        demo.workflows.caller(request)
        entry = of(demo.workflows.catalog).get(request.path_params["entry"])
        if entry is None:
            raise Detail(404, f"{what} not found")
        return JSONResponse(shape(entry))

    return (
        Operation(name, "GET", path, all_of_them),
        Operation(name, "GET", f"{path}/{{entry}}", one),
    )


async def list_guardrails(demo: DemoContext, request: Request) -> Response:
    """Return all guardrails, or those with a tag."""
    demo.workflows.caller(request)
    tag = query_of(request).get("tag")
    known = demo.workflows.catalog.guardrails.values()
    return JSONResponse([shapes.guardrail(g) for g in known if tag is None or tag in g.tags])


async def get_env_mapping(demo: DemoContext, request: Request) -> Response:
    demo.workflows.caller(request)
    tool = demo.workflows.catalog.tools.get(request.path_params["entry"])
    if tool is None:
        raise Detail(404, "Custom tool not found")
    return JSONResponse(shapes.env_mapping(tool, demo.workflows.catalog))


async def _empty_list(demo: DemoContext, request: Request) -> Response:
    demo.workflows.caller(request)
    return JSONResponse([])


async def health(demo: DemoContext, request: Request) -> Response:
    return JSONResponse({"status": "ok"})


_WORKFLOWS = "/api/workflows"


def bundle_operations() -> tuple[Operation, ...]:
    return (
        Operation("export", "GET", f"{_WORKFLOWS}/export", export_all),
        Operation("import", "POST", f"{_WORKFLOWS}/import", import_bundle),
        Operation("export", "GET", f"{_WORKFLOWS}/{{workflow}}/export", export_one),
    )


async def export_all(demo: DemoContext, request: Request) -> Response:
    return _bundle(demo, demo.workflows.owned_by(demo.workflows.caller(request)))


async def export_one(demo: DemoContext, request: Request) -> Response:
    return _bundle(demo, [demo.workflows.own(request)])


def _bundle(demo: DemoContext, workflows: Iterable[DemoWorkflow]) -> Response:
    return JSONResponse(
        {
            "version": "1.0",
            "exported_at": rfc3339(demo.state.clock.now()),
            "resource_type": "workflow",
            "items": [bundle_item(workflow) for workflow in workflows],
        }
    )


async def import_bundle(demo: DemoContext, request: Request) -> Response:
    """Import a bundle: always 201; unknown agents are among the errors."""
    caller, body = demo.workflows.caller(request), await read_body(ImportBody, request)
    ids, errors = [], []
    for item in body.items:
        try:
            agent = demo.workflows.agent(item.agent_id)
        except Detail:
            errors.append(f"{item.title}: agent_id '{item.agent_id}' not found")
        else:
            created = demo.workflows.create(caller, agent, given_options(item))
            ids.append(created.workflow_id)
    return JSONResponse({"created": len(ids), "errors": errors, "ids": ids}, 201)


_TASKS = "/api/tasks"
_ONE = f"{_TASKS}/{{task}}"
_NO_PROGRESS: JsonObject = {"todos": [], "current_step": None, "percent_complete": 0.0}


def task_operations() -> tuple[Operation, ...]:
    return (
        Operation("tasks", "GET", _TASKS, list_tasks),
        Operation("tasks", "GET", f"{_TASKS}/workflow/{{workflow}}", list_workflow_tasks),
        Operation("tasks", "GET", _ONE, get_task),
        Operation("tasks", "GET", f"{_ONE}/progress", get_progress),
        Operation("halt", "POST", f"{_ONE}/stop", stop_task),
    )


async def list_tasks(demo: DemoContext, request: Request) -> Response:
    """Return all runs of the caller's workflows, newest first."""
    mine = demo.workflows.owned_by(demo.workflows.caller(request))
    rows = [(task.number, task_row(workflow, task)) for workflow in mine for task in workflow.tasks]
    return JSONResponse([row for _, row in sorted(rows, key=lambda row: -row[0])])


async def list_workflow_tasks(demo: DemoContext, request: Request) -> Response:
    workflow = demo.workflows.own(request)
    return JSONResponse([task_row(workflow, task) for task in reversed(workflow.tasks)])


async def get_task(demo: DemoContext, request: Request) -> Response:
    workflow, task = demo.workflows.own_task(request)
    return JSONResponse(demo.workflow_shape.task(workflow, task))


async def get_progress(demo: DemoContext, request: Request) -> Response:
    _, task = demo.workflows.own_task(request)
    return JSONResponse(task.progress or _NO_PROGRESS)


async def stop_task(demo: DemoContext, request: Request) -> Response:
    workflow, task = demo.workflows.own_task(request)
    if task.status not in UNDER_WAY:
        raise Detail(400, f"Task is not stoppable (status={task.status})")
    ask_to_halt(demo, workflow)
    visit_of(request).summary = workflow.workflow_id
    answer = {"status": "halt_requested", "workflow_id": workflow.workflow_id}
    return JSONResponse(answer, 202)


def ask_to_halt(demo: DemoContext, workflow: DemoWorkflow) -> None:
    """Set the halt flag, which only some provider paths check."""
    workflow.halted_at = demo.state.clock.now()
