from __future__ import annotations

import asyncio
import gzip
import traceback
from contextlib import aclosing

import httpx
import pytest

import tui.api.http
from tui import __version__
from tui.api.http import Http, checked_base_url
from tui.api.sse import Frame
from tui.core.errors import BackendError, ErrorKind


async def read_all(http: Http, method: str = "GET", into: list[Frame] | None = None) -> list[Frame]:
    """All frames; ``into`` keeps those that came before an error."""
    got = [] if into is None else into
    async with aclosing(http.stream(method, "/s")) as frames:
        async for frame in frames:
            got.append(frame)
    return got


async def test_a_request_has_user_agent_and_accept_headers(http, server, reply):
    server.says(reply(200, {"a": 1}))
    assert await http.call("GET", "/x", params={"since": "2026-01-01T00:00:00+01:00"}) == {"a": 1}
    (asked,) = server.asked
    assert asked.target == "/x?since=2026-01-01T00%3A00%3A00%2B01%3A00"
    assert asked.headers["user-agent"] == f"genie-tui/{__version__}"
    assert asked.headers["accept"] == "application/json"


async def test_a_stream_request_forbids_compression(http, server, stream):
    server.says(stream(b"data:{}\n\n"))
    assert await read_all(http) == [Frame("message", {})]
    (asked,) = server.asked
    assert asked.headers["accept"] == "text/event-stream"
    assert asked.headers["accept-encoding"] == "identity"


async def test_a_request_body_is_utf8_json_without_lone_surrogates(http, server, reply):
    server.says(reply(200))
    assert await http.call("POST", "/x", json={"message": "ä \ud800"}) is None
    assert server.asked[0].body == '{"message": "ä ?"}'.encode()
    assert server.asked[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n \t\n"])
async def test_an_empty_or_blank_response_body_is_none(http, server, reply, body):
    server.says(reply(200, body))
    assert await http.call("POST", "/x") is None


@pytest.mark.parametrize("begun", [False, True])
async def test_a_connection_error_has_no_cause_with_request_headers(http, server, stream, begun):
    """The request, with its credential, is a local variable in the frames of the other errors."""
    reset = stream(b"data:{}\n\n", then="reset")
    if not begun:
        reset.chunks.clear()
    server.says(reset)
    with pytest.raises(BackendError) as caught:
        await (read_all(http) if begun else http.call("GET", "/x"))
    shown = "".join(traceback.format_exception(caught.value))
    assert "httpx.ReadError" not in shown
    assert "httpcore" not in shown


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
async def test_the_http_client_never_retries(http, server, reply, status):
    server.says(reply(status))
    with pytest.raises(BackendError):
        await http.call("GET", "/x")
    assert len(server.asked) == 1


async def test_a_write_is_sent_once(http, server, reply):
    server.says(reply(503), reply(200))
    with pytest.raises(BackendError) as caught:
        await http.call("POST", "/x", json={})
    assert caught.value.sent
    assert len(server.asked) == 1


async def test_redirects_are_not_followed(http, server, reply):
    server.says(reply(307, location="https://elsewhere.invalid/"))
    for call in (http.call("GET", "/x"), read_all(http)):
        with pytest.raises(BackendError) as caught:
            await call
        assert (caught.value.kind, caught.value.status) == (ErrorKind.BAD_ANSWER, 307)


async def test_an_html_response_is_an_error(http, server, reply):
    server.says(reply(200, b"<html>Sign in</html>", kind="text/html", x_request_id="r-2"))
    with pytest.raises(BackendError) as caught:
        await http.call("POST", "/x")
    error = caught.value
    assert (error.kind, error.request_id, error.sent) == (ErrorKind.BAD_ANSWER, "r-2", True)
    assert "<html" not in error.sentence()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_connection_reset_before_the_response_is_an_error(http, server, stream, method):
    reset = stream(then="reset")
    reset.chunks.clear()
    server.says(reset)
    with pytest.raises(BackendError) as caught:
        await http.call(method, "/x")
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.INTERRUPTED, method == "POST")


async def test_connection_refused_is_an_error(unused_tcp_port):
    http = Http(f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(BackendError) as caught:
        await http.call("POST", "/x")
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.UNREACHABLE, False)
    assert str(caught.value) == f"127.0.0.1:{unused_tcp_port} refused the connection."
    await http.aclose()


async def test_a_plaintext_server_behind_https_is_a_tls_error():
    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        done.set()

    done = asyncio.Event()
    listener = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    http = Http(f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    with pytest.raises(BackendError) as caught:
        await http.call("POST", "/x")
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.UNREACHABLE, False)
    assert "encrypt" in str(caught.value)
    await http.aclose()
    listener.close()
    await done.wait()


@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/event-streams"])
async def test_a_stream_of_another_content_type_is_an_error(http, server, stream, kind):
    server.says(stream(b"data:{}\n\n", kind=kind))
    with pytest.raises(BackendError) as caught:
        await read_all(http, "POST")
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.BAD_ANSWER, True)


@pytest.mark.parametrize("kind", ["text/event-stream;", "Text/Event-Stream; charset=windows-1252"])
async def test_a_stream_is_utf8_with_any_content_type_charset(http, server, stream, kind):
    server.says(stream('data:{"a":"€"}\n\n'.encode(), kind=kind))
    assert (await read_all(http))[0].data == {"a": "€"}


async def test_a_stream_compressed_without_request_is_decompressed(http, server, stream):
    squeezed = stream(gzip.compress(b"data:{}\n\n"))
    squeezed.chunks[0] = squeezed.chunks[0].replace(
        b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"
    )
    server.says(squeezed)
    assert await read_all(http) == [Frame("message", {})]


async def test_no_proxy_is_used_for_loopback(server, reply, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.says(reply(200, {"ok": True}))
    http = Http(server.url)
    assert await http.call("GET", "/x") == {"ok": True}
    await http.aclose()


@pytest.mark.parametrize("status", [202, 204])
async def test_a_stream_starts_with_200(http, server, reply, status):
    server.says(reply(status, kind="text/event-stream"))
    with pytest.raises(BackendError) as caught:
        await read_all(http)
    assert caught.value.kind is ErrorKind.BAD_ANSWER


async def test_a_rejected_stream_reports_the_error(http, server, reply):
    server.says(reply(409, {"error_code": "busy", "error_message": "At work.", "request_id": "r"}))
    with pytest.raises(BackendError) as caught:
        await read_all(http, "POST")
    error = caught.value
    assert (error.kind, error.code, error.request_id, error.sent) == (
        ErrorKind.BUSY,
        "busy",
        "r",
        False,
    )


async def test_an_interrupted_stream_yields_its_bytes_and_then_the_error(
    http, server, reply, stream
):
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    cut = stream(b"9\r\ndata:{}\n\n\r\n")
    cut.chunks[0] = head.encode()
    server.says(cut)
    got: list[Frame] = []
    with pytest.raises(BackendError) as caught:
        await read_all(http, "POST", got)
    assert got == [Frame("message", {})]
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.INTERRUPTED, True)


async def test_silence_is_a_timeout_error(server, stream, monkeypatch):
    monkeypatch.setattr(tui.api.http, "STREAM_TIMEOUT", httpx.Timeout(5, read=0.05))
    server.says(stream(b"data:{}\n\n", then="hang"))
    http = Http(server.url)
    got: list[Frame] = []
    with pytest.raises(BackendError) as caught:
        await read_all(http, "GET", got)
    assert len(got) == 1
    assert caught.value.kind is ErrorKind.TIMED_OUT
    await http.aclose()


async def test_the_read_timeout_is_75_seconds_and_the_connect_timeout_10():
    assert tui.api.http.STREAM_TIMEOUT.read == 75
    assert tui.api.http.JSON_TIMEOUT.read == 30
    assert {tui.api.http.STREAM_TIMEOUT.connect, tui.api.http.JSON_TIMEOUT.connect} == {10}


async def test_closing_the_reader_closes_the_connection(http, server, stream):
    server.says(stream(b"data:{}\n\n", then="hang"))
    async with aclosing(http.stream("GET", "/s")) as frames, asyncio.timeout(60):
        assert await anext(frames)
    (way,) = http._streams._transport._ways.values()
    assert way._pool.connections == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.invalid",
        "ftp://127.0.0.1",
        "https://user:secret@example.invalid",
        "https://example.invalid?x=1",
        "https://",
        "example.invalid",
        "https://exa mple.invalid:x",
        "",
    ],
)
def test_base_urls_unsafe_for_credentials_are_rejected(url):
    with pytest.raises(BackendError) as caught:
        checked_base_url(url)
    assert caught.value.kind is ErrorKind.INVALID
    assert "secret" not in caught.value.sentence()


@pytest.mark.parametrize(
    "url", ["https://a.invalid/", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"]
)
def test_safe_base_urls_are_accepted(url):
    assert str(checked_base_url(url)) == url.rstrip("/")
