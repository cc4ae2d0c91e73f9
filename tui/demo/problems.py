"""Refusals, in the one body shape that every runtime error has."""

from __future__ import annotations

from http import HTTPStatus

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


class Refusal(Exception):
    """An answer with an error status. Source: Headless API troubleshooting, 401 auth_failed."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message or f"{HTTPStatus(status).phrase}."
        self.code = code or _CODES.get(status, "error")
        self.headers = headers or {}

    def body(self, request_id: str) -> dict[str, str]:
        return {
            "error_code": self.code,
            "error_message": self.message,
            "request_id": request_id,
        }


def not_found(what: str) -> Refusal:
    return Refusal(404, f"{what} not found.")
