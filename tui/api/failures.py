"""Convert every failure of a request to a :class:`BackendError` with a sentence and a hint.

Errors contain nothing of a request except its host: requests carry credentials.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tui.api.coerce import object_of
from tui.api.error_hints import ANSWERS, ASK_AGAIN, CASES, FailureCase, Hints, hint_for
from tui.api.network.transport import ProxyFailure, proxy_of
from tui.api.request_log import request_id_of
from tui.api.retry import retry_after_s
from tui.core.errors import BackendError, ErrorKind
from tui.core.json_values import read_json
from tui.core.retry import try_again_text
from tui.core.text import clean_line

READS = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


def failure(
    case: FailureCase,
    *,
    host: str = "",
    detail: str = "",
    sent: bool = False,
    proxy: str = "",
    variable: str = "",
) -> BackendError:
    """Return the error of a case without a response of the service."""
    advice = CASES[case]
    names = {"host": host or "The service", "proxy": proxy, "variable": variable}
    says, hint = advice.says.format_map(names), advice.hint.format_map(names)
    return BackendError(advice.kind, _sentence(says, detail), hint=hint, sent=sent)


def error_from(response: httpx.Response, hints: Hints = ANSWERS) -> BackendError:
    """Return the error of a response outside 2xx. Its body must have been read.

    ``sent`` is true for a write with the status 408 or 5xx: a gateway may have given up on a
    service that had not.
    """
    status, refusal = response.status_code, _refusal_in(response)
    asked_s = retry_after_s(response)
    advice = hint_for(hints, status, refusal.label)
    words = _without_credential(refusal.words, response.request)
    http = f"HTTP {status}"
    unclear = status == 408 or status >= 500
    return BackendError(
        advice.kind,
        _sentence(advice.says, f"{http}: {words}" if words else http),
        hint=_timed(advice.hint, asked_s),
        status=status,
        code=refusal.code,
        request_id=refusal.request_id or request_id_of(response),
        retry_after_s=asked_s,
        sent=unclear and _is_write(response.request),
    )


def _timed(hint: str, asked_s: float | None) -> str:
    """Add the time of a retry to a hint, instead of "in a moment"."""
    if asked_s is None:
        return hint
    return f"{hint.removesuffix(ASK_AGAIN)} {try_again_text(asked_s)}".strip()


def bad_answer(response: httpx.Response, case: FailureCase) -> BackendError:
    """Return the error of a successful response with an invalid body."""
    error = failure(
        case, host=response.url.netloc.decode("ascii"), detail=f"HTTP {response.status_code}"
    )
    error.status = response.status_code
    error.request_id = request_id_of(response)
    error.sent = _is_write(response.request)
    return error


def transport_error(
    error: Exception, method: str, host: str, *, streaming: bool = False
) -> BackendError:
    """Return the error of a failure below HTTP; ``streaming``: while reading events."""
    proxy = proxy_of(error)
    if proxy is not None and isinstance(error, ProxyFailure):
        case, detail = _proxy_case(error)
        return failure(case, host=host, detail=detail, proxy=proxy.url, variable=proxy.variable)
    if proxy is not None:
        host = f"{host} (through the proxy {proxy.url})"
    case = _case_of(error, streaming=streaming)
    arrived = CASES[case].kind not in (ErrorKind.UNREACHABLE, ErrorKind.INVALID)
    return failure(case, host=host, sent=arrived and method not in READS)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Content of the body of an error."""

    words: str = ""
    code: str | None = None
    request_id: str | None = None
    bare: bool = False
    """It had nothing but ``{"error": "..."}``."""
    detail: str = ""
    """Text of a ``{"detail": "..."}``, with which services without codes name the rejection."""

    @property
    def label(self) -> str | None:
        return self.code or ("error" if self.bare else None) or self.detail or None


def _refusal_in(response: httpx.Response) -> _Refusal:
    """Parse the body. Source: Headless API troubleshooting, and observed shapes of gateways."""
    try:
        body = read_json(response.content)
    except ValueError:
        return _Refusal(words=_plain_text(response))
    if isinstance(body, list):
        body = {"errors": body}
    body = object_of(body)
    error = body.get("error")
    inner = _first_object(error, body.get("errors"), body.get("detail"))
    return _Refusal(
        words=_first_line(
            (body, "error_message", "message", "error", "detail", "error_description"),
            (inner, "error_message", "message", "detail", "title", "msg"),
        ),
        code=_first_line((body, "error_code", "code"), (inner, "error_code", "code")) or None,
        request_id=_first_line((body, "request_id"), (inner, "request_id")) or None,
        bare=isinstance(error, str) and len(body) == 1,
        detail=_first_line((body, "detail")),
    )


def _first_object(*values: object) -> dict[str, Any]:
    for value in values:
        found = value[0] if isinstance(value, list) and value else value
        if isinstance(found, dict):
            return found
    return {}


def _first_line(*places: tuple[Any, ...]) -> str:
    """Return the first of the named fields that has a text or a number, as one clean line."""
    for body, *names in places:
        for name in names:
            value = body.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return clean_line(str(value))
    return ""


def _plain_text(response: httpx.Response) -> str:
    """Return a plain-text body as one line; nothing of a web page or of binary data."""
    text = response.content[:2000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    markup = text.startswith("<") or "html" in response.headers.get("content-type", "")
    return "" if markup or "\0" in text else clean_line(text)


def _without_credential(words: str, request: httpx.Request) -> str:
    """Remove quoted credentials from a server's message."""
    _, _, secret = request.headers.get("authorization", "").partition(" ")
    return words.replace(secret, "[secret]") if secret else words


def _is_write(request: httpx.Request) -> bool:
    return request.method not in READS


def _sentence(says: str, detail: str) -> str:
    return f"{says} ({detail.rstrip('. ')})." if detail else f"{says}."


_CASES: tuple[tuple[type[Exception], FailureCase], ...] = (
    (httpx.ConnectTimeout, FailureCase.CONNECT_TIMEOUT),
    (httpx.PoolTimeout, FailureCase.CONNECT_TIMEOUT),
    (httpx.TimeoutException, FailureCase.NO_ANSWER),
    (httpx.LocalProtocolError, FailureCase.UNSENDABLE),
    (httpx.UnsupportedProtocol, FailureCase.UNSENDABLE),
    (httpx.InvalidURL, FailureCase.UNSENDABLE),
)

_CERTIFICATE_CASES: Mapping[int, FailureCase] = {
    9: FailureCase.NOT_YET_VALID,
    10: FailureCase.EXPIRED,
    62: FailureCase.WRONG_HOST,
    64: FailureCase.WRONG_HOST,
    -67602: FailureCase.WRONG_HOST,
    -67818: FailureCase.EXPIRED,
    -67819: FailureCase.NOT_YET_VALID,
    0x800B0101: FailureCase.EXPIRED,
    0x800B010F: FailureCase.WRONG_HOST,
}
"""By the code of OpenSSL (X509_V_ERR_...), macOS (errSec...) or Windows (CERT_E_...)."""


def _case_of(error: Exception, *, streaming: bool) -> FailureCase:
    if isinstance(error, httpx.ConnectError):
        return _connect_case(error)
    if streaming:
        return (
            FailureCase.SILENT_STREAM
            if isinstance(error, httpx.TimeoutException)
            else FailureCase.CUT_STREAM
        )
    return next((case for kind, case in _CASES if isinstance(error, kind)), FailureCase.BROKEN)


def _connect_case(error: Exception) -> FailureCase:
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                code = getattr(cause, "verify_code", 0)  # set by a handshake alone
                return _CERTIFICATE_CASES.get(code, FailureCase.UNTRUSTED)
            case ssl.SSLError():
                return FailureCase.TLS
            case socket.gaierror():
                return FailureCase.DNS
            case ConnectionRefusedError():
                return FailureCase.REFUSED
            case _:
                continue
    return FailureCase.CONNECT


def is_about_certificate(error: Exception) -> bool:
    """Return True if a host was reached, and its certificate was the reason to stop."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def _proxy_case(error: ProxyFailure) -> tuple[FailureCase, str]:
    """Return the failure on the way to or inside a proxy, and the proxy's own words."""
    cause = error.cause
    if isinstance(cause, httpx.TimeoutException | TimeoutError):
        return FailureCase.PROXY_LATE, ""
    if error.stage == "securing":
        return FailureCase.PROXY_TLS, ""
    if error.stage == "connecting":
        unknown = _connect_case(cause) is FailureCase.DNS
        return (FailureCase.PROXY_UNKNOWN if unknown else FailureCase.PROXY_GONE), ""
    if not isinstance(cause, httpx.ProxyError):
        return FailureCase.PROXY, ""
    words = clean_line(str(cause), 200)
    refusals = {"407": FailureCase.PROXY_PASSWORD, "403": FailureCase.PROXY_FORBIDS}
    if words.startswith(("Requested ", "Invalid username")):  # SOCKS
        return FailureCase.PROXY_PASSWORD, ""
    if "not allowed by ruleset" in words:
        return FailureCase.PROXY_FORBIDS, ""
    return refusals.get(words[:3], FailureCase.PROXY), words


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all its causes, including members of groups."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        members = current.exceptions if isinstance(current, BaseExceptionGroup) else ()
        chained = (current.__cause__, current.__context__)
        waiting += [cause for cause in (*members, *chained) if cause is not None]
