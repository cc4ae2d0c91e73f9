"""Who may use the page of ``--web``: the browser in which its printed address was opened.

The address holds a random token. The first request exchanges it for a cookie; the page, its files
and its websocket are refused without that cookie, and to other sites.
"""

from __future__ import annotations

import secrets
from hmac import compare_digest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.typedefs import Handler, Middleware

HOST = "127.0.0.1"
"""Never another: a page is for the person at this machine."""
_TOKEN_BYTES = 32
_REFUSED = "Open the address that genie-tui printed: it has the token of this page.\n"


class PageAccess:
    """Token and cookie of one server."""

    def __init__(self, port: int) -> None:
        self._here = f"{HOST}:{port}"
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        self._cookie = f"genie-tui-{port}"  # cookies are shared by all ports of a host

    @property
    def address(self) -> str:
        """Address to open, with the token."""
        return f"http://{self._here}/?token={self._token}"

    def middleware(self) -> Middleware:
        """Return the check of every request, which also limits where our page may ask."""
        from aiohttp import web

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_from_here(request):
                raise web.HTTPForbidden(text=f"Open http://{self._here}/ itself.\n")
            if request.path == "/" and _same(request.query.get("token", ""), self._token):
                return self._let_in()
            if not _same(request.cookies.get(self._cookie, ""), self._session):
                raise web.HTTPForbidden(text=_REFUSED)
            response = await handler(request)
            if not response.prepared:
                response.headers["Content-Security-Policy"] = self._policy
                response.headers["Referrer-Policy"] = "no-referrer"
            return response

        return check

    def _is_from_here(self, request: web.Request) -> bool:
        """Return True for our own address and origin.

        Browsers name the origin with every websocket, and with a page only where another asked.
        """
        own = f"http://{self._here}"
        origin = request.headers.get("Origin", "" if request.path == "/ws" else own)
        return request.host == self._here and origin == own

    def _let_in(self) -> web.Response:
        from aiohttp import web

        headers = {"Location": "/", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        response = web.Response(status=303, headers=headers)
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Strict")
        return response

    @property
    def _policy(self) -> str:
        return (
            "default-src 'self'; script-src 'self' 'unsafe-inline'; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
            f"connect-src 'self' ws://{self._here}; frame-ancestors 'none'"
        )


def _same(given: str, wanted: str) -> bool:
    return compare_digest(given.encode(errors="surrogateescape"), wanted.encode())
