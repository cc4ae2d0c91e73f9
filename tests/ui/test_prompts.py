"""Prompt files in the composer and the palette."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.config import Preferences

TICKETS = """---
description: Open tickets of a customer
arguments:
  - name: customer
    description: Name as in Salesforce
---
Which tickets does {{customer}} have?
"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    (tmp_path / "tickets.md").write_text(TICKETS)
    (tmp_path / "new.md").write_text("What is new?")
    (tmp_path / "broken.md").write_text("---\nargs: 1\n---\nx")
    backend = ScriptedBackend(reply("None."))
    return Stage(backend, preferences=Preferences(prompts=tmp_path))


async def test_a_prompt_is_expanded_edited_and_sent_as_it_is_seen(stage: Stage) -> None:
    async with stage.shown(width=200):
        await stage.pilot.press(*"/tick")
        await stage.until(lambda: "/tickets CUSTOMER" in stage.completions_text())
        await stage.pilot.press("enter")
        assert stage.composer_text() == "/tickets "
        await stage.until(lambda: "Name as in Salesforce" in stage.completions_text())
        await stage.pilot.press(*"Acme Corp", "enter")
        await stage.until(lambda: stage.composer_text() == "Which tickets does Acme Corp have?")
        assert stage.backend.sent == []
        await stage.pilot.press(*" Now?", "enter")
        await stage.until(lambda: bool(stage.backend.sent))
        assert stage.backend.sent[0][1] == "Which tickets does Acme Corp have? Now?"


async def test_undo_brings_the_command_back(stage: Stage) -> None:
    async with stage.shown(width=200):
        await stage.pilot.press(*"/tickets Acme", "enter")
        await stage.until(lambda: stage.composer_text().startswith("Which"))
        await stage.pilot.press("ctrl+z")
        assert stage.composer_text() == "/tickets Acme"


async def test_a_missing_argument_keeps_what_was_typed(stage: Stage) -> None:
    async with stage.shown(width=200):
        await stage.pilot.press(*"/tickets ", "enter")
        await stage.until(lambda: "needs customer" in stage.banner_text())
        assert stage.composer_text() == "/tickets "


async def test_a_paste_is_an_argument_and_stays_a_chip(stage: Stage) -> None:
    async with stage.shown(width=200):
        await stage.pilot.press(*"/tickets ")
        stage.paste("line\n" * 20)
        await stage.until(lambda: "Pasted text" in stage.composer_text())
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.composer_text().startswith("Which"))
        assert "[Pasted text" in stage.composer_text()
        assert stage.message_to_send().count("line\n") == 20


async def test_a_prompt_with_the_name_of_a_command_has_another(stage: Stage) -> None:
    async with stage.shown(width=200):
        await stage.pilot.press(*"/new")
        await stage.until(lambda: "/prompt-new" in stage.completions_text())
        await stage.pilot.press("ctrl+a", "ctrl+k", *"/prompt-new", "enter")
        await stage.until(lambda: stage.composer_text() == "What is new?")


async def test_a_broken_prompt_says_what_is_wrong(stage: Stage) -> None:
    async with stage.shown(width=200):
        await stage.pilot.press(*"/broken", "enter")
        await stage.until(lambda: "broken.md, line 2" in stage.banner_text())


async def test_the_palette_lists_prompts(stage: Stage) -> None:
    async with stage.shown(width=200):
        await stage.pilot.press("ctrl+p", *"open tickets")
        await stage.until(lambda: "/tickets" in stage.screen())
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.composer_text() == "/tickets ")
        assert stage.focus_name() == "composer"
