"""Parse authorization and token requests, as strictly as any server."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from starlette.requests import Request

from tui.demo.identity.errors import OAuthRefusal, invalid_request
from tui.demo.identity.state import Ask, RegisteredClient
from tui.demo.request_parsing import body_bytes

SCOPES = ("openid", "profile", "email")
PROMPTS = ("none", "login", "consent", "select_account")

_MOST_PARAMETERS = 64
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SECRETS = ("client_secret", "client_assertion", "client_assertion_type")
_FORM = "application/x-www-form-urlencoded"


class Parameters:
    """Query or form. Source: RFC 6749 section 3.1: empty is absent, and none may be repeated."""

    def __init__(self, encoded: str) -> None:
        """Raises:
        OAuthRefusal: invalid_request for anything but URL-encoded UTF-8.
        """
        try:
            pairs = parse_qsl(
                encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
            )
        except ValueError:
            raise invalid_request("The parameters cannot be decoded.") from None
        self._values = dict(pairs)
        names = [name for name, _ in pairs]
        self._repeated = {name for name in names if names.count(name) > 1}

    def get(self, name: str) -> str:
        """Return a value; empty if it is missing or ambiguous."""
        return "" if name in self._repeated else self._values.get(name, "")

    def require(self, name: str) -> str:
        """Return a required value.

        Raises:
            OAuthRefusal: invalid_request if there is no value.
        """
        if not (value := self.get(name)):
            raise invalid_request(f"{name} is required.")
        return value

    def refuse_repeats(self) -> None:
        """Refuse repeated parameters.

        Raises:
            OAuthRefusal: invalid_request if any parameter is repeated.
        """
        if self._repeated:
            raise invalid_request("A parameter is given more than once.")

    def has_secret(self) -> bool:
        """Return True if the client tries to authenticate, which a public client cannot."""
        return any(name in self._values for name in _SECRETS)


async def read_form(request: Request) -> Parameters:
    """Return the parameters in a form-encoded body.

    Raises:
        OAuthRefusal: invalid_request for any other content type or encoding.
        Refusal: 413 for more than a mebibyte.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _FORM:
        raise invalid_request(f"The content type must be {_FORM}.")
    try:
        return Parameters((await body_bytes(request)).decode("ascii"))
    except UnicodeDecodeError:
        raise invalid_request("The parameters cannot be decoded.") from None


def read_ask(query: Parameters, client: RegisteredClient) -> Ask:
    """Parse an authorization request. Source: Headless API, OAuth 2.0 PKCE authorization flow.

    Raises:
        OAuthRefusal: for any mistake of the client's developer.
    """
    query.refuse_repeats()
    _refuse_extensions(query)
    if query.require("response_type") != "code":
        raise OAuthRefusal("unsupported_response_type", "response_type must be code.")
    check_scope(query.require("scope"))
    state = query.require("state")
    return Ask(client, state, _challenge(query), query.get("nonce"), _prompt(query))


def _refuse_extensions(query: Parameters) -> None:
    if query.has_secret():
        raise invalid_request("A public client has no secret; never send one through a browser.")
    if query.get("request"):
        raise OAuthRefusal("request_not_supported", "request is not supported.")
    if query.get("request_uri"):
        raise OAuthRefusal("request_uri_not_supported", "request_uri is not supported.")
    if query.get("response_mode") not in ("", "query"):
        raise invalid_request("response_mode must be query.")


def check_scope(scope: str) -> None:
    """Check the requested scope.

    Raises:
        OAuthRefusal: invalid_scope unless it is openid, profile and email, in any order.
    """
    names = scope.split(" ")
    if "offline_access" in names:
        raise OAuthRefusal(
            "invalid_scope", "offline_access is not allowed; a refresh token comes without it."
        )
    if sorted(names) != sorted(SCOPES):
        raise OAuthRefusal("invalid_scope", f"scope must be {' '.join(SCOPES)}.")


def _challenge(query: Parameters) -> str:
    challenge = query.require("code_challenge")
    if query.get("code_challenge_method") != "S256":
        raise invalid_request("code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise invalid_request("code_challenge must be 43 characters of unpadded base64url.")
    return challenge


def _prompt(query: Parameters) -> frozenset[str]:
    prompt = frozenset(query.get("prompt").split())
    if not prompt <= set(PROMPTS) or ("none" in prompt and len(prompt) > 1):
        raise invalid_request("prompt must be none, or some of login, consent, select_account.")
    return prompt
