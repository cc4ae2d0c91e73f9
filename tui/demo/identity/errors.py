"""Refusals of the Identity server, in the error shape of OAuth."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthRefusal(Exception):
    """Refused request. Source: RFC 6749 sections 4.1.2.1 and 5.2."""

    def __init__(
        self, error: str, description: str, status: int = 400, *, challenge: str = ""
    ) -> None:
        """``description`` never quotes the request. ``challenge`` is for a 401."""
        super().__init__(error, description)
        self.error = error
        self.description = description
        self.status = status
        self.challenge = challenge

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


def invalid_request(description: str) -> OAuthRefusal:
    return OAuthRefusal("invalid_request", description)


def invalid_grant(description: str) -> OAuthRefusal:
    return OAuthRefusal("invalid_grant", description)


async def on_oauth_refusal(request: Request, error: Exception) -> Response:
    """Exception handler of the application."""
    assert isinstance(error, OAuthRefusal)
    headers = {"WWW-Authenticate": error.challenge} if error.challenge else {}
    return JSONResponse(error.body(), error.status, headers=NO_STORE | headers)
