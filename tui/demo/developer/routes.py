"""Routes of the Developer API."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from tui.demo.context import DemoContext
from tui.demo.developer.clients import client_resources
from tui.demo.developer.genies import genie_resources, guardrail_resources
from tui.demo.developer.knowledge import knowledge_resources
from tui.demo.developer.recipes import recipe_resources
from tui.demo.developer.resources import DeveloperCall, Plain, Resource, developer_routes_of
from tui.demo.developer.workspace import workspace_resources
from tui.demo.records import JsonObject, User


def user_resources() -> tuple[Resource, ...]:
    return (Resource("users", "GET", "/api/iam/users", find_users),)


def find_users(call: DeveloperCall) -> Any:
    """Return users with ``query`` in their name or email, or with one of ``emails[]``."""
    words = call.query.get("query", "").strip().casefold()
    emails = {email.casefold() for email in call.query.getlist("emails[]") if email}
    users = [
        user
        for user in call.developer.state.users.values()
        if (not words or words in f"{user.name}\n{user.email}".casefold())
        and (not emails or user.email.casefold() in emails)
    ]
    return Plain({"data": call.page([_shown(user) for user in users]), "total": len(users)})


def _shown(user: User) -> JsonObject:
    status = "active" if user.active else "invited"
    return {"id": user.user_id, "email": user.email, "name": user.name, "status": status}


def developer_routes(demo: DemoContext) -> list[Route]:
    """Return all routes. Clients and guardrails come before genies: ``/genies/clients`` is no
    genie.
    """
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
