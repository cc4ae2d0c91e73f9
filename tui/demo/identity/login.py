"""Authorization requests: from the login and consent pages back to the client."""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tui.demo.context import DemoContext
from tui.demo.identity.errors import OAuthRefusal, invalid_request
from tui.demo.identity.pages import PAGE_HEADERS, Pages
from tui.demo.identity.requests import Parameters, read_ask, read_form
from tui.demo.identity.state import Ask, RegisteredClient, SignIn
from tui.demo.middleware import visit_of

AUTHORIZE = "/oauth/authorize"
LOGIN = "/oauth/login/{sign_in}"
CONSENT = "/oauth/consent/{sign_in}"

_BROWSER_COOKIE = "genie_demo_browser"
_SESSION_COOKIE = "genie_demo_session"


async def authorize(demo: DemoContext, request: Request) -> Response:
    """Check a request and show the first page. Redirects only to registered URLs."""
    try:
        query = Parameters(request.scope["query_string"].decode("latin-1"))
        client = _client_of(demo, query)
    except OAuthRefusal as refusal:
        return Pages(demo).refused(refusal)
    try:
        ask = read_ask(query, client)
        return _first_page(demo, request, ask)
    except OAuthRefusal as refusal:
        return _see_other(_way_back(demo, client, query.get("state"), **refusal.body()))


def _client_of(demo: DemoContext, query: Parameters) -> RegisteredClient:
    """Return the client of a request, once its redirect URL has been checked."""
    client = demo.identity.clients.get(query.require("client_id"))
    if client is None:
        raise OAuthRefusal("unauthorized_client", "No client is registered with this client_id.")
    if query.require("redirect_uri") != client.redirect_url:
        raise invalid_request(
            f"redirect_uri is not the registered {client.redirect_url}, character for character."
        )
    return client


def _first_page(demo: DemoContext, request: Request, ask: Ask) -> Response:
    session = demo.identity.session(request.cookies.get(_SESSION_COOKIE, ""))
    if "none" in ask.prompt:
        error = "consent_required" if session else "login_required"
        raise OAuthRefusal(error, "The user has to see a page, which prompt=none forbids.")
    if ask.prompt & {"login", "select_account"}:
        session = None
    browser = request.cookies.get(_BROWSER_COOKIE) or demo.state.ids.secret()
    sign_in = demo.identity.begin(ask, browser, session)
    response = _see_other(_path(CONSENT if session else LOGIN, sign_in))
    _set_cookie(response, _BROWSER_COOKIE, browser)
    return response


async def show_login(demo: DemoContext, request: Request) -> Response:
    sign_in = _open_sign_in(demo, request)
    return Pages(demo).login(sign_in) if sign_in else Pages(demo).over()


async def take_login(demo: DemoContext, request: Request) -> Response:
    """Sign in the chosen user, and continue with the consent."""
    form = await read_form(request)
    sign_in = _sign_in(demo, request)
    if sign_in is None:
        return Pages(demo).over()
    _check_form(form, sign_in)
    if sign_in.answer:
        return _see_other(sign_in.answer)
    if form.get("decision") == "deny":
        return _finish(demo, request, sign_in, allowed=False)
    user = demo.state.users.get(form.get("user"))
    if user is None:
        raise invalid_request("user is not one of the demo users.")
    cookie, sign_in.session = demo.identity.remember(user)
    visit_of(request).summary = user.user_id
    response = _see_other(_path(CONSENT, sign_in))
    _set_cookie(response, _SESSION_COOKIE, cookie)
    return response


async def show_consent(demo: DemoContext, request: Request) -> Response:
    sign_in = _open_sign_in(demo, request)
    if sign_in is None:
        return Pages(demo).over()
    if sign_in.session is None:
        return _see_other(_path(LOGIN, sign_in))
    return Pages(demo).consent(sign_in, sign_in.session.user)


async def take_consent(demo: DemoContext, request: Request) -> Response:
    """Redirect the browser to the client; to the same URL if the form is sent again."""
    form = await read_form(request)
    sign_in = _sign_in(demo, request)
    if sign_in is None:
        return Pages(demo).over()
    _check_form(form, sign_in)
    if sign_in.answer:
        return _see_other(sign_in.answer)
    decision = form.get("decision")
    if decision == "switch":
        return _see_other(_path(LOGIN, sign_in))
    if decision not in ("allow", "deny"):
        raise invalid_request("decision must be allow, deny or switch.")
    return _finish(demo, request, sign_in, allowed=decision == "allow")


def _finish(demo: DemoContext, request: Request, sign_in: SignIn, *, allowed: bool) -> Response:
    if not allowed:
        fields = {"error": "access_denied", "error_description": "The user denied access."}
    elif sign_in.session:
        fields = {"code": demo.identity.issue_code(sign_in.session, sign_in.ask)}
    else:
        raise invalid_request("You're not signed in.")
    sign_in.answer = _way_back(demo, sign_in.ask.client, sign_in.ask.state, **fields)
    who = sign_in.session.user.user_id if sign_in.session else "nobody"
    visit_of(request).summary = f"{who} {'allow' if allowed else 'deny'}"
    return _see_other(sign_in.answer)


def _sign_in(demo: DemoContext, request: Request) -> SignIn | None:
    browser = request.cookies.get(_BROWSER_COOKIE, "")
    return demo.identity.find(request.path_params["sign_in"], browser)


def _open_sign_in(demo: DemoContext, request: Request) -> SignIn | None:
    sign_in = _sign_in(demo, request)
    return None if sign_in is None or sign_in.answer else sign_in


def _check_form(form: Parameters, sign_in: SignIn) -> None:
    form.refuse_repeats()
    if not compare_digest(form.get("form_token").encode(), sign_in.form_token.encode()):
        raise OAuthRefusal("access_denied", "The form is not from this server's page.", 403)


def _way_back(demo: DemoContext, client: RegisteredClient, state: str, **fields: str) -> str:
    """Return the redirect URL with a result. Source: RFC 6749 section 4.1.2, RFC 9207 section 2."""
    redirect_url = client.redirect_url
    answer = fields | ({"state": state} if state else {}) | {"iss": demo.state.url}
    return f"{redirect_url}{'&' if '?' in redirect_url else '?'}{urlencode(answer)}"


def _path(template: str, sign_in: SignIn) -> str:
    return template.format(sign_in=sign_in.sign_in_id)


def _see_other(url: str) -> Response:
    """Return a redirect that turns a form into a page. Source: RFC 9700 section 4.12."""
    return RedirectResponse(url, 303, headers=PAGE_HEADERS)


def _set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/oauth", httponly=True, samesite="lax")
