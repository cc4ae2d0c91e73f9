"""Authentication of requests: API key, access token, developer token."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator
from typing import Protocol

import httpx
from pydantic import SecretStr

from tui.core.errors import BackendError, ErrorKind
from tui.core.secrets import hold_secret, is_client_key, is_developer_token

_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")


def authorization(token: SecretStr) -> str:
    """Return the ``Authorization`` header of a token.

    Raises BackendError(UNAUTHORIZED) for a token that no service could accept. It is checked
    here because HTTP libraries quote an invalid header in their errors.
    """
    if not _HEADER_VALUE.fullmatch(token.get_secret_value()):
        raise BackendError(
            ErrorKind.UNAUTHORIZED,
            "The key or token is empty, or contains spaces or invalid characters.",
            hint="Enter only the key, without 'Bearer' and without line breaks.",
        )
    hold_secret(token.get_secret_value())
    return f"Bearer {token.get_secret_value()}"


def genie_authorization(token: SecretStr) -> str:
    """Return the ``Authorization`` header of a genie client's key or a user's access token.

    Raises BackendError(UNAUTHORIZED) for a Developer API token too.
    Source: Headless API troubleshooting, 401 auth_failed.
    """
    if is_developer_token(token.get_secret_value()):
        raise BackendError(
            ErrorKind.UNAUTHORIZED,
            "This is a Developer API token, which can't be used to talk to a genie.",
            hint="Use the API key of the genie's client, or sign in. Set the wrka... token as "
            "developer_token in the profile.",
        )
    return authorization(token)


class Origin:
    """Owner of a credential: scheme, host and port of a base URL."""

    def __init__(self, base_url: str) -> None:
        """Raises BackendError(INVALID) for an invalid URL."""
        try:
            self._place = _place(httpx.URL(base_url.strip()))
        except httpx.InvalidURL:
            raise BackendError(ErrorKind.INVALID, "The base URL is invalid.") from None

    def check(self, request: httpx.Request) -> None:
        """Raises BackendError(INVALID) for a request to any other place."""
        if _place(request.url) != self._place:
            raise BackendError(
                ErrorKind.INVALID,
                f"Didn't send credentials to {request.url.host}, because they belong to "
                f"another host.",
            )


def _place(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


_USER_ID = re.compile(r"[\x21-\x7e]+")


class ApiKeyAuth(httpx.Auth):
    """API key, and the user it acts for. Source: Headless API, Authentication."""

    def __init__(self, base_url: str, api_key: SecretStr, idp_user_id: str) -> None:
        """``idp_user_id`` is Workato Identity's opaque id of the user, not an email address.

        Requests raise BackendError(UNAUTHORIZED) when either cannot be right.
        """
        self._origin = Origin(base_url)
        self._api_key = SecretStr(api_key.get_secret_value().strip())
        self._idp_user_id = idp_user_id.strip()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        self._origin.check(request)
        if not _USER_ID.fullmatch(self._idp_user_id):
            raise BackendError(
                ErrorKind.UNAUTHORIZED,
                "The Identity user ID is empty or contains invalid characters.",
                hint="Copy it again. GET /api/iam/users of the Developer API lists it as 'id'.",
            )
        request.headers["Authorization"] = genie_authorization(self._api_key)
        request.headers["X-IDP-User-Id"] = self._idp_user_id
        yield request


_READS = frozenset({"GET", "HEAD"})


class TokenProvider(Protocol):
    """Provider of access tokens; renews them when needed, once for all concurrent callers."""

    async def get_token(self, refused: SecretStr | None = None) -> SecretStr:
        """Return a valid access token other than ``refused``, which a server did not accept.

        Raises BackendError(UNAUTHORIZED) if only a new login can help.
        """
        ...


class BearerAuth(httpx.Auth):
    """OAuth access token. Source: Headless API, OAuth 2.0 PKCE authorization flow.

    A read rejected as ``auth_failed`` is sent once more with a renewed token. A write is not, but
    the next request brings a renewed token. Other rejections mean that the token is valid.
    """

    def __init__(self, base_url: str, tokens: TokenProvider) -> None:
        self._origin = Origin(base_url)
        self._tokens = tokens
        self._refused: SecretStr | None = None

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        self._origin.check(request)
        token = await self._sign(request)
        response = yield request
        if response.status_code != 401 or not await _is_about_the_token(response):
            return
        self._refused = token
        if request.method in _READS:
            await self._sign(request)
            yield request

    async def _sign(self, request: httpx.Request) -> SecretStr:
        token = await self._tokens.get_token(self._refused)
        request.headers["Authorization"] = genie_authorization(token)
        return token


async def _is_about_the_token(response: httpx.Response) -> bool:
    """Return True if a 401 is about the token. Source: Headless API troubleshooting."""
    await response.aread()
    return b"auth_failed" in response.content


class TokenAuth(httpx.Auth):
    """Bearer token that never changes, or none. Source: Workflows API."""

    def __init__(self, base_url: str, token: SecretStr | None) -> None:
        """None: requests go without; such servers treat everybody as the same user.

        Requests raise BackendError(UNAUTHORIZED) for a token that no service could accept.
        """
        self._origin = Origin(base_url)
        self._token = SecretStr(token.get_secret_value().strip()) if token else None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        self._origin.check(request)
        if self._token is not None:
            request.headers["Authorization"] = authorization(self._token)
        yield request


class DeveloperAuth(httpx.Auth):
    """Token sent only to the developer host. Source: Developer API, authentication.

    Requests raise BackendError(UNAUTHORIZED) for an impossible token.
    """

    def __init__(self, base_url: str, token: SecretStr) -> None:
        self._origin = Origin(base_url)
        self._token = SecretStr(token.get_secret_value().strip())

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        self._origin.check(request)
        if is_client_key(self._token.get_secret_value()):
            raise BackendError(
                ErrorKind.UNAUTHORIZED,
                "This is a genie client's API key, which can't manage genies.",
                hint="Use the token of an API client (wrka...) from Workspace admin. Set the "
                "genie client's key as api_key in the profile.",
            )
        request.headers["Authorization"] = authorization(self._token)
        yield request
