"""The Workflows API. Source: Workflows API; agents, skills, 202 for a halt and the words of the
refusals as they were observed."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.demo import workflow_shapes as shapes
from tui.demo.clock import rfc3339
from tui.demo.demo import Demo
from tui.demo.gateway import Operation, event_stream, routes, visit_of
from tui.demo.inputs import json_body
from tui.demo.problems import Detail
from tui.demo.records import JsonObject
from tui.demo.scripts import choose
from tui.demo.steps import Prompt
from tui.demo.workflow_frames import follow
from tui.demo.workflow_records import Workflow
from tui.demo.workflow_worker import Worker
from tui.demo.workshop import checked_settings

_ALL = "/api/workflows"
_ONE = f"{_ALL}/{{workflow}}"
_SKILL = f"{_ONE}/skills/{{skill}}"
_FORBIDDEN = re.compile(r"\bforbidden\b", re.IGNORECASE)


def workflow_routes(demo: Demo) -> list[Route]:
    """All routes of the API."""
    return routes(
        demo,
        (
            Operation("agents", "GET", "/api/agents", list_agents),
            Operation("skills", "GET", "/api/skills", list_skills),
            Operation("export", "GET", f"{_ALL}/export", export_all),
            Operation("import", "POST", f"{_ALL}/import", import_bundle),
            Operation("list", "GET", _ALL, list_workflows),
            Operation("create", "POST", _ALL, create_workflow),
            Operation("get", "GET", _ONE, get_workflow),
            Operation("update", "PUT", _ONE, update_workflow),
            Operation("delete", "DELETE", _ONE, delete_workflow),
            Operation("send", "POST", f"{_ONE}/prompt", send_prompt),
            Operation("halt", "POST", f"{_ONE}/halt", halt),
            Operation("stream", "GET", f"{_ONE}/stream", stream, resumed="resume"),
            Operation("skills", "POST", _SKILL, install_skill),
            Operation("skills", "DELETE", _SKILL, remove_skill),
            Operation("export", "GET", f"{_ONE}/export", export_one),
        ),
    )


async def list_agents(demo: Demo, request: Request) -> Response:
    demo.workshop.caller(request)
    return JSONResponse([shapes.agent(agent) for agent in demo.workshop.agents.values()])


async def list_skills(demo: Demo, request: Request) -> Response:
    demo.workshop.caller(request)
    return JSONResponse([shapes.skill(skill) for skill in demo.workshop.skills.values()])


async def list_workflows(demo: Demo, request: Request) -> Response:
    """Only the caller's, all at once, in the order in which they were created."""
    caller = demo.workshop.caller(request)
    mine = [w for w in demo.workshop.workflows.values() if w.owner == caller]
    return JSONResponse([demo.workflow_shape.workflow(workflow) for workflow in mine])


async def create_workflow(demo: Demo, request: Request) -> Response:
    caller, body = demo.workshop.caller(request), await json_body(request)
    if body.get("agent_id") is None:
        raise Detail(422, "Field required", where=("body", "agent_id"), given=body)
    agent = demo.workshop.agent(body["agent_id"])
    workflow = demo.workshop.create(caller, agent, checked_settings(body))
    visit_of(request).summary = workflow.workflow_id
    return JSONResponse(demo.workflow_shape.workflow(workflow), 201)


async def get_workflow(demo: Demo, request: Request) -> Response:
    return JSONResponse(demo.workflow_shape.workflow(demo.workshop.own(request)))


async def update_workflow(demo: Demo, request: Request) -> Response:
    """What is named changes, the rest stays; ``status`` switches a workflow on and off."""
    workflow, body = demo.workshop.own(request), await json_body(request)
    settings = checked_settings(body)
    if body.get("status") not in (None, "active", "inactive"):
        raise Detail(400, "status must be 'active' or 'inactive'")
    if body.get("agent_id") is not None:
        workflow.agent = demo.workshop.agent(body["agent_id"])
    workflow.settings |= settings
    workflow.active = body.get("status", workflow.status) != "inactive"
    workflow.updated_at = demo.world.clock.now()
    visit_of(request).summary = ", ".join(sorted(body))
    return JSONResponse(demo.workflow_shape.workflow(workflow))


async def delete_workflow(demo: Demo, request: Request) -> Response:
    workflow = demo.workshop.own(request)
    del demo.workshop.workflows[workflow.workflow_id]
    workflow.halt_asked = True
    visit_of(request).summary = workflow.workflow_id
    return Response(status_code=204)


async def send_prompt(demo: Demo, request: Request) -> Response:
    """Begin a run; the one before is forgotten first, even when the prompt is then refused."""
    workflow, body = demo.workshop.own(request), await json_body(request)
    if workflow.busy:
        raise Detail(400, "A task is already running for this workflow")
    if not workflow.active:
        raise Detail(400, "Workflow is inactive")
    workflow.logs.clear()
    workflow.messages.clear()
    text = _text_of(body)
    if _FORBIDDEN.search(text):
        raise Detail(422, "Blocked by guardrail 'safe-input': forbidden words")
    task_id = _begin(demo, workflow, text)
    visit_of(request).summary = text
    return JSONResponse(demo.workflow_shape.accepted(workflow, task_id), 201)


def _text_of(body: JsonObject) -> str:
    prompt = body.get("prompt") or body.get("request")
    if not prompt:
        raise Detail(400, "Either 'prompt' or 'request' must be provided.")
    return prompt if isinstance(prompt, str) else str(prompt)


def _begin(demo: Demo, workflow: Workflow, text: str) -> str:
    workflow.task_count += 1
    workflow.task_status = "pending"
    workflow.current_turn = 0
    workflow.task_at = workflow.updated_at = demo.world.clock.now()
    worker = Worker(demo.world, demo.workflow_shape, workflow)
    if not demo.settings.observed:
        worker.log("prompt_received", text)
    prompt = Prompt(text, workflow.owner.capitalize())
    demo.world.spawn(worker.run(text, choose(prompt).script(prompt)))
    return demo.world.ids.short("task")


async def halt(demo: Demo, request: Request) -> Response:
    workflow = demo.workshop.own(request)
    if not workflow.busy:
        raise Detail(400, "No running task to halt")
    workflow.halt_asked = True
    visit_of(request).summary = workflow.workflow_id
    return JSONResponse({"detail": "Halt signal sent"}, 202 if demo.settings.observed else 200)


async def stream(demo: Demo, request: Request) -> Response:
    """What happens from now on, or since ``Last-Event-ID``. Asks for no token, as was observed."""
    workflow = demo.workshop.named(request)
    last = request.headers.get("last-event-id", "")
    known = int(last) if last.isascii() and last.isdigit() else None
    place = workflow.feed.total if known is None else workflow.feed.place_after(known)
    visit_of(request).summary = last
    return event_stream(demo, request, None, follow(demo, workflow.feed, place))


async def install_skill(demo: Demo, request: Request) -> Response:
    workflow, skill_id = demo.workshop.own(request), request.path_params["skill"]
    if skill_id not in demo.workshop.skills:
        raise Detail(404, "Skill not found")
    installed = workflow.settings["skill_ids"]
    if skill_id not in installed:
        workflow.settings["skill_ids"] = [*installed, skill_id]
    return JSONResponse(demo.workflow_shape.workflow(workflow))


async def remove_skill(demo: Demo, request: Request) -> Response:
    workflow, skill_id = demo.workshop.own(request), request.path_params["skill"]
    installed = workflow.settings["skill_ids"]
    if skill_id not in installed:
        raise Detail(404, "Skill not found")
    workflow.settings["skill_ids"] = [other for other in installed if other != skill_id]
    return JSONResponse(demo.workflow_shape.workflow(workflow))


async def export_all(demo: Demo, request: Request) -> Response:
    caller = demo.workshop.caller(request)
    return _bundle(demo, [w for w in demo.workshop.workflows.values() if w.owner == caller])


async def export_one(demo: Demo, request: Request) -> Response:
    return _bundle(demo, [demo.workshop.own(request)])


def _bundle(demo: Demo, workflows: list[Workflow]) -> Response:
    items = [
        {"agent_id": workflow.agent.agent_id, **workflow.settings, "status": workflow.status}
        for workflow in workflows
    ]
    return JSONResponse(
        {
            "version": "1.0",
            "exported_at": rfc3339(demo.world.clock.now()),
            "resource_type": "workflow",
            "items": items,
        }
    )


async def import_bundle(demo: Demo, request: Request) -> Response:
    """201 whatever becomes of it; what failed is among the errors."""
    caller, body = demo.workshop.caller(request), await json_body(request)
    items = body.get("items")
    if not isinstance(items, list):
        raise Detail(422, "Field required", where=("body", "items"), given=body)
    ids, errors = [], []
    for number, item in enumerate(items):
        try:
            settings = item if isinstance(item, dict) else {}
            agent = demo.workshop.agent(settings.get("agent_id"))
            workflow = demo.workshop.create(caller, agent, checked_settings(settings))
            ids.append(workflow.workflow_id)
        except Detail as problem:
            errors.append(f"Item {number}: {problem.message}")
    return JSONResponse({"created": len(ids), "errors": errors, "ids": ids}, 201)
