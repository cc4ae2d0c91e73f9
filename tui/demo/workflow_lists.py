"""What there is to choose from in the demo's Workflows API. Source: recording 13-lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.demo import workflow_shapes as shapes
from tui.demo.demo import Demo
from tui.demo.gateway import Operation
from tui.demo.inputs import query_of
from tui.demo.problems import Detail
from tui.demo.records import JsonObject
from tui.demo.workflow_catalog import Catalog

_Handler = Callable[[Demo, Request], Awaitable[Response]]
_EMPTY = ("mcps", "knowledge-sources", "memories", "scheduled-agents")
"""Lists with nothing in them."""


def list_operations() -> tuple[Operation, ...]:
    """The lists and their entries; all agents are shared, so that nobody owns them."""
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
    """The operations of one list: all of it, and one entry."""

    async def all_of_them(demo: Demo, request: Request) -> Response:
        demo.workshop.caller(request)
        return JSONResponse([shape(entry) for entry in of(demo.workshop.catalog).values()])

    async def one(demo: Demo, request: Request) -> Response:
        demo.workshop.caller(request)
        entry = of(demo.workshop.catalog).get(request.path_params["entry"])
        if entry is None:
            raise Detail(404, f"{what} not found")
        return JSONResponse(shape(entry))

    return (
        Operation(name, "GET", path, all_of_them),
        Operation(name, "GET", f"{path}/{{entry}}", one),
    )


async def list_guardrails(demo: Demo, request: Request) -> Response:
    """All guardrails, or those with a tag."""
    demo.workshop.caller(request)
    tag = query_of(request).get("tag")
    known = demo.workshop.catalog.guardrails.values()
    return JSONResponse([shapes.guardrail(g) for g in known if tag is None or tag in g.tags])


async def get_env_mapping(demo: Demo, request: Request) -> Response:
    demo.workshop.caller(request)
    tool = demo.workshop.catalog.tools.get(request.path_params["entry"])
    if tool is None:
        raise Detail(404, "Custom tool not found")
    return JSONResponse(shapes.env_mapping(tool, demo.workshop.catalog))


async def _empty_list(demo: Demo, request: Request) -> Response:
    demo.workshop.caller(request)
    return JSONResponse([])


async def health(demo: Demo, request: Request) -> Response:
    return JSONResponse({"status": "ok"})
