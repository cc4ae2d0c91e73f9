"""Bundles of the demo's Workflows API. Source: recording 12-list-skills-export-import."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.demo.clock import rfc3339
from tui.demo.demo import Demo
from tui.demo.gateway import Operation
from tui.demo.problems import Detail
from tui.demo.workflow_records import Workflow
from tui.demo.workflow_requests import ImportBody, given_options, read_body
from tui.demo.workflow_shapes import bundle_item

_ALL = "/api/workflows"


def bundle_operations() -> tuple[Operation, ...]:
    return (
        Operation("export", "GET", f"{_ALL}/export", export_all),
        Operation("import", "POST", f"{_ALL}/import", import_bundle),
        Operation("export", "GET", f"{_ALL}/{{workflow}}/export", export_one),
    )


async def export_all(demo: Demo, request: Request) -> Response:
    return _bundle(demo, demo.workshop.owned_by(demo.workshop.caller(request)))


async def export_one(demo: Demo, request: Request) -> Response:
    return _bundle(demo, [demo.workshop.own(request)])


def _bundle(demo: Demo, workflows: Iterable[Workflow]) -> Response:
    return JSONResponse(
        {
            "version": "1.0",
            "exported_at": rfc3339(demo.world.clock.now()),
            "resource_type": "workflow",
            "items": [bundle_item(workflow) for workflow in workflows],
        }
    )


async def import_bundle(demo: Demo, request: Request) -> Response:
    """201 whatever becomes of it; agents that are unknown are among the errors."""
    caller, body = demo.workshop.caller(request), await read_body(ImportBody, request)
    ids, errors = [], []
    for item in body.items:
        try:
            agent = demo.workshop.agent(item.agent_id)
        except Detail:
            errors.append(f"{item.title}: agent_id '{item.agent_id}' not found")
        else:
            created = demo.workshop.create(caller, agent, given_options(item))
            ids.append(created.workflow_id)
    return JSONResponse({"created": len(ids), "errors": errors, "ids": ids}, 201)
