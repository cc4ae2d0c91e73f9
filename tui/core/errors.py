"""What can go wrong outside the program.

``BackendError`` is what every client of a service raises and every caller handles; ``kind`` says
which failure it is, ``sent`` whether the request may have been carried out. ``StoreError`` is the
database's.
"""

from __future__ import annotations

from enum import Enum


class ErrorKind(Enum):
    """Failures that callers tell apart."""

    UNREACHABLE = "unreachable"
    """No connection: DNS, TLS, refused, connect time-out. Nothing was sent."""
    TIMED_OUT = "timed_out"
    """Connected, but no answer in time."""
    INTERRUPTED = "interrupted"
    """The connection broke while the answer was under way."""
    UNAUTHORIZED = "unauthorized"
    """401: the credential was refused."""
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_ACCEPTABLE = "not_acceptable"
    """406: no client is attached to the genie."""
    BUSY = "busy"
    """409: the conversation works on another message, or something was decided already."""
    CHANGED = "changed"
    """What the user decided about is not what it was any more. Nothing was sent."""
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    """400 or 422, or a rule that was checked here before sending."""
    ASLEEP = "asleep"
    """The conversation was switched off at the service; somebody can switch it on again."""
    RATE_LIMITED = "rate_limited"
    SERVER = "server"
    """5xx."""
    BAD_ANSWER = "bad_answer"
    """An answer that is not what the documents promise, such as a proxy's HTML page."""
    UNSUPPORTED = "unsupported"
    """This backend cannot do it."""
    SETTINGS = "settings"
    """A setting of the profile or of this machine cannot be used. Nothing was sent."""
    STORE = "store"
    """What must be kept before it is sent cannot be kept here."""


class BackendError(Exception):
    """A call to a service failed.

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
        """The server's ``error_code``."""
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        """What the service asks for before the next try; more than 0."""
        self.sent = sent
        """The request may have been carried out although it failed."""

    @property
    def transient(self) -> bool:
        """The same call may succeed later without anybody changing anything."""
        return self.kind in _TRANSIENT or self.asks_to_wait

    @property
    def asks_to_wait(self) -> bool:
        """Return whether what is busy (409) names a time after which it may be asked again."""
        return self.kind is ErrorKind.BUSY and self.retry_after_s is not None

    def sentence(self) -> str:
        """Everything a person needs, on one line: what, what to do, and the request id."""
        parts = [str(self), self.hint, f"Request id {self.request_id}." if self.request_id else ""]
        return " ".join(part for part in parts if part)


class StoreError(Exception):
    """What should be kept cannot be. ``str(error)`` is one sentence for the user."""


_TRANSIENT = frozenset(
    {
        ErrorKind.UNREACHABLE,
        ErrorKind.TIMED_OUT,
        ErrorKind.INTERRUPTED,
        ErrorKind.RATE_LIMITED,
        ErrorKind.SERVER,
    }
)
