"""Messages and hints for failures of the Developer API. Source: reference, status codes."""

from __future__ import annotations

from collections.abc import Mapping

from tui.api.error_hints import ANSWERS, FailureHint, Hints
from tui.core.errors import ErrorKind

DEVELOPER: Hints = {
    **ANSWERS,
    400: FailureHint(
        ErrorKind.INVALID,
        "The Developer API rejected the request as invalid",
        "Correct the field named in the message, then try again.",
    ),
    401: FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The Developer API rejected the token",
        "Use an API client's token (wrka...) from Workspace admin. A genie client's key, a "
        "sign-in, or a legacy key doesn't work. The token must belong to this data center "
        "and can't be expired or regenerated.",
    ),
    403: FailureHint(
        ErrorKind.FORBIDDEN,
        "The token doesn't have permission to do that",
        "Add the endpoint to the token's client role, or widen its project scopes.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The Developer API couldn't find what you asked for",
        "Check the ID, and that the token's project scopes include it.",
    ),
    409: FailureHint(
        ErrorKind.BUSY,
        "Something else is using it",
        "Find out what uses it, and detach it first.",
    ),
    422: FailureHint(ErrorKind.INVALID, "The Developer API rejected the contents of the request"),
    429: FailureHint(
        ErrorKind.RATE_LIMITED,
        "Too many requests for this endpoint",
        "Wait a minute. Another program may be using the same token, or its limit may be "
        "lower. Customer Success can raise the limit.",
    ),
    500: FailureHint(
        ErrorKind.SERVER,
        "The Developer API had an internal error",
        "Try again in a moment. If it keeps failing, send the request ID to support.",
    ),
}

ATTACHED = (
    "A genie can have one client, and a client can belong to one genie. Detach the existing "
    "pair, then attach again."
)
NO_GUARDRAIL = (
    "Check the genie handle and the token's project scopes. You also see this error when "
    "the genie has no guardrail, or when guardrails (a beta feature) are off in the "
    "workspace."
)

BY_GROUP: Mapping[tuple[str, int], str] = {
    ("clients", 409): ATTACHED,
    ("guardrails", 404): NO_GUARDRAIL,
}
"""Hints that only some endpoints need, by group and status."""
