"""Headless API client: the request of each call, and documented and observed responses."""

from __future__ import annotations

import re
from contextlib import aclosing
from pathlib import Path

import pytest

from tui.api.headless import LARGEST_FILE_BYTES, LARGEST_MESSAGE_BYTES
from tui.core.errors import BackendError, ErrorKind

CHAT = "/api/v1/genies/gin-1/chat"
BOTH = pytest.mark.parametrize("kind", ["documented", "observed"])


@BOTH
async def test_list_conversations(client, server, reply, recorded, kind):
    server.says(reply(200, recorded(f"{kind}/conversations.json")))
    page = await client.list_conversations("c/1")
    assert server.asked[0].target == f"{CHAT}/conversations?limit=50&cursor=c%2F1"
    assert [c.conversation_id for c in page.conversations][:2] == ["cnv-2b", "cnv-1a"]
    assert page.conversations[0].created_at == 1_788_343_872_131
    assert page.conversations[1].created_at == 1_788_242_400_000
    assert page.cursor == ("next-page" if kind == "documented" else None)


@BOTH
async def test_create_conversation(client, server, reply, recorded, kind):
    server.says(reply(201, recorded(f"{kind}/created.json")))
    assert await client.create_conversation() == "cnv-2b"
    assert (server.asked[0].method, server.asked[0].json) == ("POST", {})


@pytest.mark.parametrize("body", [b"", {}, {"result": {}}, {"conversation_id": None}, {"id": 1}])
async def test_a_conversation_without_an_id_is_an_error(client, server, reply, body):
    server.says(reply(200, body))
    with pytest.raises(BackendError) as caught:
        await client.create_conversation()
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.BAD_ANSWER, True)


async def test_a_malformed_response_is_an_error(client, server, reply):
    server.says(reply(200, [1, 2]))
    with pytest.raises(BackendError) as caught:
        await client.list_conversations()
    assert caught.value.kind is ErrorKind.BAD_ANSWER


@BOTH
async def test_get_conversation(client, server, reply, recorded, kind):
    server.says(reply(200, recorded(f"{kind}/conversation.json")))
    answer = await client.get_conversation("cnv/2b")
    assert server.asked[0].target == f"{CHAT}/conversations/cnv%2F2b"
    assert answer.last_event["call_id"] == "call_a1b2c3d4e5f6g7h8i9j0k1"
    assert answer.updated_at == 1_788_343_920_000


async def test_delete_conversation(client, server, reply):
    server.says(reply(204))
    await client.delete_conversation("..")
    assert (server.asked[0].method, server.asked[0].target) == (
        "DELETE",
        f"{CHAT}/conversations/%2E%2E",
    )


@BOTH
async def test_list_messages(client, server, reply, recorded, kind):
    server.says(reply(200, recorded(f"{kind}/messages.json")))
    page = await client.list_messages("cnv-2b")
    assert server.asked[0].target == f"{CHAT}/conversations/cnv-2b/messages?limit=100"
    assert [m.source for m in page.messages] == ["genie", "user"]
    assert page.messages[0].content.startswith("**Ordered.**")
    assert "\x1b" not in page.messages[0].content


@BOTH
async def test_list_events(client, server, reply, recorded, kind):
    server.says(reply(200, recorded(f"{kind}/events.json")))
    page = await client.list_events("cnv-2b", "2026-09-02T10:11:31.000001Z", limit=7)
    assert server.asked[0].target == (
        f"{CHAT}/conversations/events?since_created_at=2026-09-02T10%3A11%3A31.000001Z"
        "&conversation_id=cnv-2b&limit=7"
    )
    assert page.events[0]["type"] == "processing.started"
    assert page.next_since_created_at


@BOTH
async def test_send_a_message(client, server, stream, recorded, kind):
    server.says(stream(recorded(f"{kind}/turn.sse")))
    async with aclosing(client.send_message("cnv-2b", "Order a laptop", "file-7")) as frames:
        kinds = [frame.kind async for frame in frames]
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("POST", f"{CHAT}/conversations/cnv-2b/messages")
    assert asked.json == {"message": "Order a laptop", "stream": True, "file_id": "file-7"}
    assert kinds[0] == "processing.started"


async def test_send_a_message_without_a_stream(client, server, reply):
    server.says(reply(202, {"result": {"conversation_id": "c", "genie_run_id": "run-9"}}))
    assert (await client.post_message("c", "hi")).genie_run_id == "run-9"
    assert server.asked[0].json == {"message": "hi", "stream": False}


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("", ErrorKind.INVALID),
        (" \n", ErrorKind.INVALID),
        ("x" * (LARGEST_MESSAGE_BYTES + 1), ErrorKind.TOO_LARGE),
        ("€" * (LARGEST_MESSAGE_BYTES // 3 + 1), ErrorKind.TOO_LARGE),
    ],
)
async def test_an_invalid_message_is_not_sent(client, server, message, kind):
    with pytest.raises(BackendError) as caught:
        client.send_message("c", message)
    assert (caught.value.kind, caught.value.sent) == (kind, False)
    assert server.asked == []


async def test_a_message_has_a_limit_of_12_kilobytes(client, server, stream):
    server.says(stream(b"data:{}\n\n"))
    async with aclosing(client.send_message("c", "€" * (LARGEST_MESSAGE_BYTES // 3))) as frames:
        assert await anext(frames)


async def test_a_message_is_never_retried_by_the_client(client, server, reply):
    server.says(reply(503))
    with pytest.raises(BackendError) as caught:
        await anext(client.send_message("c", "hi"))
    assert caught.value.sent
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("after", "header"), [("e-1", "e-1"), ("ä", "ä"), (None, None), ("", None), ("a\r\nX: y", None)]
)
async def test_follow_a_run(client, server, stream, after, header):
    server.says(stream(b"data:{}\n\n"))
    async with aclosing(client.follow_run("c", "run/9", after)) as frames:
        assert [frame async for frame in frames]
    (asked,) = server.asked
    assert asked.target == f"{CHAT}/conversations/c/genie-runs/run%2F9"
    assert asked.headers.get("last-event-id") == header
    assert "x" not in asked.headers


@pytest.mark.parametrize(
    ("resolution", "reason", "body"),
    [
        ("approved", None, {"resolution": "approved"}),
        ("approved", "unused", {"resolution": "approved"}),
        ("rejected", None, {"resolution": "rejected"}),
        ("rejected", "too dear", {"resolution": "rejected", "rejection_reason": "too dear"}),
    ],
)
async def test_resolve_an_approval(client, server, reply, resolution, reason, body):
    server.says(reply(200))
    await client.resolve_approval("c", "call/1", resolution, reason)
    assert server.asked[0].target == f"{CHAT}/conversations/c/skill_approval/call%2F1"
    assert server.asked[0].json == body


@BOTH
async def test_connection_link(client, server, reply, recorded, kind):
    server.says(reply(200, recorded(f"{kind}/link.json")))
    answer = await client.connection_link("rca-77")
    assert (server.asked[0].method, server.asked[0].target) == (
        "POST",
        f"{CHAT}/runtime_connection/rca-77/link",
    )
    if kind == "documented":
        assert answer.auth_link.url == "https://example.invalid/connect/abc"
        assert answer.auth_link.expires_at == 1_788_344_400_000
    else:
        assert answer.status == "authorized"


@pytest.mark.parametrize(("reason", "body"), [(None, {}), ("no", {"reason": "no"})])
async def test_reject_connection(client, server, reply, reason, body):
    server.says(reply(202))
    await client.reject_connection("rca-77", reason)
    assert server.asked[0].target == f"{CHAT}/runtime_connection/rca-77/reject"
    assert server.asked[0].json == body


@BOTH
async def test_upload(client, server, reply, recorded, tmp_path: Path, kind):
    content = bytes(range(256)) * 1600
    path = tmp_path / 'odd "näme".csv'
    path.write_bytes(content)
    server.says(reply(200, recorded(f"{kind}/uploaded.json")))
    seen: list[tuple[int, int]] = []
    assert await client.upload("c", path, lambda *progress: seen.append(progress)) == "file-7"
    (asked,) = server.asked
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\w+)", asked.headers["content-type"])
    head, _, rest = asked.body.partition(b"\r\n\r\n")
    assert head.decode() == (
        f"--{boundary[1]}\r\n"
        'Content-Disposition: form-data; name="file"; filename="odd %22näme%22.csv"\r\n'
        "Content-Type: text/csv"
    )
    assert rest == content + f"\r\n--{boundary[1]}--\r\n".encode()
    assert "transfer-encoding" not in asked.headers
    assert seen == sorted(seen)
    assert seen[-1] == (len(content), len(content))
    assert len(seen) > 2


async def test_a_file_that_is_too_large_is_not_sent(client, server, tmp_path: Path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    with pytest.raises(BackendError) as caught:
        await client.upload("c", path, lambda sent, total: None)
    assert caught.value.kind is ErrorKind.TOO_LARGE
    assert server.asked == []


async def test_a_missing_file_is_not_uploaded(client, server, tmp_path: Path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(BackendError) as caught:
            await client.upload("c", path, lambda sent, total: None)
        assert (caught.value.kind, caught.value.sent) == (ErrorKind.INVALID, False)


@pytest.mark.parametrize("size", [100, 400_000])
async def test_a_file_that_changes_during_the_upload_is_an_error(
    client, server, reply, size, tmp_path: Path
):
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 300_000)
    server.says(reply(200, {"file_id": "file-7"}))

    def change(sent: int, total: int) -> None:
        with path.open("r+b") as file:
            file.truncate(size)

    with pytest.raises(BackendError) as caught:
        await client.upload("c", path, change)
    assert "changed" in str(caught.value)


async def test_an_empty_file_is_uploaded_and_rejected_by_the_server(
    client, server, reply, tmp_path: Path
):
    server.says(reply(422, {"error_message": "Empty file."}))
    (tmp_path / "empty").touch()
    with pytest.raises(BackendError) as caught:
        await client.upload("c", tmp_path / "empty", lambda sent, total: None)
    assert caught.value.kind is ErrorKind.INVALID
