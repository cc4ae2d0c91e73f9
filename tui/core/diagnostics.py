"""Diagnostics for support: requests to a service, and the results of a configuration check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


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
        answer = str(self.status) if self.status is not None else "no response"
        return f"{self.method} {self.path} {answer} {self.took_ms} ms {self.request_id or '-'}"


CallListener = Callable[[ServerCall], None]


Step = Literal["configuration", "files", "network", "sign-in", "genie", "stream"]
STEPS: tuple[Step, ...] = ("configuration", "files", "network", "sign-in", "genie", "stream")
"""Steps in the order of the check; each requires those before it."""

Verdict = Literal["good", "warning", "bad", "open"]
"""``warning``: works, but should be changed. ``open``: unknown, because an earlier step failed."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one step; clean text, one line each."""

    step: Step
    verdict: Verdict
    text: str
    """Finding."""
    advice: str = ""
    """Next step for the user; empty if all is well."""

    def sentence(self) -> str:
        """Return the finding and the next step on one line."""
        end = "" if not self.advice or self.text.endswith((".", "?", "!", ":")) else "."
        return f"{self.text}{end} {self.advice}".rstrip()
