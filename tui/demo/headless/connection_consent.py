"""Page on which the user connects one of their accounts, like that of a vendor."""

from __future__ import annotations

import base64
import hashlib
import html
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tui.demo.context import DemoContext
from tui.demo.errors import Refusal
from tui.demo.headless.runs import Attempt
from tui.demo.middleware import Operation, routes, visit_of
from tui.demo.request_parsing import form_field
from tui.demo.scripts.steps import Outcome

_STYLE = files("tui.demo.headless").joinpath("connection_consent.css").read_text("utf-8")
_PAGE = Template(files("tui.demo.headless").joinpath("connection_consent.html").read_text("utf-8"))
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_BUTTONS = (
    '<form method="post">'
    '<button name="decision" value="deny">Deny</button>'
    '<button name="decision" value="allow">Allow</button>'
    "</form>"
)
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def consent_routes(demo: DemoContext) -> list[Route]:
    """Return the page's route, and that of its buttons."""
    path = "/connect/{token}"
    return routes(
        demo,
        (
            Operation("consent page", "GET", path, show_consent),
            Operation("consent", "POST", path, take_consent),
        ),
    )


async def show_consent(demo: DemoContext, request: Request) -> Response:
    attempt = _open_attempt(demo, request)
    if attempt is None:
        return _gone()
    text = f"Allow Ifrit to use your {attempt.connector} account until you revoke access?"
    return page(f"Connect {attempt.connector}", text, form=_BUTTONS)


async def take_consent(demo: DemoContext, request: Request) -> Response:
    """Allow or deny, once. A form on another site is refused by its ``Origin``."""
    if request.headers.get("origin", demo.state.url) not in (demo.state.url, "null"):
        raise Refusal(403)
    attempt = _open_attempt(demo, request)
    decision = await form_field(request, "decision")
    if attempt is None:
        return _gone()
    if decision not in ("allow", "deny"):
        raise Refusal(400, "decision must be allow or deny.")
    attempt.answer.set_result(Outcome(decision == "allow", "access was denied on the consent page"))
    visit_of(request).summary = f"{attempt.attempt_id} {decision}"
    if decision == "allow":
        text = "Return to the terminal. Ifrit continues automatically."
        return page(f"{attempt.connector} is connected", text)
    return page("Access denied", "Nothing was shared. Ifrit can see that you declined.")


def _open_attempt(demo: DemoContext, request: Request) -> Attempt | None:
    attempt = demo.state.attempt_with(request.path_params["token"])
    if attempt is None or attempt.answer.done() or demo.state.clock.now() >= attempt.expires_at:
        return None
    return attempt


def _gone() -> Response:
    return page(
        "This link has expired",
        "Links work once and expire after a few minutes. Ask for a new one in the terminal.",
        status=410,
    )


def page(title: str, text: str, *, form: str = "", status: int = 200) -> Response:
    """Return a self-contained page; ``title`` and ``text`` are escaped, ``form`` is ours."""
    content = _PAGE.substitute(
        title=html.escape(title), text=html.escape(text), style=_STYLE, form=form
    )
    return HTMLResponse(content, status, headers=_HEADERS)
