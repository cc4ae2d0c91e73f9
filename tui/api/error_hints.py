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

_CHECK_URL = "Check the profile's data center or base URL, and any proxy in between."
ASK_AGAIN = "Try again in a moment."

ANSWERS: Hints = {
    300: FailureHint(
        ErrorKind.BAD_ANSWER,
        "The service redirected the request. Redirects aren't followed, because they could "
        "leak your credentials",
        _CHECK_URL,
    ),
    400: FailureHint(ErrorKind.INVALID, "The service rejected the request as invalid"),
    401: FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The service rejected your credentials",
        "Sign in again, or check the profile's API key.",
    ),
    403: FailureHint(
        ErrorKind.FORBIDDEN,
        "You don't have permission to do that",
        "Ask an administrator for access.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The service couldn't find what you asked for",
        "It may have been deleted. If everything is missing, check the base URL.",
    ),
    405: FailureHint(ErrorKind.UNSUPPORTED, "The service doesn't support this"),
    406: FailureHint(
        ErrorKind.NOT_ACCEPTABLE, "The service can't respond in a format genie-tui understands"
    ),
    408: FailureHint(
        ErrorKind.TIMED_OUT, "The service timed out waiting for the request", ASK_AGAIN
    ),
    409: FailureHint(ErrorKind.BUSY, "Something else is using it", ASK_AGAIN),
    410: FailureHint(ErrorKind.NOT_FOUND, "It no longer exists"),
    413: FailureHint(
        ErrorKind.TOO_LARGE,
        "The request is too large for the service",
        "Make it smaller, then try again.",
    ),
    422: FailureHint(ErrorKind.INVALID, "The service rejected the contents of the request"),
    429: FailureHint(
        ErrorKind.RATE_LIMITED,
        "Too many requests",
        ASK_AGAIN,
    ),
    500: FailureHint(ErrorKind.SERVER, "The service had an internal error", ASK_AGAIN),
    502: FailureHint(ErrorKind.SERVER, "A gateway couldn't reach the service", ASK_AGAIN),
    503: FailureHint(ErrorKind.SERVER, "The service is unavailable", ASK_AGAIN),
    504: FailureHint(
        ErrorKind.SERVER,
        "A gateway timed out waiting for the service",
        "The request may still go through. Check before you repeat it.",
    ),
}
"""Meanings for every service."""

_CLIENT = (
    "Ask a builder to attach a genie client under the genie's custom chat interface. A "
    "genie can have one client."
)

HEADLESS: Hints = {
    **ANSWERS,
    400: FailureHint(
        ErrorKind.INVALID,
        "The genie service rejected the request as invalid",
        "A message needs text, even with a file attached.",
    ),
    (401, "auth_failed"): FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The genie service rejected your credentials",
        "Four common causes: a Developer API token (wrkaus-...) instead of a genie client's "
        "key or a sign-in; credentials from another data center; a regenerated key or an "
        "expired sign-in; stray characters around the key (only the key itself follows "
        "'Bearer').",
    ),
    (401, "user_nonactive_or_missing"): FailureHint(
        ErrorKind.UNAUTHORIZED,
        "Your credentials are valid, but this user can't talk to the genie",
        "The user ID must be Workato Identity's own ID (an email address doesn't "
        "work). The user must have accepted the invitation and belong to a user "
        "group that the genie allows. With a developer token, 'genie-tui studio "
        "users find EMAIL' checks all three.",
    ),
    (401, "error"): FailureHint(
        ErrorKind.UNAUTHORIZED,
        "This sign-in isn't valid for the genie",
        f"The profile's OAuth client ID isn't the one attached to the genie. {_CLIENT}",
    ),
    403: FailureHint(
        ErrorKind.FORBIDDEN,
        "The genie service denied access",
        "A new client takes about a minute to become active. If the error persists, the "
        "workspace may not have the Headless API (private beta), or the user may not have "
        "permission.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The genie service couldn't find what you asked for",
        "The conversation may have been deleted. If nothing can be found, check the genie "
        "handle (gin-...) and the data center.",
    ),
    406: FailureHint(ErrorKind.NOT_ACCEPTABLE, "No client is attached to this genie", _CLIENT),
    409: FailureHint(
        ErrorKind.BUSY,
        "The conversation is still busy with another message",
        "Answer the open approval or connection, or wait for the reply.",
    ),
    413: FailureHint(
        ErrorKind.TOO_LARGE,
        "That's over the genie service's size limit",
        "The limit is 20 MB per file and 12 KB per message. Shorten it or split it.",
    ),
    422: FailureHint(
        ErrorKind.INVALID,
        "The genie service rejected the contents of the request",
        "A message can be up to 12 KB, and a file must be uploaded to the same conversation.",
    ),
}
"""Meanings in the Headless API."""

_WORKFLOW_BUSY = FailureHint(
    ErrorKind.BUSY,
    "The workflow is still busy with another task",
    "Wait until it finishes, or stop it.",
)

WORKFLOWS: Hints = {
    **ANSWERS,
    (400, "A task is already running for this workflow"): _WORKFLOW_BUSY,
    (400, "Workflow is running, cannot send prompt"): _WORKFLOW_BUSY,
    (400, "Workflow is inactive"): FailureHint(
        ErrorKind.ASLEEP,
        "The workflow is inactive",
        "Reactivate it, or start a new conversation.",
    ),
    (400, "No running task to halt"): FailureHint(
        ErrorKind.INVALID, "There is no running task to stop"
    ),
    401: FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The Workflows API rejected the token",
        "Check the token (GENIE_TUI_TOKEN). It must be a GitHub token that the server can verify.",
    ),
    (403, "Not your workflow"): FailureHint(
        ErrorKind.FORBIDDEN,
        "The workflow belongs to another account",
        "Use the token of the account that created it, or start a new conversation.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The Workflows API couldn't find what you asked for",
        "It may have been deleted. If nothing can be found, check base_url and the agent ID "
        "in genie.",
    ),
    422: FailureHint(
        ErrorKind.INVALID,
        "The Workflows API rejected the contents of the request",
        "A guardrail may have blocked the text. Otherwise, check the options.",
    ),
    503: FailureHint(
        ErrorKind.SERVER,
        "The Workflows API is unavailable",
        "The server may be unable to reach GitHub to check the token. Try again in a moment.",
    ),
}
"""Meanings in the Workflows API. Its rejections have no codes, only a ``detail``."""

CASES: Mapping[FailureCase, FailureHint] = {
    FailureCase.DNS: FailureHint(
        ErrorKind.UNREACHABLE,
        "Couldn't find {host}",
        "Check your network and the spelling of the host. On a company network, you may "
        "need a VPN or a proxy (HTTPS_PROXY).",
    ),
    FailureCase.REFUSED: FailureHint(
        ErrorKind.UNREACHABLE,
        "{host} refused the connection",
        "Check the port, and that the service is running.",
    ),
    FailureCase.TLS: FailureHint(
        ErrorKind.UNREACHABLE,
        "Couldn't agree on an encrypted connection with {host}",
        "Check the port in the URL, and that no proxy or firewall responds instead of the host.",
    ),
    FailureCase.WRONG_HOST: FailureHint(
        ErrorKind.UNREACHABLE,
        "The certificate of {host} is for a different name",
        "Check the spelling of the host, and that no proxy or hotspot responds instead of it.",
    ),
    FailureCase.EXPIRED: FailureHint(
        ErrorKind.UNREACHABLE,
        "The certificate of {host} has expired",
        "Check this machine's clock. If it's right, the operator of {host} must "
        "renew the certificate.",
    ),
    FailureCase.NOT_YET_VALID: FailureHint(
        ErrorKind.UNREACHABLE,
        "The certificate of {host} isn't valid yet",
        "Check this machine's clock.",
    ),
    FailureCase.UNTRUSTED: FailureHint(
        ErrorKind.UNREACHABLE,
        "This machine doesn't trust the issuer of the certificate of {host}",
        "If a company proxy inspects traffic, add its certificate to the system's "
        "store, or set ca_file (GENIE_TUI_CA_FILE) to it. 'genie-tui doctor' shows "
        "the issuer.",
    ),
    FailureCase.PROXY_GONE: FailureHint(
        ErrorKind.UNREACHABLE,
        "The proxy {proxy} refused the connection",
        "Check the proxy set in {variable}, your network, and your VPN.",
    ),
    FailureCase.PROXY_UNKNOWN: FailureHint(
        ErrorKind.UNREACHABLE,
        "Couldn't find the proxy {proxy}",
        "Check the proxy set in {variable}. On a company network, you may need a VPN.",
    ),
    FailureCase.PROXY_TLS: FailureHint(
        ErrorKind.UNREACHABLE,
        "Couldn't establish a secure connection to the proxy {proxy}",
        "Check the proxy's certificate, and whether its address in {variable} should "
        "start with http:// instead.",
    ),
    FailureCase.PROXY_PASSWORD: FailureHint(
        ErrorKind.SETTINGS,
        "The proxy {proxy} requires a valid user name and password",
        "Set them in {variable}, for example http://USER:PASSWORD@HOST:PORT, with %40 for @.",
    ),
    FailureCase.PROXY_FORBIDS: FailureHint(
        ErrorKind.UNREACHABLE,
        "The proxy {proxy} blocked the connection to {host}",
        "Ask your proxy's administrator to allow it. If {host} doesn't need a proxy, "
        "add it to NO_PROXY.",
    ),
    FailureCase.PROXY_LATE: FailureHint(
        ErrorKind.UNREACHABLE,
        "The proxy {proxy} didn't respond in time",
        "Check the proxy set in {variable}, your network, and your VPN.",
    ),
    FailureCase.PROXY: FailureHint(
        ErrorKind.UNREACHABLE,
        "The proxy {proxy} couldn't connect to {host}",
        "Check the type and port of the proxy set in {variable}.",
    ),
    FailureCase.CONNECT_TIMEOUT: FailureHint(
        ErrorKind.UNREACHABLE,
        "Connecting to {host} timed out",
        "Check your network, VPN, and firewall.",
    ),
    FailureCase.CONNECT: FailureHint(
        ErrorKind.UNREACHABLE,
        "Couldn't connect to {host}",
        "Check your network, VPN, and firewall.",
    ),
    FailureCase.NO_ANSWER: FailureHint(
        ErrorKind.TIMED_OUT,
        "{host} didn't respond in time",
        "It may be busy. Try again in a moment.",
    ),
    FailureCase.SILENT_STREAM: FailureHint(
        ErrorKind.TIMED_OUT,
        "{host} stopped sending data, including keep-alives",
        "The agent may still be working. If no reply comes, check that the genie is started.",
    ),
    FailureCase.BROKEN: FailureHint(
        ErrorKind.INTERRUPTED, "The connection to {host} broke before it responded", ASK_AGAIN
    ),
    FailureCase.CUT_STREAM: FailureHint(
        ErrorKind.INTERRUPTED,
        "The stream from {host} was interrupted",
        "The agent keeps working. Reconnecting catches up on anything you missed.",
    ),
    FailureCase.UNSENDABLE: FailureHint(
        ErrorKind.INVALID,
        "The request can't be sent as valid HTTP",
        "Check the base URL and credentials for stray characters.",
    ),
    FailureCase.NOT_JSON: FailureHint(
        ErrorKind.BAD_ANSWER, "{host} didn't respond with JSON, so it isn't the service", _CHECK_URL
    ),
    FailureCase.NOT_AN_OBJECT: FailureHint(
        ErrorKind.BAD_ANSWER, "{host} responded with unexpected JSON", _CHECK_URL
    ),
    FailureCase.NOT_A_STREAM: FailureHint(
        ErrorKind.BAD_ANSWER, "{host} didn't respond with an event stream", _CHECK_URL
    ),
    FailureCase.HUGE_EVENT: FailureHint(
        ErrorKind.BAD_ANSWER,
        "{host} sent more than 4 MB without a complete event",
        "Reconnecting or loading the message history may recover it.",
    ),
    FailureCase.HUGE_BODY: FailureHint(
        ErrorKind.BAD_ANSWER,
        "{host} sent more than 16 MB in one response; the rest wasn't read",
        _CHECK_URL,
    ),
    FailureCase.NO_ID: FailureHint(
        ErrorKind.BAD_ANSWER,
        "{host} reported success but returned no ID",
        _CHECK_URL,
    ),
    FailureCase.EMPTY_MESSAGE: FailureHint(
        ErrorKind.INVALID,
        "The message is empty",
        "Write a message, even when you attach a file.",
    ),
    FailureCase.LONG_MESSAGE: FailureHint(
        ErrorKind.TOO_LARGE,
        "The message is longer than 12 KB",
        "Shorten it, or attach it as a file.",
    ),
    FailureCase.LARGE_FILE: FailureHint(
        ErrorKind.TOO_LARGE, "The file is larger than 20 MB", "Use a smaller file, or split it."
    ),
    FailureCase.UNREADABLE_FILE: FailureHint(
        ErrorKind.INVALID,
        "Couldn't read the file",
        "Check that it exists and that you can open it.",
    ),
    FailureCase.CHANGED_FILE: FailureHint(
        ErrorKind.INVALID, "The file changed during the upload", "Attach it again."
    ),
    FailureCase.BAD_BASE_URL: FailureHint(
        ErrorKind.INVALID,
        "The base URL is invalid",
        "Use https://host, without a user name or query. Plain http works only on this machine.",
    ),
}


def hint_for(hints: Hints, status: int, code: str | None) -> FailureHint:
    """Return the row of a response: by status and code, else by status, else by its class."""
    keys: tuple[Answered, ...] = ((status, code or ""), status, status // 100 * 100)
    return next((hints[key] for key in keys if key in hints), _UNEXPECTED)


_UNEXPECTED = FailureHint(
    ErrorKind.BAD_ANSWER, "The service returned an unexpected response", _CHECK_URL
)
