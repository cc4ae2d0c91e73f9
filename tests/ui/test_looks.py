"""Layouts that depend on the available space, and themes without colors."""

from __future__ import annotations

import re

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.fakes import ScriptedBackend, reply
from tests.screenshots.svg import slim
from tests.studio.scripted_studio import ScriptedStudio
from tests.ui.stage import Stage
from tests.ui.studio.acting import opened
from tests.ui.widget_app import Solo, settle
from tui.ui.toolkit.choice import InlineChoice
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.rows import GUTTER_CELLS


async def test_a_resize_that_hides_the_focused_pane_focuses_the_composer() -> None:
    stage = Stage()
    async with stage.shown():
        stage.focus_on("conversations")
        await stage.until(lambda: stage.focus_name() == "conversations")
        await stage.pilot.resize_terminal(60, 20)
        await stage.until(lambda: stage.focus_name() == "composer")


async def test_the_timeline_is_hidden_by_a_resize_before_the_conversation_is_crowded() -> None:
    stage = Stage()
    async with stage.shown(110, 30):
        assert "Timeline" not in stage.screen().splitlines()[2]
        await stage.press("ctrl+t")
        await stage.until(lambda: "Timeline" in stage.screen().splitlines()[2])


async def test_studio_follows_a_resize_under_a_modal() -> None:
    stage = Stage(studio=ScriptedStudio())
    async with stage.shown():
        screen = await opened(stage)
        stage.app.push_screen(ConfirmModal("Sure?"))
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmModal))
        rows = screen.query_one("#genie-details", OptionList)
        await stage.pilot.resize_terminal(80, 24)
        await stage.until(lambda: _widest(rows) <= rows.scrollable_content_region.width < 60)


def _widest(rows: OptionList) -> int:
    prompts = [option.prompt for option in rows.options]
    texts = [prompt.plain for prompt in prompts if isinstance(prompt, Content)]
    return max(len(line) for text in texts for line in text.split("\n"))


async def test_options_that_do_not_fit_in_a_row_show_the_selected_one() -> None:
    app = Solo(choice := InlineChoice("Low", "Medium", "High"))
    async with app.run_test(size=(40, 3)) as pilot:
        assert app.screen_text().startswith("◉ Low    ○ Medium    ○ High")
        await _narrow(pilot, 25)
        await settle(pilot, lambda: app.screen_text().startswith("◉ Low  ○ Medium  ○ High"))
        await _narrow(pilot, 20)
        choice.action_move(1)
        await settle(pilot, lambda: app.screen_text().startswith("◂ ◉ Medium ▸  2 of 3"))
        await pilot.click(InlineChoice, offset=(11, 0))
        await settle(pilot, lambda: app.screen_text().startswith("◂ ◉ High ▸  3 of 3"))


async def _narrow(pilot: Pilot[None], columns: int) -> None:
    await pilot.resize_terminal(columns, 3)


async def test_notification_severity_has_a_symbol_and_none_covers_the_screen() -> None:
    stage = Stage()
    async with stage.shown():
        stage.app.notify("Copied.")
        stage.app.notify("It is too large.", severity="warning")
        stage.app.notify(f"{'x' * 5_000} is too long.", title="Not kept", severity="error")
        await stage.until(lambda: "x is too long." in stage.screen())
        assert "! It is too large." in stage.screen()
        assert "✕ Not kept" in stage.screen()
        assert "▌ Copied." in stage.screen()


async def test_a_compact_svg_shows_the_same_text() -> None:
    stage = Stage()
    async with stage.shown(80, 24):
        whole = stage.app.export_screenshot()
    small = slim(whole)
    assert len(small) < len(whole) * 0.6
    assert _words(small) == _words(whole)


def _words(svg: str) -> str:
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", svg.replace("&#160;", "\u00a0"))
    return "".join("".join(texts).split())


@pytest.mark.parametrize("width", [80, 120, 160, 260])
async def test_text_and_times_of_a_conversation_have_one_column_each(width: int) -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown(width, 40):
        await stage.say("Question")
        await stage.until(lambda: "Hello" in stage.screen())
        found = map(stage.find, ("PromptCard", "Reply", "Composer", "NameRow"))
        prompt, answer, composer, name = (widget.content_region for widget in found)
        begins = {prompt.x, answer.x, composer.x, name.x + GUTTER_CELLS}
        assert len(begins) == 1
        assert len({prompt.right, answer.right, composer.right, name.right}) == 1
        assert prompt.width <= 110
        if width >= 120:
            assert stage.screen().splitlines()[0].index("Question") in begins
