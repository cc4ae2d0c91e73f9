"""Request log: every request with the service's request ID, and no secrets."""

from __future__ import annotations

import pytest

from tests.api.conftest import API_KEY
from tui.api.headless import HeadlessClient
from tui.api.http import Http
from tui.core.diagnostics import ServerCall
from tui.core.errors import BackendError


@pytest.fixture
async def noted(http: Http) -> list[ServerCall]:
    calls: list[ServerCall] = []
    http.watch_calls(calls.append)
    return calls


async def test_a_response_is_logged_with_its_request_id(http, server, reply, noted):
    server.says(reply(200, {}, X_Request_Id="req-1"))
    await http.call("GET", "/x", params={"cursor": "c1"})
    (call,) = noted
    assert (call.method, call.path, call.status, call.request_id) == ("GET", "/x", 200, "req-1")
    assert not call.failed
    assert call.took_ms >= 0


async def test_every_retry_is_logged(http, server, reply, noted):
    server.says(reply(503, X_Request_Id="a"), reply(503, X_Request_Id="b"), reply(200, {}))
    for _ in range(2):
        with pytest.raises(BackendError):
            await http.call("GET", "/x")
    await http.call("GET", "/x")
    assert [(call.status, call.request_id) for call in noted] == [
        (503, "a"),
        (503, "b"),
        (200, None),
    ]


async def test_a_stream_is_logged_when_its_response_starts(http, server, stream, noted):
    server.says(stream(b"data: {}\n\n"))
    async for _ in http.stream("POST", "/x", json={"message": "private words"}):
        assert [call.status for call in noted] == [200]
    assert "private words" not in noted[0].line()


async def test_a_request_without_a_response_is_logged(http, server, stream, noted):
    reset = stream(then="reset")
    reset.chunks.clear()
    server.says(reset)
    with pytest.raises(BackendError):
        await http.call("POST", "/x")
    (call,) = noted
    assert call.failed
    assert call.line().startswith("POST /x no response")


async def test_a_stream_that_breaks_is_logged_once(http, server, stream, noted):
    server.says(stream(b"data: {}\n\n", then="reset"))
    with pytest.raises(BackendError):
        async for _ in http.stream("POST", "/x"):
            pass
    assert [call.status for call in noted] == [200]


async def test_a_stream_that_never_started_is_logged(http, server, stream, noted):
    reset = stream(then="reset")
    reset.chunks.clear()
    server.says(reset)
    with pytest.raises(BackendError):
        await anext(http.stream("POST", "/x"))
    assert [call.status for call in noted] == [None]


async def test_request_ids_of_hostile_services_are_sanitized(http, server, reply, noted):
    server.says(reply(200, {}, X_Request_Id="a\x1b]52;c;x\x07b"))
    await http.call("GET", "/x")
    assert "\x1b" not in (noted[0].request_id or "")


async def test_no_secret_is_logged(client: HeadlessClient, server, reply):
    calls: list[ServerCall] = []
    client.watch_calls(calls.append)
    server.says(reply(200, {"conversations": []}, X_Request_Id="req-2"))
    await client.list_conversations("the cursor")
    assert API_KEY not in repr(calls)
    assert "the cursor" not in repr(calls)
    assert calls[0].request_id == "req-2"
