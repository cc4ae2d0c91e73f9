"""Sign-in with a token of the Developer API."""

from __future__ import annotations

from collections.abc import Generator

import httpx
from pydantic import SecretStr

from tui.auth.credentials import Origin, authorization
from tui.core.credential import is_client_key
from tui.core.errors import BackendError, ErrorKind


class DeveloperAuth(httpx.Auth):
    """The token, sent to the developer host alone. Source: Developer API, authentication.

    Requests raise BackendError(UNAUTHORIZED) for a token that cannot be one.
    """

    def __init__(self, base_url: str, token: SecretStr) -> None:
        self._origin = Origin(base_url)
        self._token = SecretStr(token.get_secret_value().strip())

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        self._origin.check(request)
        if is_client_key(self._token.get_secret_value()):
            raise BackendError(
                ErrorKind.UNAUTHORIZED,
                "The credential is the API key of a genie client, which cannot manage genies.",
                hint="Use the token of an API client (wrka...), made under Workspace admin; the "
                "key of the genie's client belongs into the profile's api_key.",
            )
        request.headers["Authorization"] = authorization(self._token)
        yield request
