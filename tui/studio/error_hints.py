"""Messages and hints for failures of the Developer API. Source: reference, status codes."""

from __future__ import annotations

from collections.abc import Mapping

from tui.api.error_hints import ANSWERS, FailureHint, Hints
from tui.core.errors import ErrorKind

DEVELOPER: Hints = {
    **ANSWERS,
    400: FailureHint(
        ErrorKind.INVALID,
        "The Developer API could not accept the request as it is",
        "Correct the field that the message names, then send it again.",
    ),
    401: FailureHint(
        ErrorKind.UNAUTHORIZED,
        "The Developer API did not accept the token",
        "It takes the token of an API client (wrka...), made under Workspace admin; neither the "
        "key of a genie's client nor a login nor the legacy key works. The token must be of this "
        "data center, and not expired or regenerated.",
    ),
    403: FailureHint(
        ErrorKind.FORBIDDEN,
        "The token may not do that",
        "Add the endpoint to the client role of the token, or widen its project scopes.",
    ),
    404: FailureHint(
        ErrorKind.NOT_FOUND,
        "The Developer API does not know what was asked for",
        "Check the id, and that the token's project scopes include it.",
    ),
    409: FailureHint(
        ErrorKind.BUSY,
        "It is in use by something else",
        "Look at what uses it, and free it first.",
    ),
    422: FailureHint(ErrorKind.INVALID, "The Developer API refused the contents of the request"),
    429: FailureHint(
        ErrorKind.RATE_LIMITED,
        "Too many requests for this endpoint",
        "Wait a minute; something else uses the same token, or its limit was lowered. Customer "
        "Success can raise it.",
    ),
    500: FailureHint(
        ErrorKind.SERVER,
        "The Developer API failed",
        "Try again after a short pause; if it lasts, quote the request id to the support.",
    ),
}

ATTACHED = (
    "A genie has room for one client and a client for one genie. Detach the pairing that exists, "
    "then attach again."
)
NO_GUARDRAIL = (
    "Check the genie's handle and the token's project scopes. A genie without a guardrail, or a "
    "workspace where guardrails (a beta feature) are off, answers the same."
)

BY_GROUP: Mapping[tuple[str, int], str] = {
    ("clients", 409): ATTACHED,
    ("guardrails", 404): NO_GUARDRAIL,
}
"""Hints that only some endpoints need, by group and status."""
