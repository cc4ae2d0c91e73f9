"""Pages of the Identity server: login, consent and errors."""

from __future__ import annotations

import base64
import hashlib
import html
from importlib.resources import files
from string import Template
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from tui.demo.context import DemoContext
from tui.demo.identity.errors import OAuthRefusal
from tui.demo.identity.state import RegisteredClient, SignIn
from tui.demo.records import User

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _read(name: str) -> str:
    return files("tui.demo.identity").joinpath(name).read_text("utf-8")


_STYLE = _read("page.css")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_SHELL = Template(_read("page.html"))
_LOGIN = Template(_read("login.html"))
_ACCOUNT = Template(_read("account.html"))
_CONSENT = Template(_read("consent.html"))
_PROBLEM = Template(_read("problem.html"))


class Pages:
    """Renders the pages of one demo server; they quote nothing from a request."""

    def __init__(self, demo: DemoContext) -> None:
        self._users = demo.state.users
        self._client = demo.identity.client

    def login(self, sign_in: SignIn) -> Response:
        """Return the page to choose an account, or to cancel."""
        accounts = "".join(_fill(_ACCOUNT, **_who(user)) for user in self._users.values())
        title = "Sign in"
        content = _LOGIN.substitute(title=title, form_token=sign_in.form_token, accounts=accounts)
        return self._page(title, content, client=sign_in.ask.client)

    def consent(self, sign_in: SignIn, user: User) -> Response:
        """Return the page with the data that the client will get, and the user."""
        title = "Allow genie-tui to sign in?"
        values = {**_who(user), "title": title, "form_token": sign_in.form_token}
        client = sign_in.ask.client
        content = _fill(_CONSENT, **values, redirect_url=client.redirect_url)
        return self._page(title, content, client=client)

    def over(self) -> Response:
        """Return the page for a sign-in that has ended, expired, or belongs to another browser."""
        return self._problem(
            "This sign-in has ended",
            "A sign-in works once, in one browser, within ten minutes. Return to the "
            "terminal. If you're not signed in there, start again.",
            status=410,
        )

    def refused(self, refusal: OAuthRefusal) -> Response:
        """Return the page for a request that must not be answered with a redirect."""
        return self._problem(
            "This link isn't valid", refusal.description, refusal.error, refusal.status
        )

    def _problem(self, title: str, text: str, code: str = "", status: int = 200) -> Response:
        return self._page(title, _fill(_PROBLEM, title=title, text=text, code=code), status)

    def _page(
        self, title: str, content: str, status: int = 200, client: RegisteredClient | None = None
    ) -> Response:
        # A form's target is checked after redirects too, so the client's own must be allowed.
        home = urlsplit((client or self._client).redirect_url)
        policy = (
            f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
            f"form-action 'self' {home.scheme}://{home.netloc}; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        text = _SHELL.substitute(title=html.escape(title), style=_STYLE, content=content)
        return HTMLResponse(
            text, status, headers=PAGE_HEADERS | {"Content-Security-Policy": policy}
        )


def _fill(template: Template, **values: str) -> str:
    return template.substitute({name: html.escape(value) for name, value in values.items()})


def _who(user: User) -> dict[str, str]:
    return {
        "user": user.user_id,
        "name": user.name,
        "initial": user.name[:1],
        "email": user.email,
        "note": "" if user.active else "invited, not active yet",
    }
