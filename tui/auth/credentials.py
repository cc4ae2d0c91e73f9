"""What has to be true of a credential before it goes anywhere."""

from __future__ import annotations

import re

import httpx
from pydantic import SecretStr

from tui.core.credential import is_developer_token
from tui.core.errors import BackendError, ErrorKind

_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")


def authorization(token: SecretStr) -> str:
    """The ``Authorization`` header of a token.

    Raises BackendError(UNAUTHORIZED) for a token that no service could accept. What is wrong is
    said here because HTTP libraries quote an unsendable header in their errors.
    """
    if not _HEADER_VALUE.fullmatch(token.get_secret_value()):
        raise BackendError(
            ErrorKind.UNAUTHORIZED,
            "The credential is empty, or has spaces or unusual characters in it.",
            hint="Enter the key alone, without 'Bearer' and without line breaks.",
        )
    return f"Bearer {token.get_secret_value()}"


def genie_authorization(token: SecretStr) -> str:
    """The ``Authorization`` header of a genie client's key or a user's access token.

    Raises BackendError(UNAUTHORIZED) for a Developer API token too.
    Source: Headless API troubleshooting, 401 auth_failed.
    """
    if is_developer_token(token.get_secret_value()):
        raise BackendError(
            ErrorKind.UNAUTHORIZED,
            "The credential is a Developer API token, which cannot talk to a genie.",
            hint="Use the API key of the genie's client, or sign in. The wrka... token belongs "
            "into the profile's developer token.",
        )
    return authorization(token)


class Origin:
    """Where a credential belongs: scheme, host and port of a base URL."""

    def __init__(self, base_url: str) -> None:
        """Raises BackendError(INVALID) for what is no URL."""
        try:
            self._place = _place(httpx.URL(base_url.strip()))
        except httpx.InvalidURL:
            raise BackendError(ErrorKind.INVALID, "The base URL cannot be used.") from None

    def check(self, request: httpx.Request) -> None:
        """Raises BackendError(INVALID) for a request to any other place."""
        if _place(request.url) != self._place:
            raise BackendError(
                ErrorKind.INVALID,
                f"The credential is not sent to {request.url.host}, since it belongs elsewhere.",
            )


def _place(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
