"""Log of requests, with the request IDs of the service: for the log file, and for a client."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from tui.core.diagnostics import CallListener, ServerCall
from tui.core.text import clean_line
from tui.system.logs import note

_BEGAN = "genie_tui.began"
_REQUEST_ID_HEADERS = ("x-request-id", "x-correlation-id")


def request_id_of(response: httpx.Response) -> str | None:
    """Return the request ID of the service, from the response's headers."""
    found = (response.headers.get(name, "") for name in _REQUEST_ID_HEADERS)
    return clean_line(next(filter(None, found), "")) or None


def note_request(
    request: httpx.Request, began_s: float, response: httpx.Response | None, failure: str = ""
) -> None:
    """Log a request for the log file, without query, headers and body: they have secrets."""
    note(
        "request",
        {
            "method": request.method,
            "host": request.url.netloc.decode("ascii", "replace"),
            "path": request.url.path,
            "status": response.status_code if response else None,
            "ms": round((time.monotonic() - began_s) * 1000),
            "request_id": request_id_of(response) if response else None,
            "failure": failure or None,
        },
    )


class RequestLog:
    """Event hooks for an ``httpx.AsyncClient``; retries and refreshed sign-ins count each."""

    def __init__(self) -> None:
        self.listener: CallListener | None = None

    @property
    def hooks(self) -> dict[str, list[Callable[..., Any]]]:
        return {"request": [self._began], "response": [self._answered]}

    async def _began(self, request: httpx.Request) -> None:
        request.extensions[_BEGAN] = time.monotonic()

    async def _answered(self, response: httpx.Response) -> None:
        self._note(response.request, response.status_code, request_id_of(response))

    def unanswered(self, error: Exception) -> None:
        """Log an attempt that failed below HTTP, unless it never became a request."""
        if not isinstance(error, httpx.RequestError):
            return
        try:
            request = error.request
        except RuntimeError:  # httpx has none
            return
        self._note(request, None, None)

    def _note(self, request: httpx.Request, status: int | None, request_id: str | None) -> None:
        if self.listener is None:
            return
        began_s = request.extensions.get(_BEGAN)
        took_ms = round((time.monotonic() - began_s) * 1000) if began_s is not None else 0
        call = ServerCall(
            method=request.method,
            path=request.url.path,
            at_ms=time.time_ns() // 1_000_000 - took_ms,
            took_ms=took_ms,
            status=status,
            request_id=request_id,
        )
        self.listener(call)
