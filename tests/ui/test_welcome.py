"""First screen: where its parts stand, its cards, and the flame."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from tests.fakes import NOW_MS, MemoryStore, ScriptedBackend, reply
from tests.ui.stage import INTRODUCTION, Stage, conversation
from tui.core.agents import Introduction
from tui.ui.welcome.cards import Cards
from tui.ui.welcome.lamp import Lamp
from tui.ui.welcome.welcome import Tip, layout_for, whole_sentences


@pytest.mark.parametrize(
    ("width", "height", "lamp", "cards", "columns"),
    [
        (200, 60, True, 8, 2),
        (160, 45, True, 8, 2),
        (120, 40, True, 6, 2),
        (100, 30, True, 4, 2),
        (80, 24, False, 4, 2),
        (60, 20, False, 4, 1),
    ],
)
def test_parts_are_left_out_of_small_windows(
    width: int, height: int, lamp: bool, cards: int, columns: int
) -> None:
    layout = layout_for(width, height, cards=8, has_note=True)
    assert (layout.lamp, layout.cards, layout.columns) == (lamp, cards, columns)
    assert layout.centered


def test_everything_fits_into_every_window() -> None:
    for width, height, cards in product((24, 60, 80, 200), range(8, 70), (0, 1, 2, 5, 8)):
        layout = layout_for(width, height, cards=cards, has_note=True)
        around = (11 + 5 if layout.lamp else 3 + 1) + 1 + 1
        below = Cards.height_of(layout.cards, layout.columns)
        used = layout.top + around + below + layout.gap * (2 if below else 1)
        assert used <= height - 2 or not layout.centered or not layout.cards


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, "Your IT helpdesk. It asks before it changes anything."),
        (40, "Your IT helpdesk."),
        (10, "Your IT helpdesk."),
    ],
)
def test_a_description_is_cut_between_sentences(width: int, shown: str) -> None:
    text = "Your IT helpdesk. It asks before it changes anything."
    assert whole_sentences(text, width) == shown
    assert whole_sentences("No full stop", 5) == "No full stop"


@pytest.mark.parametrize("size", [(10, 4), (20, 8), (23, 20), (8, 2), (5, 2), (40, 3)])
async def test_a_window_too_small_says_so_in_whole_words(size: tuple[int, int]) -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown(*size):
        words = " ".join(stage.screen().split())
        assert words in (
            "Window too small. Enlarge it to continue; nothing is lost.",
            "Window too small. Enlarge it to continue.",
            "Window too small",
            "Too small",
        )
        await stage.press("f1")
        await stage.until(lambda: not stage.is_chat_in_front())
        await stage.until(lambda: " ".join(stage.screen().split()) == words)


async def test_the_composer_is_in_the_middle_until_the_first_message() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown(120, 40):
        assert stage.composer_rows()[0] < 25
        rows = stage.screen().splitlines()
        title = next(place for place, row in enumerate(rows) if "What can Ifrit do" in row)
        greet = next(place for place, row in enumerate(rows) if "Says hello back" in row)
        assert title < stage.composer_rows()[0] < greet
        await stage.say("hi")
        await stage.until(lambda: "Hello" in stage.screen())
        assert stage.composer_rows()[1] >= 37
        assert "Says hello back" not in stage.screen()


async def test_down_leads_to_the_cards_and_typing_leads_back() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        await stage.press("down")
        await stage.until(lambda: stage.focus_name() == "Cards")
        await stage.press(*"hi")
        assert (stage.focus_name(), stage.composer_text()) == ("composer", "hi")
        await stage.press("down")
        assert stage.focus_name() == "composer"  # with text, Down stays in it
        await stage.press("tab")
        assert stage.focus_name() == "Cards"
        await stage.press("up")
        await stage.until(lambda: stage.focus_name() == "composer")


async def test_a_card_is_sent_once_however_often_enter_is_pressed() -> None:
    stage = Stage(ScriptedBackend(reply("Hello"), reply("Hello again")))
    async with stage.shown():
        await stage.press("down")
        await stage.until(lambda: stage.focus_name() == "Cards")
        await stage.press("right", "enter", "enter", "enter")
        await stage.until(lambda: "Hello" in stage.screen())
        assert [sent[1] for sent in stage.backend.sent] == ["Order a laptop"]
        assert stage.focus_name() == "composer"


async def test_a_click_chooses_a_card() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        await stage.pilot.click(Cards, offset=(60, 1))
        await stage.until(lambda: stage.backend.sent)
        assert stage.backend.sent[0][1] == "Order a laptop"


async def test_without_suggestions_the_last_two_conversations_are_offered() -> None:
    listed = [conversation(f"c{n}", f"Number {n}", NOW_MS - n * 3_600_000) for n in range(5)]
    stage = Stage(store=MemoryStore(listed), introduction=Introduction())
    async with stage.shown():
        cards = stage.find(Cards)
        await stage.until(lambda: "Number 0" in stage.text(cards))
        assert "Number 1" in stage.text(cards)
        assert "Number 2" not in stage.text(cards)
        await stage.press("down")
        await stage.until(lambda: stage.focus_name() == "Cards")
        await stage.press("right", "enter")
        await stage.until(lambda: stage.current_conversation() == "c1")
        assert not stage.backend.sent


async def test_a_first_question_is_offered_before_there_is_anything_else() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")), introduction=Introduction())
    async with stage.shown():
        await stage.until(lambda: "What can you do?" in stage.text(stage.find(Cards)))


async def test_each_new_conversation_has_another_tip() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        before = stage.text(stage.find(Tip))
        await stage.say("hi")
        await stage.until(lambda: "Hello" in stage.screen())
        await stage.press("ctrl+n")
        await stage.until(stage.is_welcome_shown)
        await stage.until(lambda: stage.text(stage.find(Tip)) != before)
        assert "Tip" in stage.text(stage.find(Tip))


async def test_the_note_is_shown_below_the_tip() -> None:
    stage = Stage(introduction=replace(INTRODUCTION, note="This is the demo."))
    async with stage.shown(80, 24):
        assert "This is the demo." in stage.screen()


async def test_the_flame_moves_for_a_moment_and_then_rests() -> None:
    stage = Stage()
    stage.app.animation_level = "full"
    async with stage.shown():
        lamp, shapes = stage.find(Lamp), set[str]()
        await stage.until(lambda: not lamp.is_burning)
        resting = stage.text(lamp)
        lamp.burn()
        for _ in range(3):
            lamp.flicker()
            shapes.add(lamp.render().plain)
        assert len(shapes) == 3
        await stage.until(lambda: not lamp.is_burning)
        await stage.until(lambda: stage.text(lamp) == resting)


@pytest.mark.parametrize("typed", [True, False])
async def test_the_flame_is_still_with_reduced_motion_and_while_typing(typed: bool) -> None:
    stage = Stage()
    stage.app.animation_level = "full" if typed else "none"
    async with stage.shown():
        if typed:
            await stage.press("a")
        assert not stage.find(Lamp).is_burning
