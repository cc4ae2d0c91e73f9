"""Uploads: no message is sent without its file, and none is lost with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.engine_room import Room
from tui.core.draft import Draft
from tui.core.ids import TurnId
from tui.core.records import Attachment
from tui.demo.server import DemoServer
from tui.engine.updates import MessageRejected, UploadProgress

TEXT = "Summarize the file I attached"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text("figures\n" * 40_000)
    return path


def attachment(path: Path, then: Callable[[], object] = lambda: None) -> Attachment:
    """The file as the user chose it; ``then`` it may become another."""
    chosen = Attachment(path=str(path), name=path.name, size_bytes=path.stat().st_size)
    then()
    return chosen


async def say(room: Room, *attachments: Attachment) -> TurnId:
    return (await room.session.send(None, TEXT, attachments)).id


async def refusal(room: Room) -> MessageRejected:
    await room.until(lambda: any(isinstance(u, MessageRejected) for u in room.updates))
    return next(u for u in room.updates if isinstance(u, MessageRejected))


async def test_upload_progress_is_reported_in_bytes(room: Room, file: Path) -> None:
    turn_id = await say(room, attachment(file))
    await room.over(turn_id)
    told = [u for u in room.updates if isinstance(u, UploadProgress)]
    size = attachment(file).size_bytes
    assert {(u.turn_id, u.total_bytes) for u in told} == {(turn_id, size)}
    sent = [u.sent_bytes for u in told]
    assert len(sent) > 1
    assert sent == sorted(sent)
    assert sent[-1] == size


@pytest.mark.parametrize("fault", ["status:500,", "status:429,", "drop_request:", "lose_answer:"])
async def test_a_temporarily_failed_upload_is_retried(
    room: Room, server: DemoServer, file: Path, fault: str
) -> None:
    server.faults.add(f"{fault}on=upload,times=1")
    turn = await room.over(await say(room, attachment(file)))
    assert turn.prompt
    assert turn.prompt.state == "sent"
    assert len(server.log.of("upload")) == 2
    assert len(server.log.of("send")) == 1


async def test_a_rejected_upload_restores_text_and_file(
    room: Room, server: DemoServer, file: Path
) -> None:
    server.faults.add("status:413,on=upload,times=1")
    turn_id = await say(room, attachment(file))
    refused = await refusal(room)
    assert refused.draft == Draft(TEXT, (str(file),))
    assert await room.session.draft(refused.conversation_id) == refused.draft.dump()
    assert turn_id not in room.turns
    assert server.log.of("send") == []


async def test_a_file_that_changed_before_the_upload_is_not_sent(
    room: Room, server: DemoServer, file: Path
) -> None:
    await say(room, attachment(file, then=lambda: file.write_text("other figures")))
    refused = await refusal(room)
    assert str(refused.error) == "report.txt changed: it was 320.0 kB, now it's 13 B."
    assert refused.draft.paths == (str(file),)
    assert server.log.of("send") == []


async def test_a_missing_file_is_reported_and_the_text_restored(
    room: Room, server: DemoServer, file: Path
) -> None:
    await say(room, attachment(file, then=file.unlink))
    refused = await refusal(room)
    assert "Couldn't read" in str(refused.error)
    assert refused.draft.text == TEXT
    assert server.log.of("send") == []


async def test_an_upload_can_be_canceled(room: Room, server: DemoServer, file: Path) -> None:
    server.faults.add("slow:ms=30000,on=upload")
    turn_id = await say(room, attachment(file))
    await room.until(lambda: any(isinstance(u, UploadProgress) for u in room.updates))
    cid = room.turns[turn_id].conversation_id
    assert await room.session.withdraw(cid, turn_id) == Draft(TEXT, (str(file),))
    assert turn_id not in room.turns
    assert server.log.of("send") == []
