"""Genie backend with recorded responses."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tui.api.models import (
    ConversationPage,
    ConversationState,
    EventList,
    MessageList,
    RuntimeConnection,
)
from tui.api.sse import Frame, read_frames
from tui.backends.genie.backend import GenieBackend
from tui.core.events import Heartbeat, TurnEvent, UnknownEvent
from tui.core.ids import AttemptId, CallId, ConversationId, RunId, TurnId
from tui.core.ports import Capability
from tui.core.turn import Turn, fold

FIXTURES = Path(__file__).parent.parent / "fixtures" / "headless"
CNV = ConversationId("cnv-2b")


def recorded(name: str) -> Any:
    body = json.loads((FIXTURES / name).read_bytes())
    return body.get("result", body)


class ScriptedClient:
    """Answers with one body and one stream, and keeps what it was asked."""

    def __init__(self, body: Any = None, stream: bytes = b"") -> None:
        self.body = body
        self.stream = stream
        self.asked: list[Any] = []
        self.closed = 0

    async def list_conversations(self, cursor: str | None) -> ConversationPage:
        return ConversationPage.model_validate(self.body)

    async def get_conversation(self, conversation_id: str) -> ConversationState:
        return ConversationState.model_validate(self.body)

    async def list_messages(self, conversation_id: str, cursor: str | None) -> MessageList:
        return MessageList.model_validate(self.body)

    async def list_events(self, conversation_id: str, since: str | None) -> EventList:
        return EventList.model_validate(self.body)

    async def connection_link(self, attempt_id: str) -> RuntimeConnection:
        return RuntimeConnection.model_validate(self.body)

    async def resolve_approval(self, *asked: Any) -> None:
        self.asked.append(asked)

    def send_message(self, *asked: Any) -> AsyncGenerator[Frame]:
        self.asked.append(asked)
        return self._frames()

    follow_run = send_message

    async def _frames(self) -> AsyncGenerator[Frame]:
        async def chunks() -> AsyncGenerator[bytes]:
            yield self.stream

        try:
            async for frame in read_frames(chunks()):
                yield frame
        finally:
            self.closed += 1


def backend(body: Any = None, stream: bytes = b"") -> GenieBackend:
    return GenieBackend(ScriptedClient(body, stream), now_ms=lambda: 7)


async def all_of(events: AsyncGenerator[TurnEvent]) -> list[TurnEvent]:
    async with aclosing(events):
        return [event async for event in events]


def test_genie_capabilities():
    asks = Capability.APPROVE | Capability.CONNECT | Capability.UPLOAD | Capability.BE_STOPPED
    assert (
        backend().can
        == asks | Capability.DELETE | Capability.REPLAY | Capability.HISTORY | Capability.TITLE
    )


@pytest.mark.parametrize("kind", ["documented", "observed"])
async def test_conversations_have_titles_and_no_placeholders(kind: str):
    page = await backend(recorded(f"{kind}/conversations.json")).conversations()
    assert [(c.id, c.title) for c in page.items] == [
        ("cnv-2b", "Laptop for a new hire"),
        ("cnv-1a", ""),
    ]
    assert page.items[0].updated_ms == 1_788_344_100_000
    assert page.items[1].updated_ms == page.items[1].created_ms


async def test_a_repeated_cursor_ends_the_paging():
    chats = backend({"list": [], "cursor": "same"})
    assert (await chats.conversations("other")).cursor == "same"
    assert (await chats.conversations("same")).cursor is None
    assert (await backend({"cursor": "same"}).history(CNV, "same")).cursor is None
    stored = await backend({"next_since_created_at": "2026"}).events(CNV, "2026")
    assert stored.next_since is None


@pytest.mark.parametrize(
    ("state", "last", "activity"),
    [
        ("idle", None, "idle"),
        ("idle", "processing.finished", "idle"),
        ("idle", "runtime_connection.auth_required", "idle"),
        ("ai_running", None, "working"),
        ("running", "agent.message", "working"),
        ("skill_processing", "skill.running", "working"),
        ("skill_processing", "skill.confirmation_required", "awaiting_approval"),
        ("awaiting_approval", None, "awaiting_approval"),
        ("skill_processing", "runtime_connection.auth_required", "awaiting_connection"),
        ("skill_processing", "business_approval.required", "working"),
        ("", None, "idle"),
        ("", "skill.running", "working"),
    ],
)
async def test_conversation_status(state: str, last: str | None, activity: str):
    body = {"state": state, "last_event": {"type": last} if last else None}
    assert (await backend(body).status(CNV)).activity == activity


@pytest.mark.parametrize("kind", ["documented", "observed"])
async def test_the_last_event_is_a_domain_event(kind: str):
    status = await backend(recorded(f"{kind}/conversation.json")).status(CNV)
    assert status.activity == "awaiting_approval"
    assert getattr(status.last_event, "call_id", None) == "call_a1b2c3d4e5f6g7h8i9j0k1"
    assert status.updated_ms == 1_788_343_920_000


@pytest.mark.parametrize("kind", ["documented", "observed"])
async def test_message_history(kind: str):
    page = await backend(recorded(f"{kind}/messages.json")).history(CNV)
    assert [m.source for m in page.items] == ["agent", "user"]
    assert [m.run_id for m in page.items] == ["run-9", "run-9" if kind == "documented" else None]
    assert page.items[1].text == "Order a laptop"
    assert page.cursor is None


@pytest.mark.parametrize("kind", ["documented", "observed"])
async def test_stored_events_are_those_of_the_conversation(kind: str):
    page = await backend(recorded(f"{kind}/events.json")).events(CNV)
    (event,) = page.events
    assert (event.run_id, event.seq, event.seen_ms) == ("run-9", 1, 7)
    assert page.next_since


@pytest.mark.parametrize("kind", ["documented", "observed"])
async def test_a_recorded_turn_is_parsed(kind: str):
    chats = backend(stream=(FIXTURES / kind / "turn.sse").read_bytes())
    events = await all_of(chats.send(CNV, "Order a laptop"))
    assert {event.run_id for event in events} == {"run-9"}
    assert not [event for event in events if isinstance(event, UnknownEvent)]
    assert any(isinstance(event, Heartbeat) for event in events)
    turn = fold(Turn(id=TurnId("t"), conversation_id=CNV), events)
    assert not turn.has_gap
    assert turn.phase == ("over" if kind == "observed" else "awaiting_connection")


async def test_a_stream_is_closed_when_the_turn_is_finished_or_the_reader_leaves():
    client = ScriptedClient(stream=b'data:{"type":"processing.finished"}\n\ndata:{"type":"x"}\n\n')
    chats = GenieBackend(client, now_ms=lambda: 7)
    assert len(await all_of(chats.send(CNV, "hi"))) == 1
    async with aclosing(chats.resume(CNV, RunId("run-1"), None)) as events:
        assert (await anext(events)).run_id == "run-1"
    assert client.closed == 2


async def test_requests_of_resume_and_approval_decision():
    client = ScriptedClient(stream=b"data:{}\n\n")
    chats = GenieBackend(client, now_ms=lambda: 7)
    await all_of(chats.resume(CNV, RunId("run-1"), "e-7"))
    await chats.decide(CNV, CallId("call-1"), "rejected", "no")
    assert client.asked == [
        (CNV, "run-1", "e-7"),
        (CNV, "call-1", "rejected", "no"),
    ]


async def test_connection_status():
    link = await backend(recorded("documented/link.json")).connection_link(AttemptId("rca-77"))
    assert (link.authorized, link.connector) == (False, "Salesforce")
    assert link.url == "https://example.invalid/connect/abc"
    link = await backend(recorded("observed/link.json")).connection_link(AttemptId("rca-77"))
    assert (link.authorized, link.url) == (True, None)
