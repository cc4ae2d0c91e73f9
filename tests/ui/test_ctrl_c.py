"""Ctrl+C copies a selection, else clears the composer, else quits at the second press."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.cli.app import resume_command
from tui.cli.options import Target
from tui.config import Preferences
from tui.ui.transcript.reply import Reply

AGAIN = "Press Ctrl+C again to quit"


async def test_ctrl_c_clears_the_composer_and_up_brings_the_text_back() -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        stage.put_text("first line\nsecond line")
        await stage.press("ctrl+c")
        assert stage.composer_text() == ""
        assert stage.working_text() == "Cleared. Up brings it back"
        await stage.press("up")
        assert stage.message_to_send() == "first line\nsecond line"
        assert not stage.has_exited()


async def test_a_cleared_text_can_be_recalled_after_a_message_was_sent() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        stage.put_text("not sent")
        await stage.press("ctrl+c")
        await stage.say("sent")
        await stage.until(lambda: "Hello" in stage.screen())
        recalled = []
        for _ in range(2):
            await stage.press("up")
            recalled.append(stage.message_to_send())
        assert recalled == ["not sent", "sent"]


async def test_files_are_removed_after_the_text_and_before_quitting(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text("x")
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        stage.paste(str(file))
        await stage.until(stage.attached_files)
        stage.put_text("look")
        await stage.press("ctrl+c")
        assert (stage.composer_text(), len(stage.attached_files())) == ("", 1)
        await stage.press("ctrl+c")
        assert not stage.attached_files()
        assert AGAIN not in stage.working_text()


async def test_a_second_press_quits_only_within_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 100.0
    monkeypatch.setattr("tui.ui.app.base.monotonic", lambda: now_s)
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        await stage.press("ctrl+c")
        assert stage.working_text() == AGAIN
        now_s += 2.1
        await stage.press("ctrl+c")
        assert not stage.has_exited()
        now_s += 1.9
        await stage.press("ctrl+c")
        await stage.until(stage.has_exited)


async def test_in_a_dialog_the_hint_is_a_notice() -> None:
    stage = Stage(ScriptedBackend())
    async with stage.shown():
        await stage.press("f1")
        await stage.until(lambda: not stage.is_chat_in_front())
        await stage.press("ctrl+c")
        await stage.until(lambda: AGAIN in stage.screen())


@pytest.mark.parametrize("on_release", [False, True])
async def test_the_first_selection_says_how_to_copy_or_is_copied(on_release: bool) -> None:
    preferences = Preferences(copy_on_release=on_release)
    stage = Stage(ScriptedBackend(reply("Hello there")), preferences=preferences)
    async with stage.shown():
        await stage.say("Hi")
        await stage.until(lambda: "Hello there" in stage.screen())
        stage.select_text(stage.find(Reply), Selection(Offset(0, 0), Offset(5, 0)))
        stage.release_mouse()
        if on_release:
            await stage.until(lambda: stage.app.clipboard == "Hello")
            return
        await stage.until(lambda: "Press Ctrl+C to copy" in stage.working_text())
        await stage.press("ctrl+c")
        assert stage.app.clipboard == "Hello"
        stage.clear_hint()
        stage.release_mouse()
        await stage.pilot.pause()
        assert stage.working_text() == ""


def test_the_command_to_continue_names_the_profile_and_not_the_demo() -> None:
    config = Path("/my files/c.toml")
    assert resume_command(Target(), "cnv-1") == "genie-tui --conversation cnv-1"
    assert resume_command(Target(profile="work", config=config), "cnv-1") == (
        "genie-tui --profile work --config '/my files/c.toml' --conversation cnv-1"
    )
    assert resume_command(Target(demo=True), "cnv-1") == ""


def test_the_command_to_continue_names_backend_genie_and_run_that_were_given() -> None:
    flags = {"backend": "workflows", "genie": "agent 1", "theme": "genie-light"}
    assert resume_command(Target(flags=flags), "cnv-1") == (
        "genie-tui --backend workflows --genie 'agent 1' --conversation cnv-1"
    )
    assert resume_command(Target(run="r-1"), "cnv-1") == (
        "genie-tui --run r-1 --conversation cnv-1"
    )
