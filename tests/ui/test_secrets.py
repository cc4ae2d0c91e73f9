"""Planted secrets, searched for on the screen and in what can be copied."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from tests.fakes import ScriptedBackend, Wait, asks, reply, started
from tests.ui.stage import Stage
from tui.core.masking import MASK
from tui.ui.questions.approval_modal import ApprovalModal
from tui.ui.timeline.event_details import EventDetails
from tui.ui.toolkit.guarded_modal import GuardedModal

SECRET = "pl4nted-S3cret"
PARAMETERS = {"model": "14 inch", "pin": SECRET, "login": {"apiKey": SECRET}}
PIN = {"name": "pin", "label": "PIN", "control_type": "password"}
QUESTION = replace(
    asks("Order laptop", "call-1", PARAMETERS),
    schema=({"name": "model", "label": "Model"}, PIN),
    raw={"skill_parameters": PARAMETERS, "skill_parameter_schema": [PIN], "note": "as it came"},
)


async def modal(stage: Stage, kind: type[GuardedModal[Any]]) -> GuardedModal[Any]:
    """The modal on the screen, once it listens."""
    await stage.until(lambda: isinstance(stage.app.screen, kind))
    screen = stage.app.screen
    assert isinstance(screen, kind)
    await stage.until(lambda: not screen.is_deaf)
    return screen


async def test_no_screenshot_of_a_question_shows_a_secret() -> None:
    gate = asyncio.Event()
    script = [started(), gate, QUESTION, Wait.DECISION, *reply("Ordered")]
    stage = Stage(ScriptedBackend(script))
    pictures = []
    async with stage.shown(140, 44):
        await stage.say("order")
        await stage.until(lambda: stage.backend.sent)
        await stage.pass_time(2)  # without a key since then
        gate.set()
        question = await modal(stage, ApprovalModal)
        await stage.until(lambda: "PIN" in stage.text(question))
        pictures.append(stage.app.export_screenshot())
        await stage.press("escape")
        await stage.until(lambda: stage.is_chat_in_front())
        await stage.until(lambda: "14 inch" in stage.screen() and MASK in stage.screen())
        pictures.append(stage.app.export_screenshot())
        stage.focus_on("timeline")
        await stage.press("end", "enter")
        details = await modal(stage, EventDetails)
        await stage.until(lambda: "as it came" in stage.text(details))
        pictures.append(stage.app.export_screenshot())
        await stage.press("c")
        await stage.until(lambda: "as it came" in stage.app.clipboard)
        assert MASK in stage.app.clipboard
        assert SECRET not in stage.app.clipboard
    for picture in pictures:
        assert SECRET not in picture
