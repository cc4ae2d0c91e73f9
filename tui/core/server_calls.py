"""Requests to a service, as recorded for support."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCall:
    """One request and its result. Contains neither credentials nor messages."""

    method: str
    path: str
    """Without the query."""
    at_ms: int
    """Time of sending (our clock)."""
    took_ms: int
    """Milliseconds until the response began, or the attempt failed."""
    status: int | None = None
    """HTTP status; None: no response."""
    request_id: str | None = None
    """Request ID of the service."""

    @property
    def failed(self) -> bool:
        """True if there was no response, or an unsuccessful one."""
        return self.status is None or self.status >= 400

    def line(self) -> str:
        """Return everything on one line, ready to send to support."""
        answer = str(self.status) if self.status is not None else "no answer"
        return f"{self.method} {self.path} {answer} {self.took_ms} ms {self.request_id or '-'}"


CallListener = Callable[[ServerCall], None]
