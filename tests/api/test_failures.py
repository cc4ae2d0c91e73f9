from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from tui.api.error_hints import ANSWERS, CASES, HEADLESS, FailureCase
from tui.api.failures import error_from, failure, transport_error
from tui.core.errors import BackendError, ErrorKind

HOST = "genie-api.example.invalid"


def answer(status: int, body: object = b"", *, method: str = "POST", **headers: str):
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    request = httpx.Request(method, f"https://{HOST}/x", headers={"Authorization": "Bearer t0ken"})
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, request=request, headers=fields, **content)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (
            {"error_code": "auth_failed", "error_message": "Authentication failed."},
            "auth_failed",
            "Authentication failed",
        ),
        ({"error": "no such client"}, None, "no such client"),
        ({"error": {"code": 17, "message": "inner"}}, "17", "inner"),
        ({"message": "plain"}, None, "plain"),
        ({"errors": [{"code": "c", "title": "t", "detail": "d"}]}, "c", "d"),
        ([{"message": "in a list"}], None, "in a list"),
        ({"detail": [{"msg": "field required", "loc": ["body"]}]}, None, "field required"),
        ({"error": "invalid_grant", "error_description": "spent"}, None, "invalid_grant"),
        (b"upstream is down", None, "upstream is down"),
        (b"  <html><h1>Bad gateway</h1>", None, ""),
        (b"\x00\x01\x02", None, ""),
        (b"", None, ""),
        (b"[" * 100_000, None, "[[["),
    ],
)
def test_error_bodies_of_every_shape(body: object, code: str | None, words: str):
    error = error_from(answer(400, body))
    assert (error.kind, error.status, error.code) == (ErrorKind.INVALID, 400, code)
    assert words in str(error)
    assert "<" not in str(error)


def test_error_messages_of_the_server_are_sanitized_and_truncated():
    error = error_from(answer(400, {"message": "\x1b[31mred\u202e\nline " + "x" * 9999}))
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 400


def test_credentials_quoted_by_the_server_are_redacted():
    assert "t0ken" not in str(error_from(answer(401, {"message": "bad token t0ken"})))


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (302, ErrorKind.BAD_ANSWER, False),
        (400, ErrorKind.INVALID, False),
        (401, ErrorKind.UNAUTHORIZED, False),
        (403, ErrorKind.FORBIDDEN, False),
        (404, ErrorKind.NOT_FOUND, False),
        (405, ErrorKind.UNSUPPORTED, False),
        (406, ErrorKind.NOT_ACCEPTABLE, False),
        (408, ErrorKind.TIMED_OUT, True),
        (409, ErrorKind.BUSY, False),
        (413, ErrorKind.TOO_LARGE, False),
        (418, ErrorKind.INVALID, False),
        (422, ErrorKind.INVALID, False),
        (429, ErrorKind.RATE_LIMITED, True),
        (500, ErrorKind.SERVER, True),
        (504, ErrorKind.SERVER, True),
        (599, ErrorKind.SERVER, True),
        (199, ErrorKind.BAD_ANSWER, False),
    ],
)
def test_every_http_status_has_an_error_kind(status: int, kind: ErrorKind, transient: bool):
    error = error_from(answer(status), HEADLESS)
    assert (error.kind, error.transient) == (kind, transient)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error_code": "auth_failed"}, ["wrkaus-", "data center", "regenerated", "Bearer"]),
        ({"error_code": "user_nonactive_or_missing"}, ["invitation", "user group", "email"]),
        ({"error": "client is not attached"}, ["attach", "client ID"]),
    ],
)
def test_each_meaning_of_401_has_its_own_advice(body: object, words: list[str]):
    hint = error_from(answer(401, body), HEADLESS).hint
    assert [word for word in words if word not in hint] == []


@pytest.mark.parametrize("table", [ANSWERS, HEADLESS, CASES])
def test_advice_is_complete_sentences_around_a_clause(table):
    for advice in table.values():
        assert advice.says[-1] not in ".!"
        assert not advice.hint or advice.hint.endswith(".")


def test_every_case_has_advice():
    assert set(CASES) == set(FailureCase)


@pytest.mark.parametrize(
    ("status", "method", "sent"),
    [(503, "POST", True), (503, "GET", False), (408, "POST", True), (409, "POST", False)],
)
def test_only_a_write_that_may_have_got_through_counts_as_sent(
    status: int, method: str, sent: bool
):
    assert error_from(answer(status, method=method)).sent is sent


def test_the_request_id_comes_from_body_or_headers():
    assert error_from(answer(500, {"request_id": "a"}, x_request_id="b")).request_id == "a"
    assert error_from(answer(500, x_request_id="b", x_correlation_id="c")).request_id == "b"
    assert error_from(answer(500, x_correlation_id="c")).request_id == "c"
    assert error_from(answer(500)).request_id is None
    assert "Request ID a." in error_from(answer(500, {"request_id": "a"})).sentence()


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "case", "sent"),
    [
        (caused(httpx.ConnectError("x"), socket.gaierror(8, "nodename")), FailureCase.DNS, False),
        (
            caused(httpx.ConnectError("x"), ssl.SSLCertVerificationError()),
            FailureCase.UNTRUSTED,
            False,
        ),
        (caused(httpx.ConnectError("x"), ssl.SSLError()), FailureCase.TLS, False),
        (
            caused(
                httpx.ConnectError("x"),
                caused(OSError(), BaseExceptionGroup("all failed", [ConnectionRefusedError()])),
            ),
            FailureCase.REFUSED,
            False,
        ),
        (httpx.ConnectError("x"), FailureCase.CONNECT, False),
        (httpx.ConnectTimeout("x"), FailureCase.CONNECT_TIMEOUT, False),
        (httpx.PoolTimeout("x"), FailureCase.CONNECT_TIMEOUT, False),
        (httpx.ReadTimeout("x"), FailureCase.NO_ANSWER, True),
        (httpx.WriteTimeout("x"), FailureCase.NO_ANSWER, True),
        (httpx.ReadError("x"), FailureCase.BROKEN, True),
        (httpx.WriteError("x"), FailureCase.BROKEN, True),
        (httpx.RemoteProtocolError("x"), FailureCase.BROKEN, True),
        (httpx.DecodingError("x"), FailureCase.BROKEN, True),
        (httpx.LocalProtocolError("x"), FailureCase.UNSENDABLE, False),
        (httpx.UnsupportedProtocol("x"), FailureCase.UNSENDABLE, False),
        (httpx.InvalidURL("x"), FailureCase.UNSENDABLE, False),
    ],
)
def test_network_errors_below_http_have_an_error_kind(
    error: Exception, case: FailureCase, sent: bool
):
    write = transport_error(error, "POST", HOST)
    assert str(write) == str(failure(case, host=HOST))
    assert (write.kind, write.sent) == (CASES[case].kind, sent)
    assert transport_error(error, "GET", HOST).sent is False


def test_a_failed_stream_was_accepted_by_the_server():
    for error, kind in (
        (httpx.ReadTimeout("x"), ErrorKind.TIMED_OUT),
        (httpx.ReadError("x"), ErrorKind.INTERRUPTED),
        (httpx.StreamClosed(), ErrorKind.INTERRUPTED),
    ):
        problem = transport_error(error, "POST", HOST, streaming=True)
        assert (problem.kind, problem.sent) == (kind, True)
        assert isinstance(problem, BackendError)
