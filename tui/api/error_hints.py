"""Messages and hints for every failure, in one table.

``says`` is a clause without a full stop, ``hint`` is one or two sentences; those of ``CASES`` may
name ``{host}``, and where a proxy failed ``{proxy}`` and the ``{variable}`` that names it.
Source: Headless API troubleshooting; statuses that it does not name, as they were observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from tui.core.errors import ErrorKind


@dataclass(frozen=True, slots=True)
class FailureHint:
    """One row of the table."""

    kind: ErrorKind
    says: str
    hint: str = ""


class FailureCase(Enum):
    """Failures without a response of the service, or detected before the request."""

    DNS = auto()
    REFUSED = auto()
    TLS = auto()
    WRONG_HOST = auto()
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    UNTRUSTED = auto()
    PROXY_GONE = auto()
    PROXY_UNKNOWN = auto()
    PROXY_TLS = auto()
    PROXY_PASSWORD = auto()
    PROXY_FORBIDS = auto()
    PROXY_LATE = auto()
    PROXY = auto()
    CONNECT_TIMEOUT = auto()
    CONNECT = auto()
    NO_ANSWER = auto()
    SILENT_STREAM = auto()
    BROKEN = auto()
    CUT_STREAM = auto()
    UNSENDABLE = auto()
    NOT_JSON = auto()
    NOT_AN_OBJECT = auto()
    NOT_A_STREAM = auto()
    HUGE_EVENT = auto()
    HUGE_BODY = auto()
    NO_ID = auto()
    EMPTY_MESSAGE = auto()
    LONG_MESSAGE = auto()
    LARGE_FILE = auto()
    UNREADABLE_FILE = auto()
    CHANGED_FILE = auto()
    BAD_BASE_URL = auto()


Answered = int | tuple[int, str]
"""Status, or status with the server's error code, or with the text of its ``detail`` where it
has no codes; ``error`` marks a body that has only ``{"error": "..."}``. 300, 400 and 500 are also
the defaults for unlisted statuses of their class.
"""

Hints = Mapping[Answered, FailureHint]

_CHECK_URL = (
    "Check the data center or the base URL of the profile, and whether a proxy is in between."
)
ASK_AGAIN = "Try again in a moment."

ANSWERS: Hints = {
    300: FailureHint(
        ErrorKind.BAD_ANSWER,
        "The service redirected the request, which is not followed with a credential",
        _CHECK_URL,
    ),
    400: FailureHint(ErrorKind.INVALID, "The service could not accept the request as it is"),
    401: FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The service did not accept the credential",
        "Sign in again, or check the key of the profile.",
    ),
    403: FailureHint(
        ErrorKind.FORBIDDEN,
        "This credential may not do that",
        "Ask an administrator for access.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The service does not know what was asked for",
        "It may have been deleted; if everything is missing, check the base URL.",
    ),
    405: FailureHint(ErrorKind.UNSUPPORTED, "The service does not offer this"),
    406: FailureHint(
        ErrorKind.NOT_ACCEPTABLE, "The service cannot answer in a form this program reads"
    ),
    408: FailureHint(ErrorKind.TIMED_OUT, "The service gave up waiting for the request", ASK_AGAIN),
    409: FailureHint(ErrorKind.BUSY, "It is in use by something else", ASK_AGAIN),
    410: FailureHint(ErrorKind.NOT_FOUND, "What was asked for is gone"),
    413: FailureHint(
        ErrorKind.TOO_LARGE, "That is larger than the service takes", "Make it smaller."
    ),
    422: FailureHint(ErrorKind.INVALID, "The service refused the contents of the request"),
    429: FailureHint(
        ErrorKind.RATE_LIMITED,
        "Too many requests",
        ASK_AGAIN,
    ),
    500: FailureHint(ErrorKind.SERVER, "The service failed", ASK_AGAIN),
    502: FailureHint(ErrorKind.SERVER, "A gateway could not reach the service", ASK_AGAIN),
    503: FailureHint(ErrorKind.SERVER, "The service is not available", ASK_AGAIN),
    504: FailureHint(
        ErrorKind.SERVER,
        "A gateway gave up waiting for the service",
        "The request may still be carried out; look before repeating it.",
    ),
}
"""Meanings for every service."""

_CLIENT = (
    "Ask a builder to attach a genie client under the genie's custom chat interface; "
    "a genie has room for one."
)

HEADLESS: Hints = {
    **ANSWERS,
    400: FailureHint(
        ErrorKind.INVALID,
        "The genie service could not accept the request as it is",
        "A message needs words, even when a file goes with it.",
    ),
    (401, "auth_failed"): FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The genie service did not accept the credential",
        "Four usual causes: a Developer API token (wrkaus-...) in place of a genie client's key or "
        "a login; a credential of another data center; a key that was regenerated or a login that "
        "has expired; stray characters around the key, which belongs alone behind 'Bearer'.",
    ),
    (401, "user_nonactive_or_missing"): FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The credential is fine, but the user may not talk to this genie",
        "The user id must be Workato Identity's own id (an email address does not work), the "
        "person must have accepted the invitation, and must belong to a user group that the genie "
        "allows. 'genie-tui studio users find EMAIL' tells which, with a developer token.",
    ),
    (401, "error"): FailureHint(
        ErrorKind.UNAUTHORIZED,
        "This login does not belong to the genie",
        f"The OAuth client id of the profile is not the one attached to the genie. {_CLIENT}",
    ),
    403: FailureHint(
        ErrorKind.FORBIDDEN,
        "The genie service denied access",
        "A new client is let in after about a minute. If it lasts, the workspace may lack the "
        "Headless API (a private beta) or the user the permission.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The genie service does not know what was asked for",
        "The conversation may have been deleted. If nothing is found at all, check the genie "
        "handle (gin-...) and the data center.",
    ),
    406: FailureHint(ErrorKind.NOT_ACCEPTABLE, "No client is attached to this genie", _CLIENT),
    409: FailureHint(
        ErrorKind.BUSY,
        "The conversation is still at work on something else",
        "Answer the approval or connection that is open, or wait for the reply.",
    ),
    413: FailureHint(
        ErrorKind.TOO_LARGE,
        "That is larger than the genie service takes",
        "A file may have 20 MB and a message 12 KB; reduce it or split it.",
    ),
    422: FailureHint(
        ErrorKind.INVALID,
        "The genie service refused the contents of the request",
        "A message may have 12 KB, and a file must have been uploaded to the same conversation.",
    ),
}
"""Meanings in the Headless API."""

_WORKFLOW_BUSY = FailureHint(
    ErrorKind.BUSY,
    "The workflow is still at work on something else",
    "Wait until it has finished, or halt it.",
)

WORKFLOWS: Hints = {
    **ANSWERS,
    (400, "A task is already running for this workflow"): _WORKFLOW_BUSY,
    (400, "Workflow is running, cannot send prompt"): _WORKFLOW_BUSY,
    (400, "Workflow is inactive"): FailureHint(
        ErrorKind.ASLEEP,
        "The workflow is switched off",
        "Switch it on again, or begin a new conversation.",
    ),
    (400, "No running task to halt"): FailureHint(
        ErrorKind.INVALID, "Nothing runs that could be halted"
    ),
    401: FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The Workflows API did not accept the token",
        "Check token (GENIE_TUI_TOKEN): it is a GitHub token that the server can verify.",
    ),
    (403, "Not your workflow"): FailureHint(
        ErrorKind.FORBIDDEN,
        "The workflow belongs to somebody else",
        "Sign in with the token of the account that created it, or begin a new conversation.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The Workflows API does not know what was asked for",
        "It may have been deleted. If nothing is found at all, check base_url and, in genie, the "
        "agent id.",
    ),
    422: FailureHint(
        ErrorKind.INVALID,
        "The Workflows API refused the contents of the request",
        "A guardrail may object to the words; otherwise check the options.",
    ),
    503: FailureHint(
        ErrorKind.SERVER,
        "The Workflows API is not available",
        "It may be unable to reach GitHub to check the token. Try again in a moment.",
    ),
}
"""Meanings in the Workflows API. Its rejections have no codes, only a ``detail``."""

CASES: Mapping[FailureCase, FailureHint] = {
    FailureCase.DNS: FailureHint(
        ErrorKind.UNREACHABLE,
        "The name {host} is not known to the network",
        "Check the connection and the spelling of the host; inside a company network a VPN or a "
        "proxy (HTTPS_PROXY) may be needed.",
    ),
    FailureCase.REFUSED: FailureHint(
        ErrorKind.UNREACHABLE,
        "Nothing accepts connections at {host}",
        "Check the port and whether the service runs.",
    ),
    FailureCase.TLS: FailureHint(
        ErrorKind.UNREACHABLE,
        "{host} and this program found no way to encrypt the connection",
        "Check the port of the URL, and whether a proxy or a firewall answers in its place.",
    ),
    FailureCase.WRONG_HOST: FailureHint(
        ErrorKind.UNREACHABLE,
        "The certificate that {host} shows is for another name",
        "Check the spelling of the host, and whether a proxy or a hotspot answers in its place.",
    ),
    FailureCase.EXPIRED: FailureHint(
        ErrorKind.UNREACHABLE,
        "The certificate of {host} has expired",
        "Check the clock of this machine; if it is right, whoever runs {host} must renew it.",
    ),
    FailureCase.NOT_YET_VALID: FailureHint(
        ErrorKind.UNREACHABLE,
        "The certificate of {host} is not valid yet",
        "Check the clock of this machine.",
    ),
    FailureCase.UNTRUSTED: FailureHint(
        ErrorKind.UNREACHABLE,
        "The certificate of {host} has an issuer that this machine does not trust",
        "If a company proxy inspects traffic, add its certificate to the system's store, or name "
        "it in ca_file (GENIE_TUI_CA_FILE). 'genie-tui doctor' says who issued it.",
    ),
    FailureCase.PROXY_GONE: FailureHint(
        ErrorKind.UNREACHABLE,
        "Nothing accepts connections at the proxy {proxy}",
        "Check the proxy that {variable} names, the network and the VPN.",
    ),
    FailureCase.PROXY_UNKNOWN: FailureHint(
        ErrorKind.UNREACHABLE,
        "The name of the proxy {proxy} is not known to the network",
        "Check the proxy that {variable} names; inside a company network a VPN may be needed.",
    ),
    FailureCase.PROXY_TLS: FailureHint(
        ErrorKind.UNREACHABLE,
        "No encrypted connection to the proxy {proxy}",
        "Check the certificate of the proxy, and whether {variable} should name it with http:// "
        "instead.",
    ),
    FailureCase.PROXY_PASSWORD: FailureHint(
        ErrorKind.SETTINGS,
        "The proxy {proxy} wants another user name and password",
        "Put them into {variable}, as in http://USER:PASSWORD@HOST:PORT, with %40 for @.",
    ),
    FailureCase.PROXY_FORBIDS: FailureHint(
        ErrorKind.UNREACHABLE,
        "The proxy {proxy} does not allow connections to {host}",
        "Ask the people who run the proxy to allow it. If no proxy is needed for {host}, name the "
        "host in NO_PROXY.",
    ),
    FailureCase.PROXY_LATE: FailureHint(
        ErrorKind.UNREACHABLE,
        "The proxy {proxy} did not answer in time",
        "Check the proxy that {variable} names, the network and the VPN.",
    ),
    FailureCase.PROXY: FailureHint(
        ErrorKind.UNREACHABLE,
        "The proxy {proxy} did not connect to {host}",
        "Check the kind and the port of the proxy that {variable} names.",
    ),
    FailureCase.CONNECT_TIMEOUT: FailureHint(
        ErrorKind.UNREACHABLE,
        "No connection to {host} in time",
        "Check the network, VPN and firewall.",
    ),
    FailureCase.CONNECT: FailureHint(
        ErrorKind.UNREACHABLE, "No connection to {host}", "Check the network, VPN and firewall."
    ),
    FailureCase.NO_ANSWER: FailureHint(
        ErrorKind.TIMED_OUT, "{host} did not answer in time", "It may be busy; try again."
    ),
    FailureCase.SILENT_STREAM: FailureHint(
        ErrorKind.TIMED_OUT,
        "{host} has been silent for too long, without even a keep-alive",
        "The turn may go on without us; if no reply ever comes, check that the genie is started.",
    ),
    FailureCase.BROKEN: FailureHint(
        ErrorKind.INTERRUPTED, "The connection to {host} broke before the answer", ASK_AGAIN
    ),
    FailureCase.CUT_STREAM: FailureHint(
        ErrorKind.INTERRUPTED,
        "The event stream from {host} was cut",
        "The turn goes on; reconnecting brings what was missed.",
    ),
    FailureCase.UNSENDABLE: FailureHint(
        ErrorKind.INVALID,
        "The request cannot be written as HTTP",
        "Check the base URL and the credential for stray characters.",
    ),
    FailureCase.NOT_JSON: FailureHint(
        ErrorKind.BAD_ANSWER, "{host} did not answer in JSON, so it is not the service", _CHECK_URL
    ),
    FailureCase.NOT_AN_OBJECT: FailureHint(
        ErrorKind.BAD_ANSWER, "{host} answered in JSON of another shape", _CHECK_URL
    ),
    FailureCase.NOT_A_STREAM: FailureHint(
        ErrorKind.BAD_ANSWER, "{host} did not answer with an event stream", _CHECK_URL
    ),
    FailureCase.HUGE_EVENT: FailureHint(
        ErrorKind.BAD_ANSWER,
        "{host} sent more than 4 MB without a complete event",
        "Reconnecting or the message history may bring what it meant.",
    ),
    FailureCase.HUGE_BODY: FailureHint(
        ErrorKind.BAD_ANSWER,
        "{host} sent more than 16 MB in one answer; the rest was not read",
        _CHECK_URL,
    ),
    FailureCase.NO_ID: FailureHint(
        ErrorKind.BAD_ANSWER,
        "{host} reported success, but without the id of what it made",
        _CHECK_URL,
    ),
    FailureCase.EMPTY_MESSAGE: FailureHint(
        ErrorKind.INVALID,
        "The message is empty",
        "Write some words, also when a file goes with it.",
    ),
    FailureCase.LONG_MESSAGE: FailureHint(
        ErrorKind.TOO_LARGE,
        "The message is longer than 12 KB",
        "Shorten it, or attach it as a file.",
    ),
    FailureCase.LARGE_FILE: FailureHint(
        ErrorKind.TOO_LARGE, "The file is larger than 20 MB", "Reduce it or split it."
    ),
    FailureCase.UNREADABLE_FILE: FailureHint(
        ErrorKind.INVALID, "The file cannot be read", "Check that it exists and may be opened."
    ),
    FailureCase.CHANGED_FILE: FailureHint(
        ErrorKind.INVALID, "The file changed while it was being sent", "Attach it again."
    ),
    FailureCase.BAD_BASE_URL: FailureHint(
        ErrorKind.INVALID,
        "The base URL cannot be used",
        "It must be https://host, without user name or query; plain http only to this machine.",
    ),
}


def hint_for(hints: Hints, status: int, code: str | None) -> FailureHint:
    """Return the row of a response: by status and code, else by status, else by its class."""
    keys: tuple[Answered, ...] = ((status, code or ""), status, status // 100 * 100)
    return next((hints[key] for key in keys if key in hints), _UNEXPECTED)


_UNEXPECTED = FailureHint(ErrorKind.BAD_ANSWER, "The service gave an unexpected answer", _CHECK_URL)
