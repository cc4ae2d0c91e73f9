"""Desktop notifications and window titles, for a user who looks elsewhere."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from textual import events

from tests.fakes import ScriptedBackend, Wait, asks, reply, started
from tests.ui.stage import Stage
from tui.config import Preferences
from tui.system.terminal import Terminal

BELL = "\x07"


def staged(*script: object, notifications: bool = True) -> Stage:
    preferences = Preferences(notifications=notifications)
    terminal = Terminal(protocol="osc9")
    return Stage(ScriptedBackend(list(script)), preferences=preferences, terminal=terminal)


async def test_a_reply_is_notified_only_without_focus() -> None:
    gate = asyncio.Event()
    stage = staged(started(), gate, *reply("Secret words"))
    async with stage.shown():
        await stage.say("hello there")
        await stage.until(lambda: stage.title == "hello there")
        stage.app.post_message(events.AppBlur())
        gate.set()
        await stage.until(lambda: any("\x1b]9;" in sent for sent in stage.app.sent))
        told = next(sent for sent in stage.app.sent if "\x1b]9;" in sent)
        assert told == f"\x1b]9;hello there: the reply is ready{BELL}"
        assert not any("Secret" in sent for sent in stage.app.sent)


async def test_a_question_notification_names_its_skill() -> None:
    gate = asyncio.Event()
    hostile = "Order\x1b]52;c;eA==\x07 laptop"
    stage = staged(started(), gate, asks(hostile, "call-1", {"secret": "x"}), Wait.DECISION)
    async with stage.shown():
        await stage.say("order")
        await stage.until(lambda: stage.title == "order")
        stage.app.post_message(events.AppBlur())
        gate.set()
        await stage.until(lambda: any("\x1b]9;" in sent for sent in stage.app.sent))
        (told,) = [sent for sent in stage.app.sent if "\x1b]9;" in sent]
        assert told.startswith("\x1b]9;order: Order")
        assert told.count("\x1b") == told.count(BELL) == 1
        await stage.until(lambda: any("Waiting for you · order" in sent for sent in stage.app.sent))


@pytest.mark.parametrize(("wanted", "blur"), [(True, False), (False, True)])
async def test_no_notification_with_focus_or_when_disabled(wanted: bool, blur: bool) -> None:
    stage = staged(started(), *reply("Hi"), notifications=wanted)
    async with stage.shown():
        if blur:
            stage.app.post_message(events.AppBlur())
        await stage.say("hello")
        await stage.until(lambda: "Hi" in stage.screen())
        assert not any("\x1b]9;" in sent for sent in stage.app.sent)


async def test_the_window_title_shows_the_state_and_is_sent_once_per_change() -> None:
    gate = asyncio.Event()
    stage = staged(started(), gate, *reply("Hi"))
    async with stage.shown():
        await stage.say("hello")
        await stage.until(lambda: any("Working · hello · Ifrit" in sent for sent in stage.app.sent))
        gate.set()
        await stage.until(lambda: stage.app.sent[-1] == f"\x1b]2;hello · Ifrit{BELL}")
        titles = [sent for sent in stage.app.sent if sent.startswith("\x1b]2;")]
        assert all(one != other for one, other in pairwise(titles))
