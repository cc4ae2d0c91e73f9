"""Options of an existing conversation, and the agent's name from the service."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.fakes import NOW_MS, WORKSHOP, MemoryStore, ScriptedBackend
from tests.ui.stage import Stage, conversation
from tests.ui.test_new_conversation import OPTIONS
from tests.ui.test_search import LONG, record
from tui.core.agents import Agent
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import ConversationId
from tui.core.ports import Capability
from tui.ui.chat.options_modal import OptionsModal

pytestmark = pytest.mark.slow

OTHER = ConversationId("other")
PRESENT = tuple(
    replace(option, default=value, clearable=option.name == "effort")
    for option, value in zip(
        OPTIONS,
        ("Hay", "a-2", 7, "low", ("s-Digging",), ("a", "b"), False, "https://hooks.example"),
        strict=True,
    )
)


def a_stage(can: Capability = WORKSHOP) -> Stage:
    listed = [conversation("long", "Everything about hay", NOW_MS), conversation("other", "B", 1)]
    backend = ScriptedBackend(can=can, conversations=listed, offered=PRESENT)
    return Stage(backend, MemoryStore(listed, [record(n) for n in range(3)]))


async def opened(stage: Stage) -> None:
    stage.go_to(LONG)
    await stage.until(lambda: "Answer 2" in stage.screen())


async def form(stage: Stage) -> None:
    await stage.press("alt+o")
    await stage.until(lambda: isinstance(stage.app.screen, OptionsModal))
    await stage.until(lambda: isinstance(stage.app.focused, Input))


async def test_the_options_form_shows_current_values_and_sends_only_changes() -> None:
    stage = a_stage()
    async with stage.shown(100, 40):
        await opened(stage)
        await form(stage)
        assert "Options of “Everything about hay”" in stage.screen()
        assert "Number 2 of many" in stage.screen()
        assert "Digging" in stage.screen()
        assert "Apply" in stage.screen()
        await stage.press("tab", "tab", "backspace", "1", "2", "enter")
        await stage.until(lambda: "Changed: Max turns." in stage.screen())
    assert stage.backend.changed == [(LONG, {"turns": 12})]


async def test_a_cleared_option_is_sent_as_empty() -> None:
    stage = a_stage()
    async with stage.shown(100, 40):
        await opened(stage)
        await form(stage)
        await stage.press(*["backspace"] * 3)
        await stage.press("tab", "tab", "tab", "left", "tab", "tab", *["backspace"] * 4, "enter")
        await stage.until(lambda: "Changed: Title, Effort, Guardrails." in stage.screen())
    assert stage.backend.changed == [(LONG, {"title": None, "effort": None, "rails": ()})]


async def test_unchanged_or_canceled_options_send_nothing() -> None:
    stage = a_stage()
    async with stage.shown(100, 40):
        await opened(stage)
        for key in ("enter", "escape"):
            await form(stage)
            await stage.press(key)
            await stage.until(lambda: stage.is_chat_in_front())
    assert "change" not in stage.backend.calls


async def test_options_dropped_by_the_service_are_reported() -> None:
    stage = a_stage()
    stage.backend.not_kept = ("turns",)
    async with stage.shown(100, 40):
        await opened(stage)
        await form(stage)
        await stage.press("X", "tab", "tab", "backspace", "9", "enter")
        await stage.until(lambda: "The service didn't keep:" in stage.screen())
        assert "Changed: Title." in stage.screen()


async def test_a_rejected_option_change_is_reported() -> None:
    stage = a_stage()
    stage.backend.failures["change"] = [BackendError(ErrorKind.INVALID, "No such model.")]
    async with stage.shown(100, 40):
        await opened(stage)
        await form(stage)
        await stage.press("X", "enter")
        await stage.until(lambda: "No such model." in stage.screen())


async def test_without_loaded_options_there_is_nothing_to_apply() -> None:
    stage = a_stage()
    stage.backend.failures["options"] = [BackendError(ErrorKind.SERVER, "It rains.")] * 3
    async with stage.shown(100, 40):
        await opened(stage)
        await stage.press("alt+o")
        await stage.until(lambda: "It rains." in stage.screen())
        await stage.press("enter")
        assert isinstance(stage.app.screen, OptionsModal)
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())
    assert "change" not in stage.backend.calls


@pytest.mark.parametrize("can", [WORKSHOP & ~Capability.CHANGE, WORKSHOP])
async def test_options_are_offered_where_the_service_supports_them(can: Capability) -> None:
    stage = a_stage(can)
    async with stage.shown():
        assert not stage.is_action_offered("options")
        await opened(stage)
        assert stage.is_action_offered("options") is (Capability.CHANGE in can)
        assert ("options" in stage.menu_commands()) is (Capability.CHANGE in can)


async def test_the_agents_name_is_shown_instead_of_its_id() -> None:
    stage = a_stage()
    stage.backend.agents = {None: Agent(id="a-1", name="Orders"), LONG: Agent(id="a-2", name="Hay")}
    async with stage.shown():
        await stage.until(lambda: "✦ Orders" in stage.screen())
        assert "What can Orders do for you?" in stage.screen()
        assert "Message Orders" in stage.screen()
        await opened(stage)
        await stage.until(lambda: "✦ Hay" in stage.screen())
        assert "Message Hay" in stage.screen()


async def test_without_an_agent_name_from_the_service_nothing_changes() -> None:
    stage = a_stage()
    stage.backend.failures["agent"] = [BackendError(ErrorKind.SERVER, "It rains.")]
    async with stage.shown():
        await stage.until(lambda: "agent" in stage.backend.calls)
        await stage.pilot.pause()
        assert "It rains." not in stage.screen()
        assert "✦ Ifrit" in stage.screen()
