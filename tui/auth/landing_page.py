"""Page shown in the browser after a sign-in: small, self-contained, and without secrets."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Literal

from tui.core.account import Identity, LoginProblem

Mood = Literal["good", "bad", "calm"]

_SIGNS: Mapping[Mood, str] = {
    "good": "M15 25l6.5 6.5L34 18",
    "bad": "M17 17l14 14M31 17L17 31",
    "calm": "M24 14v12M24 33v.5",
}
"""Icon in the circle, as an SVG path."""
_CLOSE = "You can close this tab and return to the terminal."


@dataclass(frozen=True, slots=True)
class LandingPage:
    """Texts of the page, unescaped, and its HTTP status."""

    status: int
    mood: Mood
    title: str
    text: str
    next: str = _CLOSE

    def html(self) -> bytes:
        """Return the document, with every text escaped. Never raises."""
        fields = {name: escape(getattr(self, name)) for name in ("mood", "title", "text", "next")}
        document = _template().substitute(fields, sign=_SIGNS[self.mood], style=_style())
        return document.encode("utf-8", "replace")


def content_policy() -> str:
    """Return a Content-Security-Policy that allows only our own style sheet."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def welcome(identity: Identity) -> LandingPage:
    """Return the page after a successful login."""
    return LandingPage(200, "good", "You're signed in", f"Welcome, {identity.label()}.")


def failed(problem: LoginProblem) -> LandingPage:
    """Return the page after a failed login."""
    next_step = f"{problem.hint} {_CLOSE}".lstrip()
    return LandingPage(400, "bad", "Sign-in failed", str(problem), next_step)


def refused(problem: LoginProblem) -> LandingPage:
    """Return the page for an invalid request; the login continues."""
    return LandingPage(
        400,
        "bad",
        "This isn't the sign-in page genie-tui is waiting for",
        str(problem),
        "Finish signing in from the tab that genie-tui opened.",
    )


def late() -> LandingPage:
    """Return the page for an answer that arrived after another one."""
    return LandingPage(
        200, "calm", "This sign-in is already complete", "Return to the terminal to see the result."
    )


@cache
def _template() -> Template:
    return Template(_resource("page.html"))


@cache
def _style() -> str:
    return _resource("page.css").strip()


def _resource(name: str) -> str:
    return files("tui.auth").joinpath(name).read_text("utf-8")
