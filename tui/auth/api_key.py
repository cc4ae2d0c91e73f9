"""Sign-in with the API key of a genie client."""

from __future__ import annotations

import re
from collections.abc import Generator

import httpx
from pydantic import SecretStr

from tui.auth.credentials import Origin, genie_authorization
from tui.core.errors import BackendError, ErrorKind

_USER_ID = re.compile(r"[\x21-\x7e]+")


class ApiKeyAuth(httpx.Auth):
    """The key, and the user it speaks for. Source: Headless API, Authentication."""

    def __init__(self, base_url: str, api_key: SecretStr, idp_user_id: str) -> None:
        """``idp_user_id`` is Workato Identity's opaque id of the user, no email address.

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
                "The Identity user id is empty, or has unusual characters in it.",
                hint="Copy it again; GET /api/iam/users of the Developer API lists it as 'id'.",
            )
        request.headers["Authorization"] = genie_authorization(self._api_key)
        request.headers["X-IDP-User-Id"] = self._idp_user_id
        yield request
