"""Requests as other HTTP clients write them, byte by byte where that matters.

The clients are httpx, fetch (undici), requests, axios and curl; ``tests/demo/sdk.py`` runs two
whole SDKs.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.demo.conftest import Visitor

Visit = Callable[..., Visitor]

HTTPX = "Accept: application/json\r\nAccept-Encoding: gzip, br\r\nUser-Agent: python-httpx/0.28"
FETCH = (
    "accept: application/json\r\naccept-language: *\r\nsec-fetch-mode: cors\r\nuser-agent: node\r\n"
    "accept-encoding: gzip, deflate"
)
CURL = "User-Agent: curl/8.5.0\r\nAccept: */*"
AXIOS = "Accept: application/json, text/plain, */*\r\nUser-Agent: axios/1.7.2"
CLIENTS = [HTTPX, FETCH, CURL, AXIOS]


class Wire:
    """One connection for each request, as it would leave another client's socket."""

    def __init__(self, visitor: Visitor) -> None:
        self.server = visitor.server
        self.chat = urlsplit(visitor.chat).path

    def send(
        self, method: str, path: str, headers: str = CURL, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, bytes]:
        host = urlsplit(self.server.url).netloc
        lines = [
            f"{method} {self.chat}{path} HTTP/1.1",
            f"Host: {host}",
            "Connection: close",
            f"Authorization: Bearer {self.server.api_key}",
            f"X-IDP-User-Id: {self.server.idp_user_id}",
            headers,
        ]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        if kind:
            lines.append(f"Content-Type: {kind}")
        raw = "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")
        name, _, port = host.partition(":")
        with socket.create_connection((name, int(port)), timeout=60) as wire:
            wire.sendall(raw)
            answer = b"".join(iter(lambda: wire.recv(65536), b""))
        head, _, content = answer.partition(b"\r\n\r\n")
        if b"transfer-encoding: chunked" in head.lower():
            content = _dechunked(content)
        return int(head.split()[1]), content

    def json(self, *arguments: Any, **options: Any) -> Any:
        status, content = self.send(*arguments, **options)
        assert status in (200, 202), content
        return json.loads(content)

    def post(self, path: str, body: object, headers: str = CURL) -> Any:
        return self.json(
            "POST", path, headers, body=json.dumps(body).encode(), kind="application/json"
        )

    def begin(self) -> str:
        return str(self.json("POST", "/conversations", body=b"")["conversation_id"])


def _dechunked(content: bytes) -> bytes:
    whole = b""
    while content:
        size, _, rest = content.partition(b"\r\n")
        length = int(size, 16)
        whole, content = whole + rest[:length], rest[length + 2 :]
        if not length:
            break
    return whole


@pytest.fixture
def wire(visit: Visit) -> Wire:
    return Wire(visit(seeded_conversations=5, ping_s=0.02, park_s=0.05))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("query", ["", "?", "?limit=&cursor=", "?cursor=&limit=3", "?limit=3&x=1"])
def test_lists_of_conversations(wire: Wire, client: str, query: str) -> None:
    page = wire.json("GET", f"/conversations{query}", client)
    assert page["total_count"] == 5
    assert len(page["list"]) == (3 if "3" in query else 5)


@pytest.mark.parametrize(
    "query", ["?since_created_at=&conversation_id=&limit=", "?conversation_id=", "?limit="]
)
def test_lists_of_events(wire: Wire, query: str) -> None:
    conversation = wire.begin()
    body = {"message": "hi", "file_id": None, "stream": True}
    wire.send(
        "POST",
        f"/conversations/{conversation}/messages",
        body=json.dumps(body).encode(),
        kind="application/json",
    )
    found = wire.json("GET", f"/conversations/events{query}", HTTPX)["events"]
    assert conversation in {event["conversation_id"] for event in found}


@pytest.mark.parametrize("client", CLIENTS)
def test_message_history_without_a_page_size(wire: Wire, client: str) -> None:
    conversation = wire.json("GET", "/conversations", client)["list"][0]["conversation_id"]
    path = f"/conversations/{conversation}/messages"
    bare = wire.json("GET", path, client)
    assert wire.json("GET", f"{path}?limit=&cursor=", client) == bare


@pytest.mark.parametrize("body", [None, b"", b"{}"])
def test_post_requests_may_omit_an_optional_body(wire: Wire, body: bytes | None) -> None:
    kind = "application/json" if body == b"{}" else ""
    assert wire.json("POST", "/conversations", FETCH, body=body, kind=kind)["conversation_id"]


@pytest.mark.parametrize(
    "body",
    [
        {"message": "hi"},
        {"message": "hi", "stream": False},
        {"message": "hi", "stream": None, "file_id": None},
        {"message": "hi", "file_id": "", "stream": False},
    ],
)
def test_a_message_without_a_stream(wire: Wire, body: dict[str, object]) -> None:
    conversation = wire.begin()
    run = wire.post(f"/conversations/{conversation}/messages", body, AXIOS)
    assert run["conversation_id"] == conversation
    assert run["genie_run_id"]


@pytest.mark.parametrize(
    "accept", ["Accept: text/event-stream", "accept: application/json", "Accept: */*"]
)
def test_a_stream_with_any_accept_header(wire: Wire, accept: str) -> None:
    conversation = wire.begin()
    status, stream = wire.send(
        "POST",
        f"/conversations/{conversation}/messages",
        accept,
        body=b'{"message":"hi","stream":true}',
        kind="application/json; charset=utf-8",
    )
    assert status == 200
    assert stream.startswith(b"event: processing.started")
    assert b"event: processing.finished" in stream


@pytest.mark.parametrize(
    "disposition",
    [
        'form-data; name="file"; filename="blob"',
        'form-data; name="file"; filename="wishes.csv"',
        "form-data; name=file; filename=wishes.csv",
        'form-data; name="file"; filename="w.csv"; filename*=UTF-8\'\'w%C3%BCnsche.csv',
    ],
)
@pytest.mark.parametrize("kind", ["", "Content-Type: text/csv\r\n"])
def test_uploads_in_every_multipart_form(wire: Wire, disposition: str, kind: str) -> None:
    conversation = wire.begin()
    part = f"--edge\r\nContent-Disposition: {disposition}\r\n{kind}\r\nwish,granted\n\r\n--edge--"
    uploaded = wire.json(
        "POST",
        f"/conversations/{conversation}/upload",
        FETCH,
        body=part.encode(),
        kind="multipart/form-data; boundary=edge",
    )
    assert uploaded["file_id"]


def test_a_connection_is_requested_and_rejected_without_a_reason(wire: Wire) -> None:
    conversation = wire.begin()
    body = json.dumps({"message": "Show open Acme opportunities in Salesforce", "stream": True})
    _, stream = wire.send(
        "POST",
        f"/conversations/{conversation}/messages",
        HTTPX,
        body=body.encode(),
        kind="application/json",
    )
    found = re.search(rb'"runtime_connection_attempt_id": ?"([^"]+)"', stream)
    assert found
    attempt = found[1].decode()
    link = wire.json("POST", f"/runtime_connection/{attempt}/link", FETCH, body=None)
    assert link["status"] == "auth_required"
    status, _ = wire.send(
        "POST", f"/runtime_connection/{attempt}/reject", FETCH, body=b"{}", kind="application/json"
    )
    assert status in (200, 202, 204)


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=ten", "limit=1.5", "cursor=!"])
def test_invalid_requests_are_still_rejected(wire: Wire, query: str) -> None:
    status, content = wire.send("GET", f"/conversations?{query}")
    assert status == 400
    assert json.loads(content)["error_code"] == "bad_request"
