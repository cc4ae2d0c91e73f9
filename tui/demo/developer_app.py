"""All routes of the Developer API."""

from __future__ import annotations

from starlette.routing import Route

from tui.demo.demo import Demo
from tui.demo.developer import developer_routes_of
from tui.demo.developer_clients import client_resources
from tui.demo.developer_genies import genie_resources
from tui.demo.developer_guardrails import guardrail_resources
from tui.demo.developer_knowledge import knowledge_resources
from tui.demo.developer_recipes import recipe_resources
from tui.demo.developer_users import user_resources
from tui.demo.developer_workspace import workspace_resources


def developer_routes(demo: Demo) -> list[Route]:
    """Clients and guardrails come before genies: ``/genies/clients`` is no genie."""
    return developer_routes_of(
        demo,
        (
            *client_resources(demo.identity),
            *guardrail_resources(),
            *genie_resources(),
            *knowledge_resources(),
            *recipe_resources(),
            *workspace_resources(),
            *user_resources(),
        ),
    )
