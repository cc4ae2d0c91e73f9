"""The Workflows API. Source: Workflows API; for recorded servers, the recordings."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tui.demo.context import DemoContext
from tui.demo.errors import Detail
from tui.demo.middleware import Operation, event_stream, routes, visit_of
from tui.demo.records import JsonObject
from tui.demo.scripts.steps import ScriptPrompt
from tui.demo.workflows.documented_worker import DocumentedWorker
from tui.demo.workflows.event_stream import follow
from tui.demo.workflows.operations import (
    ask_to_halt,
    bundle_operations,
    list_operations,
    task_operations,
)
from tui.demo.workflows.provider_paths import worker_for
from tui.demo.workflows.records import DemoWorkflow
from tui.demo.workflows.requests import (
    CreateBody,
    PromptBody,
    UpdateBody,
    checked_format,
    given_options,
    read_body,
)
from tui.demo.workflows.scripts import script_for
from tui.demo.workflows.tools import check_prompt

_ALL = "/api/workflows"
_ONE = f"{_ALL}/{{workflow}}"
_SKILL = f"{_ONE}/skills/{{skill}}"
_NULLABLE = frozenset(
    {"title", "reasoning_effort", "repo_url", "repo_branch", "repo_token_name", "webhook_url"}
)
"""Fields that null clears. For lists null is a mistake that crashes the server."""
_LISTS = frozenset({"guardrail_ids", "guardrail_tags", "skill_ids", "skill_tags"})


def workflow_routes(demo: DemoContext) -> list[Route]:
    """Return all routes of the API."""
    return routes(
        demo,
        (
            *list_operations(),
            *task_operations(),
            *bundle_operations(),
            Operation("list", "GET", f"{_ALL}/", without_slash),
            Operation("create", "POST", f"{_ALL}/", without_slash),
            Operation("list", "GET", _ALL, list_workflows),
            Operation("create", "POST", _ALL, create_workflow),
            Operation("get", "GET", _ONE, get_workflow),
            Operation("update", "PUT", _ONE, update_workflow),
            Operation("delete", "DELETE", _ONE, delete_workflow),
            Operation("update", "POST", f"{_ONE}/reset", reset_workflow),
            Operation("send", "POST", f"{_ONE}/prompt", send_prompt),
            Operation("halt", "POST", f"{_ONE}/halt", halt),
            Operation("stream", "GET", f"{_ONE}/stream", stream, resumed="resume"),
            Operation("skills", "POST", _SKILL, install_skill),
            Operation("skills", "DELETE", _SKILL, remove_skill),
        ),
    )


async def without_slash(demo: DemoContext, request: Request) -> Response:
    """Redirect to the path without the slash. Source: recording 12-crud."""
    return RedirectResponse(f"{demo.state.url}{_ALL}", 307)


async def list_workflows(demo: DemoContext, request: Request) -> Response:
    """Return the caller's workflows, all at once, newest first."""
    mine = demo.workflows.owned_by(demo.workflows.caller(request))
    return JSONResponse([demo.workflow_shape.workflow(workflow) for workflow in mine])


async def create_workflow(demo: DemoContext, request: Request) -> Response:
    caller, body = demo.workflows.caller(request), await read_body(CreateBody, request)
    checked_format(body)
    agent = demo.workflows.agent(body.agent_id)
    workflow = demo.workflows.create(caller, agent, given_options(body))
    visit_of(request).summary = workflow.workflow_id
    return JSONResponse(demo.workflow_shape.workflow(workflow), 201)


async def get_workflow(demo: DemoContext, request: Request) -> Response:
    return JSONResponse(demo.workflow_shape.workflow(demo.workflows.own(request)))


async def update_workflow(demo: DemoContext, request: Request) -> Response:
    """Change the given fields; ``status`` activates or deactivates a workflow."""
    workflow, body = demo.workflows.own(request), await read_body(UpdateBody, request)
    checked_format(body)
    if body.status not in (None, "active", "inactive"):
        raise Detail(400, "status must be 'active' or 'inactive'")
    agent = demo.workflows.agent(body.agent_id) if body.agent_id is not None else workflow.agent
    emptied = {name for name in body.model_fields_set if getattr(body, name) is None}
    if emptied & _LISTS:
        return PlainTextResponse("Internal Server Error", 500)
    workflow.agent = agent
    workflow.settings |= dict.fromkeys(emptied & _NULLABLE) | _changes(demo, body)
    workflow.active = (body.status or workflow.status) != "inactive"
    workflow.updated_at = demo.state.clock.now()
    visit_of(request).summary = ", ".join(sorted(body.model_fields_set))
    return JSONResponse(demo.workflow_shape.workflow(workflow))


def _changes(demo: DemoContext, body: UpdateBody) -> JsonObject:
    kept = set() if demo.settings.documented_workflows else {"error_webhook_url"}
    dropped = {"agent_id", "status"} | kept
    return {name: value for name, value in given_options(body).items() if name not in dropped}


async def delete_workflow(demo: DemoContext, request: Request) -> Response:
    workflow = demo.workflows.own(request)
    demo.workflows.delete(workflow)
    visit_of(request).summary = workflow.workflow_id
    return Response(status_code=204)


async def reset_workflow(demo: DemoContext, request: Request) -> Response:
    """Reset a hanging workflow to active. Source: recording 12-crud."""
    workflow, aborted = demo.workflows.own(request), 0
    for task in workflow.tasks:
        if task.status in ("pending", "running"):
            task.status = "failed"
            aborted += 1
    if workflow.busy:
        workflow.task_status = "failed"
    workflow.active = True
    return JSONResponse({"detail": "Workflow reset to active", "tasks_aborted": aborted})


async def send_prompt(demo: DemoContext, request: Request) -> Response:
    """Start a run; the previous one is forgotten first, even if the prompt is then refused."""
    workflow, body = demo.workflows.own(request), await read_body(PromptBody, request)
    if workflow.busy if demo.settings.documented_workflows else workflow.status == "running":
        raise Detail(400, "A task is already running for this workflow")
    if not workflow.active:
        raise Detail(400, "Workflow is inactive")
    workflow.logs.clear()
    workflow.messages.clear()
    text = _text_of(body)
    check_prompt(demo.workflows.guardrails_of(workflow), text, body.request)
    accepted = _begin(demo, workflow, text, body.reasoning_effort)
    visit_of(request).summary = text
    return JSONResponse(accepted, 201)


def _text_of(body: PromptBody) -> str:
    if body.request:
        return json.dumps(body.request, ensure_ascii=False)
    if not body.prompt:
        raise Detail(400, "Either 'prompt' or 'request' must be provided.")
    return body.prompt


def _begin(demo: DemoContext, workflow: DemoWorkflow, text: str, effort: str | None) -> JsonObject:
    waiting, workflows = workflow.busy, demo.workflows
    task = workflows.begin_task(workflow, text, effort)
    accepted = demo.workflow_shape.accepted(workflow, task)
    script = script_for(ScriptPrompt(text, workflow.owner.capitalize()), workflow.agent.path)
    if demo.settings.documented_workflows:
        documented = DocumentedWorker(workflows, workflow, task)
        documented.log("prompt_received", text)
        demo.state.spawn(documented.run(script))
    else:
        if not waiting:
            workflow.feed.skip_number()
        demo.state.spawn(worker_for(workflows, workflow, task).run(script))
    return accepted


async def halt(demo: DemoContext, request: Request) -> Response:
    workflow = demo.workflows.own(request)
    if not workflow.active:
        raise Detail(400, "Workflow is inactive, cannot halt")
    if not workflow.busy:
        raise Detail(400, "No running task to halt")
    ask_to_halt(demo, workflow)
    visit_of(request).summary = workflow.workflow_id
    status = 200 if demo.settings.documented_workflows else 202
    return JSONResponse({"detail": "Halt signal sent"}, status)


async def stream(demo: DemoContext, request: Request) -> Response:
    """Stream events from now on, or since ``Last-Event-ID``. Needs no token, as recorded."""
    workflow = demo.workflows.named(request)
    last = request.headers.get("last-event-id", "")
    known = int(last) if last.isascii() and last.isdigit() else None
    visit_of(request).summary = last
    return event_stream(demo, request, None, follow(demo, workflow.feed, known))


async def install_skill(demo: DemoContext, request: Request) -> Response:
    workflow, skill_id = demo.workflows.own(request), request.path_params["skill"]
    if skill_id not in demo.workflows.catalog.skills:
        raise Detail(404, "Skill not found")
    installed = workflow.settings["skill_ids"]
    if skill_id in installed:
        raise Detail(409, "Skill already installed")
    workflow.settings["skill_ids"] = [*installed, skill_id]
    return JSONResponse(demo.workflow_shape.workflow(workflow))


async def remove_skill(demo: DemoContext, request: Request) -> Response:
    workflow, skill_id = demo.workflows.own(request), request.path_params["skill"]
    installed = workflow.settings["skill_ids"]
    if skill_id not in installed:
        raise Detail(404, "Skill not installed in this workflow")
    workflow.settings["skill_ids"] = [other for other in installed if other != skill_id]
    return JSONResponse(demo.workflow_shape.workflow(workflow))
