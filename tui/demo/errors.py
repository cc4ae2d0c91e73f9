"""Refusals, in the body shape of all runtime errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

_CODES = {
    400: "bad_request",
    401: "auth_failed",
    403: "access_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "client_not_attached",
    409: "conflict",
    413: "payload_too_large",
    422: "validation_failed",
    429: "rate_limited",
    500: "internal_error",
    503: "service_unavailable",
}

_DETAILED = (
    "/api/workflows",
    "/api/agents",
    "/api/skills",
    "/api/tasks",
    "/api/guardrails",
    "/api/tokens",
    "/api/custom-tools",
    "/api/providers",
    "/api/credentials",
)
"""Paths of the API whose errors have FastAPI's format."""

_DEVELOPER = (
    "/api/agentic/",
    "/api/recipes",
    "/api/job/",
    "/api/connections",
    "/api/folders",
    "/api/projects",
    "/api/deployments",
    "/api/lookup_tables",
    "/api/project_roles",
    "/api/roles",
    "/api/developer_api_clients",
    "/api/on_prem_groups",
    "/api/activity_logs",
    "/api/iam/",
)
"""Paths of the Developer API."""


class Refusal(Exception):
    """Response with an error status. Source: Headless API troubleshooting, 401 auth_failed."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        title: str = "",
    ) -> None:
        """``title``: name of the error in the Developer API, instead of the status phrase."""
        super().__init__(status, message)
        self.title = title or HTTPStatus(status).phrase
        self.status = status
        self.message = message or f"{HTTPStatus(status).phrase}."
        self.code = code or _CODES.get(status, "error")
        self.headers = headers or {}

    def body(self, request_id: str) -> dict[str, Any]:
        return {
            "error_code": self.code,
            "error_message": self.message,
            "request_id": request_id,
        }


class Detail(Refusal):
    """Refusal in FastAPI's format. Source: Workflows API, as observed."""

    def body(self, request_id: str) -> dict[str, Any]:
        return {"detail": self.message}


class Details(Detail):
    """Refusal 422 in FastAPI's format: a list of problems with their locations."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(422, "; ".join(str(problem["msg"]) for problem in problems))
        self._problems = problems

    def body(self, request_id: str) -> dict[str, Any]:
        return {"detail": self._problems}


class Bare(Refusal):
    """Refusal with a sentence alone, as once observed from the runtime."""

    def body(self, request_id: str) -> dict[str, Any]:
        return {"error": self.message}


class ErrorList(Refusal):
    """Refusal in the Developer API's format. Source: Agent Studio API, sample 422."""

    def body(self, request_id: str) -> dict[str, Any]:
        error = {"code": self.status, "title": self.title, "detail": self.message}
        return {"errors": [error]}


def is_developer_path(path: str) -> bool:
    """Return True for a path of the Developer API."""
    return path.startswith(_DEVELOPER)


def in_words_of(path: str, refusal: Refusal) -> Refusal:
    """Convert a refusal to the format of the API at a path."""
    if isinstance(refusal, Detail):
        return refusal
    other: Refusal
    if path.startswith(_DETAILED):
        other = Detail(refusal.status, refusal.message)
    elif is_developer_path(path):
        other = ErrorList(refusal.status, refusal.message, title=refusal.title)
    else:
        return refusal
    other.headers = refusal.headers
    return other


def not_found(what: str) -> Refusal:
    return Refusal(404, f"{what} not found.")
