"""Design that all dialogs share: title, Esc, buttons, room in small windows, the footer behind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Button, Input, OptionList

from tests.fakes import ScriptedBackend
from tests.ui.stage import Stage
from tests.ui.widget_app import HOSTILE, FakeClock, asked, settle
from tui.ui.composer.file_picker import AttachScreen
from tui.ui.composer.paste_modal import PastedModal
from tui.ui.keys.key_bar import KeyBar
from tui.ui.sidebar.export import ExportModal
from tui.ui.sidebar.rename_modal import RenameModal
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.dialog import Dialog, DialogHead, KeyHints
from tui.ui.toolkit.picker import PickerItem, PickModal

QUESTION = f"Stop {HOSTILE}? It won't reply to anyone."


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], True),
        (["y"], True),
        (["n"], False),
        (["escape"], False),
        (["right", "enter"], False),
        (["tab", "enter"], False),
        (["right", "right", "enter"], True),
    ],
)
async def test_enter_acts_on_the_focused_button(keys: list[str], answer: bool) -> None:
    clock = FakeClock()
    async with asked(ConfirmModal(QUESTION, yes="Talk", clock_s=clock), clock) as (app, pilot):
        await pilot.press(*keys)
        await settle(pilot, lambda: bool(app.answers))
        assert app.answers == [answer]


async def test_what_destroys_something_is_marked_and_not_focused() -> None:
    clock = FakeClock()
    shown = ConfirmModal(QUESTION, yes="Stop", danger=True, clock_s=clock)
    async with asked(shown, clock) as (app, pilot):
        stop, cancel = shown.query(Button)
        assert stop.has_class("-danger")
        await settle(pilot, lambda: not shown.has_class("-deaf"))
        assert stop.styles.color.hex == app.theme_variables["error"].upper()
        assert cancel.has_focus
        await pilot.press("enter")
        await settle(pilot, lambda: bool(app.answers))
        assert app.answers == [False]


async def test_enter_in_the_first_moment_answers_nothing() -> None:
    clock = FakeClock()
    async with asked(ConfirmModal(QUESTION, yes="Talk", clock_s=clock), clock) as (app, pilot):
        clock.now_s -= 1
        await pilot.press("enter")
        assert app.answers == []


async def test_the_question_is_the_title_and_its_consequence_the_body() -> None:
    clock = FakeClock()
    shown = ConfirmModal("Stop Ifrit? It won't reply.", yes="Stop", clock_s=clock)
    async with asked(shown, clock) as (app, _):
        [head] = [row for row in app.screen_text().splitlines() if "Stop Ifrit?" in row]
        assert head.strip().endswith("Esc cancel")
        assert "It won't reply." not in head
        assert "It won't reply." in app.screen_text()


async def test_a_long_title_wraps_and_leaves_room_for_esc() -> None:
    clock = FakeClock()
    shown = ConfirmModal(f"Delete “{'a long title ' * 6}”?", yes="Delete", clock_s=clock)
    async with asked(shown, clock, (60, 20)) as (app, _):
        assert shown.query_one(DialogHead).size.height > 1
        assert "Esc cancel" in app.screen_text()
        assert "”?" in app.screen_text()


def _dialogs(folder: Path) -> list[object]:
    skills = [PickerItem(str(number), f"Skill {number}") for number in range(50)]
    return [
        RenameModal("Laptop", "Order a laptop"),
        ExportModal("Laptop", date(2026, 11, 29), folder),
        PastedModal("a line\n" * 200, takes_files=True),
        PickModal("Skills", skills, several=True),
        AttachScreen(),
    ]


@pytest.mark.parametrize("number", range(5))
async def test_dialogs_fit_into_60_columns_and_20_rows(number: int, tmp_path: Path) -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown(width=60, height=20):
        shown = _dialogs(tmp_path)[number]
        stage.app.push_screen(shown)  # type: ignore[arg-type]
        await stage.pilot.pause()
        await stage.pilot.pause()
        dialog = stage.app.screen.query_one(Dialog)
        assert dialog.region.bottom <= 19
        assert dialog.region.right <= 60
        last = dialog.displayed_children[-1]
        assert last.region.bottom <= dialog.region.bottom
        assert last.region.height >= 1
        for body in dialog.query(".modal--body").results(VerticalScroll | OptionList):
            assert body.region.height >= 3


async def test_the_footer_is_blank_behind_a_dialog() -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        bar = stage.app.screen.query_one(KeyBar)
        await stage.until(lambda: "Send" in str(bar.render()))
        stage.app.push_screen(RenameModal("Laptop", ""))
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        await stage.pilot.pause()
        assert "Send" not in stage.screen()
        await stage.press("escape")
        await stage.until(lambda: "Send" in stage.screen())


async def test_a_key_hint_can_be_clicked() -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        chosen: list[object] = []
        modal = PickModal("Skills", [PickerItem("a", "A skill")], several=True)
        stage.app.push_screen(modal, chosen.append)
        await stage.until(lambda: modal.is_active and modal.query(KeyHints))
        await stage.pilot.pause()
        hints = modal.query_one(KeyHints)
        assert str(hints.render()).startswith("Enter choose   Tab select")
        await stage.pilot.click(hints, offset=(16, 0))
        await stage.pilot.click(hints, offset=(2, 0))
        await stage.until(lambda: chosen)
        assert chosen == [("a",)]


async def test_no_dialog_has_a_title_in_its_border(tmp_path: Path) -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        for shown in _dialogs(tmp_path):
            stage.app.push_screen(shown)  # type: ignore[arg-type]
            await stage.pilot.pause()
            dialog = stage.app.screen.query_one(Dialog)
            assert dialog.border_title is None
            assert not [one for one in dialog.query(Input) if one.border_title]
            stage.app.pop_screen()
            await stage.pilot.pause()
