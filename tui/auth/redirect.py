"""Parse and check a redirect, from a browser or pasted. Pure.

Source: RFC 6749, 4.1.2; RFC 9207; RFC 9700, 4.7.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pydantic import SecretStr

from tui.core.account import LoginProblem
from tui.core.secrets import hold_secret
from tui.core.text import clean_line

LONGEST_ANSWER = 16_384
"""Characters of an address; longer ones are not read."""

_MOST_FIELDS = 50
_ONCE = ("state", "iss", "code", "error", "error_description")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PASTE_AGAIN = "After you sign in, copy the whole address from the browser's address bar."


@dataclass(frozen=True, slots=True)
class Expected:
    """Values that an answer to this attempt, and to no other, must contain."""

    state: SecretStr
    issuer: str | None
    """None: the provider has no discovery document, so that ``iss`` cannot be checked."""
    issuer_required: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider returned a code."""

    code: SecretStr


@dataclass(frozen=True, slots=True)
class Denied:
    """The provider, or the user there, refused. Clean text."""

    error: str
    description: str

    def problem(self) -> LoginProblem:
        """Return the error for the user."""
        if self.error == "access_denied":
            return LoginProblem(
                f"Access was denied in the browser{self._words()}.",
                hint="Sign in again to allow it.",
            )
        return LoginProblem(
            f"The identity service rejected the sign-in: {self.error}{self._words()}.",
            hint=_ADVICE.get(self.error, "Check the profile's client ID and redirect URL."),
        )

    def _words(self) -> str:
        return f" ({self.description.rstrip('. ')})" if self.description else ""


_ADVICE = {
    "invalid_scope": "Allow the scope 'openid profile email' for the client.",
    "server_error": "Try again in a moment.",
    "temporarily_unavailable": "Try again in a moment.",
}


def read_answer(query: str, expected: Expected) -> Accepted | Denied:
    """Return the answer in a redirect's query.

    The state is checked first and nothing else is trusted without it, so that the answer to
    another attempt can neither end this one nor inject text into it.
    Raises ``LoginProblem`` for anything that does not answer this attempt, which continues.
    """
    fields = _fields(query)
    _check_state(fields.get("state", []), expected.state)
    if any(len(fields.get(name, [])) > 1 for name in _ONCE):
        raise LoginProblem("The redirect has duplicate parameters.", hint=_PASTE_AGAIN)
    _check_issuer(fields.get("iss", [""])[0], expected)
    code, error = fields.get("code", [""])[0], fields.get("error", [""])[0]
    if bool(code) == bool(error):
        both = "both a code and an error" if code else "neither a code nor an error"
        raise LoginProblem(f"The redirect has {both}.", hint=_PASTE_AGAIN)
    if error:
        description = fields.get("error_description", [""])[0]
        return Denied(clean_line(error, 60), clean_line(description, 300))
    hold_secret(code)
    return Accepted(SecretStr(code))


def query_of(text: str, redirect_url: str) -> str:
    """Return the query in pasted text: the redirected address, or its query alone.

    Raises ``LoginProblem`` for text that is neither.
    """
    line = "".join(text.split()).strip("\"'<>").partition("#")[0]
    if len(line) > LONGEST_ANSWER:
        raise LoginProblem("That's too long to be the redirect address.", hint=_PASTE_AGAIN)
    address, mark, query = line.partition("?")
    if not mark or "=" in address:
        return line
    whole = _SCHEME.match(address) is not None
    if address != redirect_url and (whole or not redirect_url.endswith(address)):
        raise LoginProblem(f"The address must start with {redirect_url}.", hint=_PASTE_AGAIN)
    return query


def _fields(query: str) -> dict[str, list[str]]:
    if len(query) > LONGEST_ANSWER or _BAD_ESCAPE.search(query):
        raise LoginProblem("Couldn't read the redirect address.", hint=_PASTE_AGAIN)
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise LoginProblem("Couldn't read the redirect address.", hint=_PASTE_AGAIN) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _check_state(states: list[str], expected: SecretStr) -> None:
    ours = expected.get_secret_value().encode()
    matches = [hmac.compare_digest(state.encode(), ours) for state in states]
    if not matches:
        raise LoginProblem("That isn't a sign-in redirect.", hint=_PASTE_AGAIN)
    if not all(matches):
        raise LoginProblem(
            "The redirect belongs to another sign-in.",
            hint="Use the page that this sign-in opened, not an older tab.",
        )


def _check_issuer(issuer: str, expected: Expected) -> None:
    missing = not issuer and expected.issuer_required
    wrong = bool(issuer) and expected.issuer is not None and issuer != expected.issuer
    if missing or wrong:
        raise LoginProblem(
            "The redirect came from a different identity service.",
            hint="Check the profile's identity URL.",
        )
