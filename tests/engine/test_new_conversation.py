"""Messages for a conversation not yet created on the server stay in it, in order.

The local ID of a conversation stays valid as long as it is used: before the server's ID is known,
afterwards, and after a restart.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engine.engine_room import Room, open_room, serving
from tui.core.ids import ConversationId, is_local
from tui.core.records import Attachment
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Step:
    """A message, and what happens before the next one."""

    has_file: bool
    updates: int
    """Of the engine's that are heard first, if they come; none: both are written at once."""
    follows: bool
    """The next message is for the id that the conversation has by now, and not the first one."""
    restarts: bool


steps = st.builds(
    Step,
    has_file=st.booleans(),
    updates=st.integers(0, 12),
    follows=st.booleans(),
    restarts=st.sampled_from([False, False, False, True]),
)
slowness = st.lists(
    st.builds(
        "slow:ms={},on={}".format,
        st.sampled_from([1, 5, 20]),
        st.sampled_from(["create", "upload", "send"]),
    ),
    max_size=2,
)


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with serving("documented", ping_s=0.05, park_s=0.15) as server:
        yield server


async def heard(room: Room, updates: int) -> None:
    """Return after so many updates, or when nothing more seems to happen."""
    count = len(room.updates) + updates
    with suppress(AssertionError):
        await room.until(lambda: len(room.updates) >= count, within_s=0.05)


async def write(
    room: Room, folder: Path, step: Step, text: str, cid: ConversationId | None
) -> ConversationId:
    attachments: tuple[Attachment, ...] = ()
    if step.has_file:
        file = folder / f"{text}.txt"
        file.write_text(text)
        attachments = (Attachment(path=str(file), name=file.name, size_bytes=len(text)),)
    return (await room.session.send(cid, text, attachments)).conversation_id


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(story=st.lists(steps, min_size=2, max_size=6), slow=slowness)
def test_queued_messages_of_a_new_conversation_stay_in_it_in_order(
    server: DemoServer, story: list[Step], slow: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(server, Path(folder), story, slow))


async def play(server: DemoServer, folder: Path, story: list[Step], slow: list[str]) -> None:
    server.faults.clear()
    for spec in slow:
        server.faults.add(spec)
    before = len(server.log.of("send"))
    texts = [f"message {number}" for number in range(len(story))]
    left, first = [*zip(story, texts, strict=True)], None
    while left:
        async with open_room(server, folder / "one.db") as room, asyncio.TaskGroup() as at_once:
            while left:
                step, text = left.pop(0)
                if first is None:
                    first = cid = await write(room, folder, step, text, None)
                else:
                    at_once.create_task(write(room, folder, step, text, cid))
                if step.updates:
                    await heard(room, step.updates)
                cid = (room.session.named(first) or first) if step.follows else first
                if step.restarts:
                    break
    assert first is not None
    async with open_room(server, folder / "one.db") as room:
        for turn in await room.session.history.turns(first):
            room.turns.setdefault(turn.id, turn)
            await room.over(turn.id)
        turns = await room.session.history.turns(first)
        assert [turn.prompt and turn.prompt.text for turn in turns] == texts
        [cid] = {turn.conversation_id for turn in turns}
        assert not any(is_local(c.id) for c in await room.session.conversations.stored())
    sent = [record for record in server.log.of("send")[before:] if record.summary]
    assert [record.summary for record in sent] == texts
    assert all(f"/{cid}/" in record.path for record in sent)
