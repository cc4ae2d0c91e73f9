"""Every way a request can fail, as a :class:`BackendError` with a sentence and a hint.

Nothing of a request gets into an error, only the host it went to: requests carry credentials.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tui.api.hints import ANSWERS, ASK_AGAIN, CASES, Case, Hints, advice_for
from tui.api.retry import retry_after_s
from tui.api.values import object_of
from tui.core.errors import BackendError, ErrorKind
from tui.core.retry import try_again_text
from tui.core.text import clean_line

READS = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""

_REQUEST_ID_HEADERS = ("x-request-id", "x-correlation-id")


def failure(case: Case, *, host: str = "", detail: str = "", sent: bool = False) -> BackendError:
    """The error of a case that is no answer of the service."""
    advice = CASES[case]
    says = advice.says.format(host=host or "The service")
    return BackendError(advice.kind, _sentence(says, detail), hint=advice.hint, sent=sent)


def error_from(response: httpx.Response, hints: Hints = ANSWERS) -> BackendError:
    """The error that an answer outside 2xx stands for. Its body must have been read.

    ``sent`` is true for a write that was answered 408 or 5xx: a gateway may have given up on a
    service that had not.
    """
    status, refusal = response.status_code, _refusal_in(response)
    asked_s = retry_after_s(response)
    advice = advice_for(hints, status, refusal.label)
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
    """Add when to try again to a hint, in place of "in a moment"."""
    if asked_s is None:
        return hint
    return f"{hint.removesuffix(ASK_AGAIN)} {try_again_text(asked_s)}".strip()


def bad_answer(response: httpx.Response, case: Case) -> BackendError:
    """The error of an answer that reports success and is not what was promised."""
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
    """The error that a failure below HTTP stands for; ``streaming``: while reading events."""
    case = _case_of(error, streaming=streaming)
    arrived = CASES[case].kind not in (ErrorKind.UNREACHABLE, ErrorKind.INVALID)
    return failure(case, host=host, sent=arrived and method not in READS)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What the body of an error says."""

    words: str = ""
    code: str | None = None
    request_id: str | None = None
    bare: bool = False
    """It had nothing but ``{"error": "..."}``."""
    detail: str = ""
    """The text of a ``{"detail": "..."}``, where services without codes say which refusal it is."""

    @property
    def label(self) -> str | None:
        return self.code or ("error" if self.bare else None) or self.detail or None


def _refusal_in(response: httpx.Response) -> _Refusal:
    """Source: Headless API troubleshooting, and the shapes other gateways were seen to use."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
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
    """The first of the named fields that holds a text or a number, as one clean line."""
    for body, *names in places:
        for name in names:
            value = body.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return clean_line(str(value))
    return ""


def _plain_text(response: httpx.Response) -> str:
    """A plain-text body as one line; nothing of a web page or of binary data."""
    text = response.content[:2000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    markup = text.startswith("<") or "html" in response.headers.get("content-type", "")
    return "" if markup or "\0" in text else clean_line(text)


def request_id_of(response: httpx.Response) -> str | None:
    """What the service calls a request, by its answer's headers."""
    found = (response.headers.get(name, "") for name in _REQUEST_ID_HEADERS)
    return clean_line(next(filter(None, found), "")) or None


def _without_credential(words: str, request: httpx.Request) -> str:
    """A server's words, should they quote what we signed in with."""
    _, _, secret = request.headers.get("authorization", "").partition(" ")
    return words.replace(secret, "[secret]") if secret else words


def _is_write(request: httpx.Request) -> bool:
    return request.method not in READS


def _sentence(says: str, detail: str) -> str:
    return f"{says} ({detail.rstrip('. ')})." if detail else f"{says}."


_CASES: tuple[tuple[type[Exception], Case], ...] = (
    (httpx.ConnectTimeout, Case.CONNECT_TIMEOUT),
    (httpx.PoolTimeout, Case.CONNECT_TIMEOUT),
    (httpx.TimeoutException, Case.NO_ANSWER),
    (httpx.ProxyError, Case.PROXY),
    (httpx.LocalProtocolError, Case.UNSENDABLE),
    (httpx.UnsupportedProtocol, Case.UNSENDABLE),
    (httpx.InvalidURL, Case.UNSENDABLE),
)

_CONNECT_CASES: tuple[tuple[type[BaseException], Case], ...] = (
    (ssl.SSLError, Case.TLS),
    (socket.gaierror, Case.DNS),
    (ConnectionRefusedError, Case.REFUSED),
)


def _case_of(error: Exception, *, streaming: bool) -> Case:
    if isinstance(error, httpx.ConnectError):
        causes = list(_causes(error))
        hits = (c for kind, c in _CONNECT_CASES if any(isinstance(e, kind) for e in causes))
        return next(hits, Case.CONNECT)
    if streaming:
        return Case.SILENT_STREAM if isinstance(error, httpx.TimeoutException) else Case.CUT_STREAM
    return next((case for kind, case in _CASES if isinstance(error, kind)), Case.BROKEN)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything that led to it, members of groups included."""
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
