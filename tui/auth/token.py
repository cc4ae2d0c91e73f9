"""Sign-in with a token that the profile holds."""

from __future__ import annotations

from collections.abc import Generator

import httpx
from pydantic import SecretStr

from tui.auth.credentials import Origin, authorization


class TokenAuth(httpx.Auth):
    """A bearer token that never changes, or none. Source: Workflows API."""

    def __init__(self, base_url: str, token: SecretStr | None) -> None:
        """None: requests go without; such servers know everybody as the same user.

        Requests raise BackendError(UNAUTHORIZED) for a token that no service could accept.
        """
        self._origin = Origin(base_url)
        self._token = SecretStr(token.get_secret_value().strip()) if token else None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        self._origin.check(request)
        if self._token is not None:
            request.headers["Authorization"] = authorization(self._token)
        yield request
