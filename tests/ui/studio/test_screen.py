"""Studio screen: its content, and actions that need confirmation."""

from __future__ import annotations

import asyncio
import gc

import pytest
from textual.widgets import OptionList

from tests.studio.scripted_studio import KEY, ScriptedStudio, genie
from tests.ui.stage import Stage
from tests.ui.studio.acting import answered, choose, go_to, opened
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.errors import BackendError, ErrorKind
from tui.studio.models import (
    GenieClient,
    GenieClientId,
    Guardrail,
    KnowledgeBase,
    KnowledgeBaseId,
    Policy,
    RecipeId,
    Reference,
    Skill,
    SkillId,
    WireId,
)
from tui.ui.studio.forms import NewClientModal
from tui.ui.studio.secret import SecretModal

pytestmark = pytest.mark.slow

LOW = {"strength": "LOW"}


def client(name: str) -> GenieClient:
    return GenieClient(client_id=GenieClientId(f"gincl-{name}"), client_name=name)


def a_studio(name: str = "Ifrit", **more: object) -> ScriptedStudio:
    group = Reference(id=WireId("grp-1"), name=f"Everyone {name}")
    skill = Skill(id=SkillId("7"), name=f"Order {name}", recipe_id=RecipeId("94794"))
    base = KnowledgeBase(id=KnowledgeBaseId("kb-1"), name=f"Rules {name}")
    studio = ScriptedStudio(
        [genie(name, user_groups=(group,), skills_count=3), genie("Asleep", state="stopped")],
        held_clients=[client("Terminal"), client("Desk")],
        held_skills=[skill],
        held_bases=[base],
        guardrail=Guardrail(
            id=WireId("aigrl-1"), policies=(Policy(policy_type="prompt_attack", configuration=LOW),)
        ),
    )
    for key, value in more.items():
        setattr(studio, key, value)
    return studio


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_all_details_of_a_genie_are_shown(size: tuple[int, int]) -> None:
    stage = Stage(studio=a_studio(f"Ifrit {HOSTILE}"))
    async with stage.shown(*size):
        screen = await opened(stage)
        rows = screen.query_one("#genie-details", OptionList)
        told = " ".join(" ".join(str(option.prompt) for option in rows.options).split())
        for words in ("the API doesn't say which", "Terminal", "Order Ifrit", "Rules Ifrit"):
            assert words in told
        for words in ("Everyone Ifrit", "Prompt attack", "LOW", "not set", "3 on this genie"):
            assert words in told
        assert "▶ Ifrit" in stage.screen()
        assert not set(stage.screen()) & set(UNSAFE)
        await go_to(stage, "skill:7")
        await stage.until(lambda: "Copy ID" in stage.screen())
        assert not set(stage.screen()) & set(UNSAFE)
        await stage.press("escape", "escape")
        await stage.until(lambda: stage.is_chat_in_front())


async def test_stopping_a_genie_needs_confirmation_and_starting_does_not() -> None:
    studio = a_studio()
    stage = Stage(studio=studio)
    async with stage.shown():
        await opened(stage)
        await stage.press("s")
        await answered(stage, "Stop Ifrit?", "n")
        assert studio.calls == []
        await stage.press("s")
        await answered(stage, "Stop Ifrit?", "y")
        await stage.until(lambda: "Ifrit stopped." in stage.screen())
        await stage.until(lambda: "■ Ifrit" in stage.screen())
        await stage.press("s")
        await stage.until(lambda: "▶ Ifrit" in stage.screen())
        assert studio.calls == [("stop", "gin-Ifrit"), ("start", "gin-Ifrit")]
        await stage.press("tab", "down", "u")
        await answered(stage, "Asleep is stopped", "y")
        await stage.until(lambda: stage.used == ["gin-Asleep"])
        await stage.until(lambda: stage.is_chat_in_front())


async def test_an_api_key_is_shown_only_once() -> None:
    studio = a_studio()
    studio.people = [genie("Ifrit", chat="")]
    stage = Stage(studio=studio)
    async with stage.shown():
        await opened(stage)
        await _click(stage, "+ New client")
        await stage.until(lambda: isinstance(stage.app.screen, NewClientModal))
        await stage.press(*"Kiosk", "escape")
        await answered(stage, "Discard", "n")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, SecretModal))
        modal = stage.app.screen
        assert isinstance(modal, SecretModal)
        await _listening(stage, modal)
        assert KEY not in stage.screen()
        await stage.press("s")
        await stage.until(lambda: KEY in stage.screen())
        await stage.press("s", "c")
        await stage.until(lambda: stage.app.clipboard == KEY)
        assert KEY not in stage.app.export_screenshot()
        await stage.press("escape")
        await answered(stage, "Attach the new client to Ifrit", "y")
        await stage.until(lambda: "Kiosk attached to Ifrit." in stage.screen())
        assert ("attach", "gin-Ifrit", "gincl-Kiosk") in studio.calls
        del modal
        assert KEY not in stage.app.clipboard
        await stage.until(lambda: not _holders())


def screen_busy(stage: Stage) -> object:
    return getattr(stage.app.screen, "busy", None)


async def _click(stage: Stage, words: str) -> None:
    lines = stage.screen().splitlines()
    y = next(y for y, text in enumerate(lines) if words in text)
    await stage.pilot.click(offset=(lines[y].index(words) + 1, y))


async def _listening(stage: Stage, modal: SecretModal) -> None:
    await stage.until(lambda: not modal.is_deaf)


def _holders() -> list[object]:
    """Modals that still have the key."""
    gc.collect()
    found = (thing for thing in gc.get_objects() if isinstance(thing, SecretModal))
    return [modal for modal in found if modal._secret]


async def test_attaching_a_second_client_is_explained_with_a_way_out() -> None:
    studio = a_studio(pairs={"gin-Ifrit": "gincl-Terminal"})
    stage = Stage(studio=studio)
    async with stage.shown():
        screen = await opened(stage)
        await go_to(stage, "client:gincl-Desk")
        await choose(stage, "Attach")
        await stage.until(lambda: "Detach the existing pair" in stage.screen())
        await stage.until(lambda: screen.row == "client:gincl-Desk")
        await stage.press("up", "enter")
        await choose(stage, "Detach")
        await answered(stage, "Detach Terminal from Ifrit?", "y")
        await stage.until(lambda: "No client attached" in stage.screen())
        await go_to(stage, "client:gincl-Desk")
        await choose(stage, "Attach")
        await stage.until(lambda: "attached here" in stage.screen())
        await stage.press("up", "enter")
        await choose(stage, "Attach")
        await answered(stage, "Detach Desk and attach Terminal?", "y")
        await stage.until(lambda: studio.pairs == {"gin-Ifrit": "gincl-Terminal"})


async def test_skills_and_access_of_a_genie_are_given_and_removed() -> None:
    studio = a_studio()
    stage = Stage(studio=studio)
    async with stage.shown():
        await opened(stage)
        await go_to(stage, "skill:7")
        await choose(stage, "Assign to the genie")
        await stage.until(lambda: ("assign_skills", "gin-Ifrit", "7") in studio.calls)
        await go_to(stage, "group:grp-1")
        await choose(stage, "Remove access")
        await answered(stage, "Its members can no longer talk to Ifrit", "y")
        await stage.until(lambda: ("remove_user_groups", "gin-Ifrit", "grp-1") in studio.calls)
        await go_to(stage, "new:group")
        await stage.press(*"grp", "enter")
        await stage.until(lambda: ("assign_user_groups", "gin-Ifrit", "grp") in studio.calls)


async def test_loading_and_failures_are_shown_and_the_rest_loads() -> None:
    studio = a_studio(gate=asyncio.Event())
    studio.failures["guardrails.get"] = BackendError(ErrorKind.NOT_FOUND, "Guardrails are off")
    stage = Stage(studio=studio)
    async with stage.shown():
        await stage.press("f5")
        await stage.until(lambda: "Loading genies…" in stage.screen())
        assert studio.gate
        studio.gate.set()
        await stage.until(lambda: "✗ Guardrails are off" in stage.screen())
        assert "Order Ifrit" in stage.screen()
        studio.failures["genies.stop"] = BackendError(ErrorKind.FORBIDDEN, "Not allowed")
        await stage.press("s")
        await answered(stage, "Stop Ifrit?", "y")
        await stage.until(lambda: "✗ Not allowed" in stage.screen())
        studio.failures["genies.stop"] = OSError("No room for the ledger")
        await stage.press("s")
        await answered(stage, "Stop Ifrit?", "y")
        await stage.until(lambda: "✗ No room for the ledger" in stage.screen())
        await stage.until(lambda: not screen_busy(stage))
        await stage.press("slash", *"asl", "enter")
        await stage.until(lambda: "▶ Ifrit" not in stage.screen().split("│")[0])
        assert studio.opened == 1
        await stage.press("ctrl+q")
        await stage.until(lambda: studio.opened == 0)
