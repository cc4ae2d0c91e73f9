"""Errors raised by everything outside the program.

Every client of a service raises ``BackendError``: ``kind`` names the failure, ``sent`` tells if
the request may have been carried out. ``StoreError`` is for the database.
"""

from __future__ import annotations

from enum import Enum


class ErrorKind(Enum):
    """Failures that callers distinguish."""

    UNREACHABLE = "unreachable"
    """No connection: DNS, TLS, refused, connect timeout. Nothing was sent."""
    TIMED_OUT = "timed_out"
    """Connected, but no response in time."""
    INTERRUPTED = "interrupted"
    """The connection broke during the response."""
    UNAUTHORIZED = "unauthorized"
    """401: the credential was rejected."""
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_ACCEPTABLE = "not_acceptable"
    """406: no client is attached to the genie."""
    BUSY = "busy"
    """409: the conversation works on another message, or the question was already answered."""
    CHANGED = "changed"
    """The subject of the user's decision has changed since. Nothing was sent."""
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    """400 or 422, or a rule that was checked here before sending."""
    ASLEEP = "asleep"
    """The service switched the conversation off; it can be reactivated."""
    RATE_LIMITED = "rate_limited"
    SERVER = "server"
    """5xx."""
    BAD_ANSWER = "bad_answer"
    """Response that breaks the documented format, such as a proxy's HTML page."""
    UNSUPPORTED = "unsupported"
    """The backend does not support the call."""
    SETTINGS = "settings"
    """A setting of the profile or of this machine is unusable. Nothing was sent."""
    STORE = "store"
    """Data that must be stored before sending cannot be stored."""


class BackendError(Exception):
    """Failed call to a service.

    ``str(error)`` is one sentence that says what happened; ``hint`` says what to do about it.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
        sent: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.hint = hint
        self.status = status
        self.code = code
        """``error_code`` of the server."""
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        """Delay that the service asks for before the next attempt; more than 0."""
        self.sent = sent
        """True if the request may have been carried out although it failed."""

    @property
    def transient(self) -> bool:
        """True if the same call may succeed later without any change."""
        return self.kind in _TRANSIENT or self.asks_to_wait

    @property
    def asks_to_wait(self) -> bool:
        """True if a busy service (409) names a delay for the next attempt."""
        return self.kind is ErrorKind.BUSY and self.retry_after_s is not None

    def sentence(self) -> str:
        """Return the error, the next step, and the request ID on one line."""
        parts = [str(self), self.hint, f"Request ID {self.request_id}." if self.request_id else ""]
        return " ".join(part for part in parts if part)


class StoreError(Exception):
    """Data cannot be stored. ``str(error)`` is one sentence for the user."""


_TRANSIENT = frozenset(
    {
        ErrorKind.UNREACHABLE,
        ErrorKind.TIMED_OUT,
        ErrorKind.INTERRUPTED,
        ErrorKind.RATE_LIMITED,
        ErrorKind.SERVER,
    }
)
