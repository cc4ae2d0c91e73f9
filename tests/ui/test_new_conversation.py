"""New conversations: immediately where there are no options, else with a form."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from tests.fakes import WORKSHOP, ScriptedBackend, reply
from tests.ui.stage import Stage
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import ConversationId
from tui.core.options import Option, OptionChoice, OptionValue
from tui.ui.chat.last_options import LastOptions, still_fitting
from tui.ui.chat.option_field import OptionField
from tui.ui.chat.options_modal import NewConversationModal
from tui.ui.toolkit.picker import PickModal

OPTIONS = (
    Option(name="title", label="Title", kind="text", help="Shown in the list."),
    Option(
        name="agent",
        label="Agent",
        kind="choice",
        default="a-1",
        required=True,
        choices=tuple(
            OptionChoice(value=f"a-{n}", label=f"Number {n} of many") for n in range(1, 5)
        ),
    ),
    Option(name="turns", label="Max turns", kind="number", default=10, least=1, most=200),
    Option(
        name="effort",
        label="Effort",
        kind="choice",
        choices=tuple(OptionChoice(value=word, label=word.title()) for word in ("low", "high")),
    ),
    Option(
        name="skills",
        label="Skills",
        kind="tags",
        choices=tuple(
            OptionChoice(value=f"s-{word}", label=word) for word in ("Digging", "Mowing")
        ),
    ),
    Option(name="rails", label="Guardrails", kind="tags"),
    Option(name="memory", label="Memory", kind="switch", default=True),
    Option(name="hook", label="Webhook", kind="text", advanced=True),
)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that choices are kept in."""
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    return tmp_path


def a_stage(*scripts: object, offered: tuple[Option, ...] = OPTIONS) -> Stage:
    return Stage(ScriptedBackend(*scripts, can=WORKSHOP, offered=offered))  # type: ignore[arg-type]


async def form(stage: Stage) -> NewConversationModal:
    await stage.press("ctrl+n")
    await stage.until(lambda: isinstance(stage.app.screen, NewConversationModal))
    await stage.until(lambda: isinstance(stage.app.focused, Input))
    assert isinstance(stage.app.screen, NewConversationModal)
    return stage.app.screen


def field(modal: NewConversationModal, name: str) -> OptionField:
    return next(f for f in modal.query(OptionField) if f.option.name == name)


async def test_enter_starts_immediately_and_text_goes_to_the_new_conversation() -> None:
    stage = a_stage(reply("Dug."))
    async with stage.shown():
        await form(stage)
        await stage.press("enter")
        await stage.until(lambda: stage.current_conversation() == "conversation-1")
        assert stage.backend.created == [{}]
        await stage.until(lambda: stage.is_welcome_shown())
        await stage.until(lambda: stage.focus_name() == "composer")
        await stage.say("Dig")
        await stage.until(lambda: "Dug." in stage.screen())
        assert [sent[0] for sent in stage.backend.sent] == ["conversation-1"]


async def test_ctrl_n_and_enter_in_one_read_wait_for_the_options() -> None:
    gate = asyncio.Event()

    class Slow(ScriptedBackend):
        async def options(
            self, conversation_id: ConversationId | None = None
        ) -> tuple[Option, ...]:
            await gate.wait()
            return await super().options()

    stage = Stage(Slow(can=WORKSHOP, offered=OPTIONS))
    async with stage.shown():
        await stage.press("ctrl+n")
        await stage.until(lambda: isinstance(stage.app.screen, NewConversationModal))
        await stage.press("enter")
        await stage.pilot.pause()
        assert not stage.backend.created
        gate.set()
        await stage.until(lambda: stage.current_conversation() == "conversation-1")
        assert stage.backend.created == [{}]


async def test_every_kind_of_option_is_set_by_keyboard() -> None:
    stage = a_stage()
    async with stage.shown(100, 40):
        await form(stage)
        await stage.press("H", "i", "down", "space")
        await stage.until(lambda: isinstance(stage.app.screen, PickModal))
        await stage.press("3", "enter", "tab", "backspace", "backspace", "7", "tab", "right")
        await stage.press("down", "space")
        await stage.until(lambda: isinstance(stage.app.screen, PickModal))
        await stage.press("down", "tab", "enter", "down", *"a, b,", "down", "space", "enter")
        await stage.until(lambda: stage.backend.created)
    assert stage.backend.created == [
        {
            "title": "Hi",
            "agent": "a-3",
            "turns": 7,
            "effort": "low",
            "skills": ("s-Mowing",),
            "rails": ("a", "b"),
            "memory": False,
        }
    ]


@pytest.mark.slow
async def test_every_kind_of_option_is_set_by_mouse() -> None:
    stage = a_stage()
    async with stage.shown(100, 40):
        modal = await form(stage)
        await stage.pilot.click(
            field(modal, "memory").query("InlineOptionChoice").first(), offset=(12, 0)
        )
        await stage.pilot.click(field(modal, "skills").query("PickedOption").first(), offset=(3, 0))
        await stage.until(lambda: isinstance(stage.app.screen, PickModal))
        await stage.pilot.click("#pick OptionList", offset=(5, 1))
        await stage.pilot.click("#pick KeyHints", offset=(1, 0))
        await stage.until(lambda: stage.app.screen is modal)
        await stage.pilot.click("AnswerRow .-main")
        await stage.until(lambda: stage.backend.created)
    assert stage.backend.created == [{"memory": False, "skills": ("s-Mowing",)}]


async def test_invalid_options_are_reported_and_nothing_is_created() -> None:
    stage = a_stage()
    async with stage.shown(80, 24):
        modal = await form(stage)
        await stage.press("tab", "tab", "9", "9", "enter")
        await stage.until(lambda: "Max turns must be at most 200." in stage.screen())
        await stage.press(*["backspace"] * 4, *"many", "enter")
        await stage.until(lambda: "Max turns must be a whole number." in stage.screen())
        assert stage.app.screen is modal
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())
    assert not stage.backend.created


@pytest.mark.slow
async def test_options_are_remembered_but_not_the_title(data: Path) -> None:
    stage = a_stage()
    async with stage.shown():
        await form(stage)
        await stage.press("X", "tab", "tab", "backspace", "backspace", "5", "enter")
        await stage.until(lambda: stage.current_conversation() == "conversation-1")
        await form(stage)
        await stage.press("enter")
        await stage.until(lambda: stage.current_conversation() == "conversation-2")
    assert stage.backend.created[1] == {"turns": 5}
    assert "title" not in json.loads((data / "new-conversations.json").read_text())["demo"]


@pytest.mark.slow
async def test_a_draft_goes_to_the_new_conversation() -> None:
    stage = a_stage()
    async with stage.shown():
        await stage.press(*"Dig")
        await form(stage)
        await stage.press("enter")
        await stage.until(lambda: stage.current_conversation() == "conversation-1")
        await stage.until(lambda: stage.composer_text() == "Dig")
        await stage.save_draft()
        assert await stage.store.draft(None) == ""


@pytest.mark.slow
async def test_the_text_of_a_slash_command_goes_to_the_new_conversation() -> None:
    stage = a_stage()
    async with stage.shown():
        await stage.say("/new Dig a hole")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.press("enter")
        await stage.until(lambda: stage.composer_text() == "Dig a hole")
        assert stage.current_conversation() == "conversation-1"


async def test_a_conversation_starts_although_its_options_fail_to_load() -> None:
    stage = a_stage()
    stage.backend.failures["options"] = [BackendError(ErrorKind.SERVER, "It rains.")] * 3
    async with stage.shown():
        await stage.press("ctrl+n")
        told = "It rains. Press Enter to start with the defaults"
        await stage.until(lambda: told in stage.screen())
        await stage.press("enter")
        await stage.until(lambda: stage.current_conversation() == "conversation-1")
    assert stage.backend.created == [{}]


async def test_a_failure_to_create_a_conversation_is_reported() -> None:
    stage = a_stage()
    stage.backend.failures["create"] = [BackendError(ErrorKind.INVALID, "No such model.")]
    async with stage.shown():
        await form(stage)
        await stage.press("enter")
        await stage.until(lambda: "No such model." in stage.screen())
        assert stage.current_conversation() is None


@pytest.mark.slow
async def test_hostile_option_texts_are_sanitized() -> None:
    hostile = OptionChoice(value="x", label=HOSTILE, help=HOSTILE)
    offered = (
        Option(name="a", label=HOSTILE, kind="choice", help=HOSTILE, choices=(hostile,) * 9),
        Option(name="b", label="B", kind="tags", choices=(hostile,)),
    )
    stage = a_stage(offered=offered)
    async with stage.shown():
        await stage.press("ctrl+n")
        await stage.until(lambda: "oops" in stage.screen())
        await stage.press("space")
        await stage.until(lambda: isinstance(stage.app.screen, PickModal))
        assert not set(stage.screen()) & set(UNSAFE.replace("\r", ""))


async def test_without_options_there_is_no_form() -> None:
    stage = Stage(ScriptedBackend(reply("Dug.")))
    async with stage.shown():
        await stage.say("Dig")
        await stage.until(lambda: "Dug." in stage.screen())
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.current_conversation() is None)
        assert stage.is_chat_in_front()


VALUES = st.none() | st.text(max_size=5) | st.integers() | st.booleans() | st.tuples(st.text())


@given(st.dictionaries(st.sampled_from([o.name for o in OPTIONS] + ["other"]), VALUES))
def test_any_remembered_options_give_a_valid_form(values: dict[str, OptionValue]) -> None:
    from tui.core.options import problems_with

    kept = still_fitting(OPTIONS, values)
    assert not problems_with(OPTIONS, kept)
    assert kept.keys() <= {option.name for option in OPTIONS} - {"title"}
    assert still_fitting(OPTIONS, kept) == kept


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"demo": 3}', '{"demo": {"a": {"b": 1}}}'])
def test_a_damaged_file_means_no_remembered_options(data: Path, text: str) -> None:
    path = data / "c.json"
    path.write_text(text)
    assert LastOptions(path, "demo").read() == {}
    LastOptions(path, "demo").save({"a": ("x",)})
    assert LastOptions(path, "demo").read() == {"a": ("x",)}
    assert LastOptions(path, "other").read() == {}
