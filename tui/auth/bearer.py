"""Sign-in with an access token that somebody keeps fresh."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

import httpx
from pydantic import SecretStr

from tui.auth.credentials import Origin, genie_authorization

_READS = frozenset({"GET", "HEAD"})


class TokenProvider(Protocol):
    """Gives out access tokens; renews them when needed, once for all who ask."""

    async def get_token(self, refused: SecretStr | None = None) -> SecretStr:
        """A valid access token, and another than ``refused``, which a server did not accept.

        Raises BackendError(UNAUTHORIZED) when only a new login can help.
        """
        ...


class BearerAuth(httpx.Auth):
    """An OAuth access token. Source: Headless API, OAuth 2.0 PKCE authorization flow.

    A read that is refused as ``auth_failed`` is sent once more with a renewed token. A write is
    not, but the next request brings a renewed token. Other refusals say that the token is fine.
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
    """Source: Headless API troubleshooting; the other codes of 401 are about the user."""
    await response.aread()
    return b"auth_failed" in response.content
