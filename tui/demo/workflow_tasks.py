"""Runs of workflows in the demo's Workflows API: lists, progress, stop.

Source: recordings 03-progress-custom, 04-*, 05-stop-task-claude.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.demo.demo import Demo
from tui.demo.gateway import Operation, visit_of
from tui.demo.problems import Detail
from tui.demo.records import JsonObject
from tui.demo.workflow_records import UNDER_WAY, Workflow
from tui.demo.workflow_shapes import task_row

_ALL = "/api/tasks"
_ONE = f"{_ALL}/{{task}}"
_NO_PROGRESS: JsonObject = {"todos": [], "current_step": None, "percent_complete": 0.0}


def task_operations() -> tuple[Operation, ...]:
    return (
        Operation("tasks", "GET", _ALL, list_tasks),
        Operation("tasks", "GET", f"{_ALL}/workflow/{{workflow}}", list_workflow_tasks),
        Operation("tasks", "GET", _ONE, get_task),
        Operation("tasks", "GET", f"{_ONE}/progress", get_progress),
        Operation("halt", "POST", f"{_ONE}/stop", stop_task),
    )


async def list_tasks(demo: Demo, request: Request) -> Response:
    """All runs of the caller's workflows, newest first."""
    mine = demo.workshop.owned_by(demo.workshop.caller(request))
    rows = [(task.number, task_row(workflow, task)) for workflow in mine for task in workflow.tasks]
    return JSONResponse([row for _, row in sorted(rows, key=lambda row: -row[0])])


async def list_workflow_tasks(demo: Demo, request: Request) -> Response:
    workflow = demo.workshop.own(request)
    return JSONResponse([task_row(workflow, task) for task in reversed(workflow.tasks)])


async def get_task(demo: Demo, request: Request) -> Response:
    workflow, task = demo.workshop.own_task(request)
    return JSONResponse(demo.workflow_shape.task(workflow, task))


async def get_progress(demo: Demo, request: Request) -> Response:
    _, task = demo.workshop.own_task(request)
    return JSONResponse(task.progress or _NO_PROGRESS)


async def stop_task(demo: Demo, request: Request) -> Response:
    workflow, task = demo.workshop.own_task(request)
    if task.status not in UNDER_WAY:
        raise Detail(400, f"Task is not stoppable (status={task.status})")
    ask_to_halt(demo, workflow)
    visit_of(request).summary = workflow.workflow_id
    answer = {"status": "halt_requested", "workflow_id": workflow.workflow_id}
    return JSONResponse(answer, 202)


def ask_to_halt(demo: Demo, workflow: Workflow) -> None:
    """Set the flag that some paths look at."""
    workflow.halted_at = demo.world.clock.now()
