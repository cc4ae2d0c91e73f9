"""Line-by-line chat for screen readers, with a scripted agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.fakes import NOW_MS, MemoryStore, ScriptedBackend, Wait, asks, reply, started
from tests.ui.stage import QUICK, conversation
from tui.core.agents import Agent
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.records import Prompt
from tui.engine.session import Session
from tui.engine.updates import Publish
from tui.ui.screen_reader.session import ScreenReaderSession

THERE = ConversationId("there")


class ScriptedLines:
    """Lines from the test, each given when the output before it is complete."""

    def __init__(self, *typed: tuple[str, str]) -> None:
        self.said: list[str] = []
        self._script = typed
        self._changed = asyncio.Event()

    def say(self, text: str) -> None:
        self.said.append(text)
        self._changed.set()

    async def typed(self) -> AsyncIterator[str]:
        for awaited, line in self._script:
            async with asyncio.timeout(60):
                while not any(awaited in said for said in self.said):
                    self._changed.clear()
                    await self._changed.wait()
            yield line


async def talk(
    *typed: tuple[str, str],
    backend: ScriptedBackend | None = None,
    store: MemoryStore | None = None,
) -> list[str]:
    """All that was said until the last of what is typed is done. Typed: words to wait for, line."""

    @asynccontextmanager
    async def connect(publish: Publish) -> AsyncGenerator[Session]:
        agent, kept = backend or ScriptedBackend(), store or MemoryStore()
        async with Session(agent, kept, publish, timeouts=QUICK) as session:
            yield session

    lines = ScriptedLines(*typed)
    assert await ScreenReaderSession(connect, lines, "Ifrit", lambda: NOW_MS).run() == 0  # type: ignore[arg-type]
    return lines.said


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/again", "No unconfirmed message to send again."),
        ("/drop", "No unsent message to discard."),
        ("/retry", "Retrying now."),
        ("/attach ~nobody-of-that-name/x", "x doesn't exist."),
        (f"/attach {'x' * 300}", "Couldn't read"),
    ],
)
async def test_every_slash_command_reports_its_result(command: str, told: str) -> None:
    said = await talk(("Ready", command), (told, "/quit"))
    assert told in said[-1]


async def test_a_skill_is_approved_for_the_conversation_and_revoked() -> None:
    first = [started(), asks("Pay", "call-1"), Wait.DECISION, *reply("Paid")]
    backend = ScriptedBackend(
        [*first[:-1], asks("Pay", "call-2"), Wait.DECISION, *reply("Paid twice")[1:]]
    )
    said = await talk(
        ("Ready", "pay"),
        ("type /approve 1 conversation.", "/approve 1 conversation"),
        ("Paid twice", "/revoke"),
        ("Pay will ask for your approval again.", "/quit"),
        backend=backend,
    )
    assert "Pay: approved automatically, for this conversation." in said
    assert not any(line.startswith("Question 2") for line in said)
    assert [call for call, _, _ in backend.decisions] == ["call-1", "call-2"]


async def test_conversations_are_tagged_archived_and_listed_by_either() -> None:
    store = MemoryStore([conversation(THERE, "Laptop", NOW_MS)])
    said = await talk(
        ("Ready", "/open 1"),
        ("Type /list", "/list"),
        ("Laptop", "/open 1"),
        ("Laptop", "/tags Urgent net"),
        ("Tags: #urgent #net.", "/list #net"),
        ("tags urgent, net", "/archive"),
        ("Archived on this machine.", "/list"),
        ("No conversations yet.", "/archived"),
        ("tags urgent, net", "/quit"),
        store=store,
    )
    assert said


async def test_a_file_name_that_is_too_long_is_reported(tmp_path: Path) -> None:
    said = await talk(
        ("Ready", "hi"),
        ("End of the reply", f"/export {tmp_path / ('x' * 300)}.md"),
        ("too long", "/quit"),
        backend=ScriptedBackend(reply("Hello")),
    )
    assert "too long" in said[-1]


async def test_a_queued_message_sent_meanwhile_is_not_reported_as_canceled() -> None:
    held = asyncio.Event()
    limit = BackendError(ErrorKind.RATE_LIMITED, "Slowly.", retry_after_s=30)
    backend = ScriptedBackend(reply("Hello"))
    backend.failures["create"].append(limit)
    store = MemoryStore()

    async def too_late(turn_id: TurnId) -> Prompt | None:
        held.set()
        return None

    store.withdraw = too_late  # type: ignore[method-assign]
    said = await talk(
        ("Ready", "hi"),
        ("Not sent yet. Trying again in ", "/drop"),
        ("Too late", "/quit"),
        backend=backend,
        store=store,
    )
    assert held.is_set()
    assert "Message discarded." not in said


async def test_a_question_pending_from_before_the_start_is_announced() -> None:
    store = MemoryStore([conversation(THERE, "Laptop", NOW_MS)])
    prompt = Prompt(text="order", state="sent", at_ms=NOW_MS)
    await store.save_turn(TurnId("t"), THERE, prompt, RunId("run-1"))
    await store.append(TurnId("t"), THERE, [started(), asks("Order laptop", "call-1")])
    backend = ScriptedBackend()
    said = await talk(("needs your answer", "/quit"), backend=backend, store=store)
    assert "Another conversation needs your answer. Type /list to see it." in said


async def test_an_exception_while_announcing_ends_the_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ScreenReaderSession, "_take", Mock(side_effect=ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        await talk(
            ("Ready", "hi"), ("never said", "/quit"), backend=ScriptedBackend(reply("Hello"))
        )


async def test_the_agent_has_its_name_from_the_service() -> None:
    backend = ScriptedBackend(reply("Dug."))
    backend.agents[None] = Agent(id="a48f727b", name="Orders")
    said = await talk(("Ready.", "Dig"), ("Orders says:", "/quit"), backend=backend)
    assert any("Dug." in text for text in said)
