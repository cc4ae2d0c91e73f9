"""ASGI application: one Starlette app, one module of routes per API."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from tui.demo.context import DemoContext
from tui.demo.developer.routes import developer_routes
from tui.demo.errors import Refusal
from tui.demo.headless.connection_consent import consent_routes
from tui.demo.headless.routes import headless_routes
from tui.demo.identity.errors import OAuthRefusal, on_oauth_refusal
from tui.demo.identity.routes import identity_routes
from tui.demo.middleware import Middleware, on_refusal
from tui.demo.workflows.routes import workflow_routes


def build_app(demo: DemoContext) -> ASGIApp:
    """Return the ASGI application of a demo server; a further API adds its routes here."""
    router = Starlette(
        routes=[
            *headless_routes(demo),
            *consent_routes(demo),
            *identity_routes(demo),
            *workflow_routes(demo),
            *developer_routes(demo),
        ],
        exception_handlers={
            Refusal: on_refusal,
            HTTPException: on_refusal,
            OAuthRefusal: on_oauth_refusal,
        },
    )
    router.router.redirect_slashes = False
    return Middleware(router, demo)
