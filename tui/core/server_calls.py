"""Requests to a service, as far as support needs to know of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCall:
    """One request and what became of it. Holds neither credentials nor what was said."""

    method: str
    path: str
    """Without the query."""
    at_ms: int
    """When it was sent (our clock)."""
    took_ms: int
    """Until the answer began, or the attempt failed."""
    status: int | None = None
    """HTTP status; None: no answer came."""
    request_id: str | None = None
    """What the service calls the request."""

    @property
    def failed(self) -> bool:
        """Whether no answer came, or one that is no success."""
        return self.status is None or self.status >= 400

    def line(self) -> str:
        """All of it on one line, as one would send it to support."""
        answer = str(self.status) if self.status is not None else "no answer"
        return f"{self.method} {self.path} {answer} {self.took_ms} ms {self.request_id or '-'}"


CallListener = Callable[[ServerCall], None]
