"""Log of a client's requests, with the request IDs of the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from tui.api.failures import request_id_of
from tui.core.diagnostics import CallListener, ServerCall

_BEGAN = "genie_tui.began"


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
