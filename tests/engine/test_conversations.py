"""Conversation commands: create with options, rename, stop, change skills, export and import."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.fakes import (
    WORKSHOP,
    MemoryStore,
    ScriptedBackend,
    Wait,
    finished,
    piece,
    said,
    started,
    used,
)
from tui.core.agents import Agent
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import ConversationId, SkillId
from tui.core.ports import Capability
from tui.core.records import AvailableSkill
from tui.core.turn import Turn
from tui.core.usage import Usage
from tui.engine.context import Timeouts
from tui.engine.session import Session
from tui.engine.updates import TurnChanged, Update

HERE = ConversationId("here")


class Desk:
    """A session over a script, and the newest turn it showed."""

    def __init__(self, backend: ScriptedBackend, store: MemoryStore | None = None) -> None:
        self.backend = backend
        self.store = store or MemoryStore()
        self.turn: Turn | None = None
        self.updates: list[Update] = []
        self._changed = asyncio.Event()
        timeouts = replace(Timeouts(), frame_s=0, title_s=())
        self.session = Session(backend, self.store, self._hear, timeouts=timeouts)

    def _hear(self, update: Update) -> None:
        self.updates.append(update)
        if isinstance(update, TurnChanged):
            self.turn = update.turn
        self._changed.set()

    async def changed(self) -> None:
        """Wait for the next update."""
        self._changed.clear()
        await self._changed.wait()

    async def until(self, what: str) -> Turn:
        """The turn once it has reached a phase."""
        async with asyncio.timeout(60):
            while self.turn is None or self.turn.phase != what:
                await self.changed()
        return self.turn


async def test_a_stop_request_is_shown_until_the_turn_has_ended() -> None:
    desk = Desk(ScriptedBackend([started(), Wait.HALT, finished("halted")], can=WORKSHOP))
    async with desk.session as session:
        await session.send(HERE, "Count to a million")
        turn = await desk.until("working")
        seen = [turn.halting]
        halting = asyncio.create_task(session.conversations.halt(turn))
        ended = await desk.until("over")
        await halting
    assert desk.backend.halted == [HERE]
    assert seen == [False]
    assert (ended.outcome, desk.turn and desk.turn.halting) == ("halted", False)


async def test_an_ignored_stop_request_stays_visible_and_is_sent_once() -> None:
    gate = asyncio.Event()
    desk = Desk(ScriptedBackend([started(), gate, said("Done."), finished()], can=WORKSHOP))
    async with desk.session as session:
        await session.send(HERE, "Go on")
        await session.conversations.halt(await desk.until("working"))
        assert desk.turn
        assert desk.turn.halting
        await session.conversations.halt(desk.turn)
        gate.set()
        ended = await desk.until("over")
    assert desk.backend.calls.count("halt") == 1
    assert (ended.outcome, ended.halting) == ("finished", False)


async def test_a_stop_request_without_a_running_turn_is_no_failure() -> None:
    gate = asyncio.Event()
    backend = ScriptedBackend([started(), gate, finished()], can=WORKSHOP)
    backend.failures["halt"].append(BackendError(ErrorKind.INVALID, "No running task to halt."))
    backend.resumes.append([started(), finished()])
    desk = Desk(backend)
    async with desk.session as session:
        await session.send(HERE, "Go on")
        await session.conversations.halt(await desk.until("working"))
        assert desk.turn
        assert not desk.turn.halting
        gate.set()
        await desk.until("over")


async def test_token_usage_of_a_turn_is_the_newest_count_and_the_total_a_sum() -> None:
    scripts = [[used(100, 5), used(130, 25), finished()], [used(70, 5), finished()]]
    desk = Desk(ScriptedBackend(*scripts, can=WORKSHOP))
    async with desk.session as session:
        await session.send(HERE, "Hello")
        first = await desk.until("over")
        desk.turn = None
        await session.send(HERE, "Again")
        await desk.until("over")
        total = await session.history.total_usage(HERE)
    assert first.usage == Usage(input_tokens=130, output_tokens=25, cost=0.155)
    assert total == Usage(input_tokens=200, output_tokens=30, cost=pytest.approx(0.23))


async def test_token_usage_of_a_turn_is_its_share_of_a_running_total() -> None:
    before, after = used(100, 10, before=True), used(130, 25, running_total=True)
    desk = Desk(ScriptedBackend([before, started(), after, finished()], can=WORKSHOP))
    async with desk.session as session:
        await session.send(HERE, "Hello")
        turn = await desk.until("over")
        total = await session.history.total_usage(HERE)
    assert turn.usage == Usage(input_tokens=30, output_tokens=15, cost=pytest.approx(0.045))
    assert total == turn.usage


async def test_token_usage_is_unknown_without_the_start_of_a_running_total() -> None:
    script = [started(), used(130, 25, running_total=True), finished()]
    desk = Desk(ScriptedBackend(script, can=WORKSHOP))
    async with desk.session as session:
        await session.send(HERE, "Hello")
        turn = await desk.until("over")
        assert (turn.usage, await session.history.total_usage(HERE)) == (None, None)


async def test_a_message_keeps_its_place_and_key_when_it_is_complete() -> None:
    gate = asyncio.Event()
    script = [piece(0, "One "), piece(4, "two"), gate, said("One two.", "message-1"), finished()]
    desk = Desk(ScriptedBackend(script, can=WORKSHOP))
    async with desk.session as session:
        await session.send(HERE, "Count")
        writing = (await desk.until("working")).steps
        gate.set()
        written = (await desk.until("over")).steps
    assert [step.key for step in writing] == [step.key for step in written]
    assert [getattr(step, "text", "") for step in written] == ["One two."]


async def test_a_conversation_is_created_with_options_and_renamed() -> None:
    desk = Desk(ScriptedBackend(can=WORKSHOP))
    async with desk.session as session:
        new = await session.conversations.create({"title": "Night watch", "max_turns": 3})
        [listed] = await session.conversations.stored()
        await session.conversations.rename(new, "Day\x1b[31m watch")
        [renamed] = await session.conversations.stored()
    assert desk.backend.created == [{"title": "Night watch", "max_turns": 3}]
    assert (listed.id, listed.title) == (new, "Night watch")
    assert desk.backend.renamed == [(new, renamed.title)]
    assert renamed.title.startswith("Day")
    assert "\x1b" not in renamed.title


async def test_options_are_changed_and_a_new_title_is_listed() -> None:
    desk = Desk(ScriptedBackend(can=WORKSHOP))
    desk.backend.not_kept = ("caveman",)
    async with desk.session as session:
        values = {"title": "Day watch", "caveman": True}
        new = await session.conversations.create()
        assert await session.conversations.change(new, values) == ("caveman",)
        assert [item.title for item in await session.conversations.stored()] == ["Day watch"]
    assert desk.backend.changed == [(new, {"title": "Day watch", "caveman": True})]


@pytest.mark.parametrize("told", [True, False])
async def test_an_export_names_the_agent_as_the_service_does(told: bool) -> None:
    desk = Desk(ScriptedBackend(can=WORKSHOP))
    desk.backend.agents[HERE] = Agent(id="a48f727b", name="Orders")
    if not told:
        desk.backend.failures["agent"] = [BackendError(ErrorKind.SERVER, "It rains.")]
    async with desk.session as session:
        chronicle = await session.history.chronicle(HERE, "known before")
    assert (chronicle.agent, chronicle.agent_id) == (
        ("Orders", "a48f727b") if told else ("known before", "")
    )


async def test_skills_are_installed_and_removed() -> None:
    pager = AvailableSkill(id=SkillId("sk-1"), name="Pager")
    desk = Desk(ScriptedBackend(can=WORKSHOP, skills=[pager]))
    async with desk.session as session:
        await session.conversations.install_skill(HERE, pager.id)
        assert [skill.installed for skill in await session.conversations.skills(HERE)] == [True]
        await session.conversations.remove_skill(HERE, pager.id)
        assert [skill.installed for skill in await session.conversations.skills(HERE)] == [False]


async def test_an_imported_conversation_is_listed() -> None:
    desk = Desk(ScriptedBackend(can=WORKSHOP))
    async with desk.session as session:
        imported = await session.conversations.import_bundle({"items": ["a", "b"]})
        names = {item.id for item in await session.conversations.stored()}
    assert names == set(imported.created)


async def test_an_unsupported_operation_is_reported() -> None:
    desk = Desk(ScriptedBackend([started(), finished()], can=Capability.NOTHING))
    async with desk.session as session:
        for call in (
            session.conversations.rename(HERE, "x"),
            session.conversations.skills(HERE),
            session.conversations.export_bundle(),
        ):
            with pytest.raises(BackendError) as caught:
                await call
            assert caught.value.kind is ErrorKind.UNSUPPORTED
