"""Any JSON from a service: the reply is shown, stored, found and exported."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.engine.engine_room import Room
from tests.engine.test_conversations import Desk
from tests.fakes import MemoryStore, ScriptedBackend, finished, said, started
from tests.json_values import strict, wire_values
from tui.api.sse import read_frames
from tui.backends.genie.events import read
from tui.core.codec import to_json
from tui.core.errors import StoreError
from tui.core.events import AgentMessage, TurnEvent
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.masking import masked_event
from tui.core.records import Conversation, Prompt, TurnRecord
from tui.core.text import json_text
from tui.core.turn import turn_of
from tui.demo.server import DemoServer
from tui.engine.updates import Problem, UserNotice
from tui.export import ExportSource, render
from tui.store import SqliteStore

pytestmark = pytest.mark.slow

HERE, TURN, RUN = ConversationId("here"), TurnId("t"), RunId("run-1")


async def events_of(value: Any) -> list[TurnEvent]:
    """A turn as the client reads it, with a value in the payload of each event."""

    async def stream() -> AsyncGenerator[bytes]:
        for kind, fields in (
            ("agent.message", {"message": "A heron stood there."}),
            ("skill.confirmation_required", {"call_id": "c", "skill_name": "Pay"}),
            ("a.new.kind", {}),
            ("processing.finished", {}),
        ):
            extra = {"skill_parameters": {"value": value}, "confidence": value, "extra": value}
            data = {"type": kind, **fields, **extra}
            text = json.dumps(data).replace("Infinity", "1e999")
            yield f"data: {text}\n\n".encode()

    return [read(frame, run_id=RUN, seen_ms=1) async for frame in read_frames(stream())]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=wire_values)
@example(value=float("inf"))
@example(value=[float("nan"), 10**40, "\ud800"])
def test_any_json_value_is_stored_found_and_exported(value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(store_and_export(Path(folder), value))


async def store_and_export(folder: Path, value: Any) -> None:
    events = await events_of(value)
    store = await SqliteStore.open(folder / "test.db", "account")
    await store.save_turn(TURN, HERE, Prompt(text="hi", state="sent", at_ms=1), RUN)
    await store.append(TURN, HERE, events)
    record = await store.turn(TURN)
    assert record
    assert [event.key for event in record.events] == [event.key for event in events]
    assert record.events[0] == events[0]
    [hit] = await store.search("heron")
    assert hit.event_key == events[0].key
    turn = turn_of(record)
    assert turn.reply == "A heron stood there."
    chronicle = ExportSource(
        conversation=Conversation(id=HERE),
        turns=[turn],
        events=record.events,
        agent="Ifrit",
        exported_ms=1,
    )
    strict(render(chronicle, "json"))
    for form in ("md", "html", "json"):
        assert "A heron stood there." in render(chronicle, form)
        render(chronicle, form).encode()
    for event in record.events:
        strict(json_text(to_json(masked_event(event))))
    assert await store.problems() == []
    await store.aclose()


async def test_odd_json_values_do_not_hide_the_reply(room: Room, server: DemoServer) -> None:
    server.faults.add("odd_values")
    turn = await room.ask("What can you do?")
    assert turn.reply
    assert turn.log[0].raw["confidence"] == "1e999"
    [kept] = await room.session.history.turns(turn.conversation_id)
    assert (kept.reply, kept.log) == (turn.reply, turn.log)
    assert not room.problems


class FullStore(MemoryStore):
    """A store that takes no words of agents until there is room."""

    full = True

    async def append(
        self, turn_id: TurnId, conversation_id: ConversationId, events: Sequence[TurnEvent]
    ) -> None:
        if self.full and any(isinstance(event, AgentMessage) for event in events):
            raise StoreError("The disk is full: nothing can be stored in genie.db.")
        await super().append(turn_id, conversation_id, events)


def kinds(record: TurnRecord | None) -> list[str]:
    return [type(event).__name__ for event in record.events] if record else []


async def test_a_reply_that_cannot_be_stored_is_shown_and_reported_once() -> None:
    store = FullStore()
    desk = Desk(ScriptedBackend([started(), said("One."), said("Two."), finished()]), store)
    async with desk.session as session:
        await session.send(HERE, "hi")
        turn = await desk.until("over")
        assert (turn.reply, turn.outcome) == ("One.\n\nTwo.", "finished")
        [notice] = [update for update in desk.updates if isinstance(update, UserNotice)]
        assert notice.text == (
            "The disk is full: nothing can be stored in genie.db."
            " The reply is shown, but not saved yet."
        )
        assert not any(isinstance(update, Problem) for update in desk.updates)
        assert kinds(await store.turn(turn.id)) == ["TurnStarted"]


async def test_events_that_could_not_be_stored_are_stored_later() -> None:
    store, gate = FullStore(), asyncio.Event()
    desk = Desk(ScriptedBackend([started(), said("One."), gate, finished()]), store)
    async with desk.session as session:
        turn = await session.send(HERE, "hi")
        async with asyncio.timeout(60):
            while not any(isinstance(update, UserNotice) for update in desk.updates):
                await desk.changed()
        store.full = False
        gate.set()
        await desk.until("over")
        kept = kinds(await store.turn(turn.id))
        assert kept == ["TurnStarted", "AgentMessage", "TurnFinished"]
