"""Attachments: choose, remove, send several, and handle failures."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input, OptionList

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.core.draft import Draft, parse
from tui.core.ids import TurnId
from tui.core.ports import Capability
from tui.core.records import Attachment
from tui.ui.composer.attachment_files import LARGEST_FILE_BYTES, messages
from tui.ui.composer.file_picker import AttachScreen
from tui.ui.composer.image_preview import PictureView
from tui.ui.composer.paths import Entry, completions
from tui.ui.transcript.card import PromptCard

FILES = st.lists(
    st.builds(Attachment, path=st.text(), name=st.text(), size_bytes=st.integers(1)), max_size=5
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    for name in ("a.txt", "b.txt", "docs/plan.txt"):
        (tmp_path / name).write_text(name)
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def opened(stage: Stage) -> AttachScreen:
    await stage.press("ctrl+o")
    await stage.until(lambda: isinstance(stage.app.screen, AttachScreen))
    screen = stage.app.screen
    assert isinstance(screen, AttachScreen)
    await stage.until(lambda: screen.query_one(OptionList).option_count)
    return screen


async def drop(stage: Stage, *paths: Path) -> None:
    before = len(stage.attached_files())
    text = " ".join(f"'{path}'" for path in paths)
    stage.paste(text)
    await stage.until(lambda: len(stage.attached_files()) == before + len(paths))


@given(st.text(), FILES)
def test_several_attachments_are_one_message_each_and_the_text_comes_last(
    text: str, files: list[Attachment]
) -> None:
    sent = messages(text, files)
    assert sent[-1][0] == text
    assert [file for _, with_it in sent for file in with_it] == files
    assert all(len(with_it) <= 1 for _, with_it in sent)
    assert all(file.name in words for words, (file,) in sent[:-1])


@pytest.mark.parametrize(
    "name", ["at 9.41\u202fPM.png", "نیم\u200cروز.txt", "two\nlines.txt", "esc\x1b[31m\u202e.txt"]
)
async def test_files_of_any_name_are_selected_in_the_picker(folder: Path, name: str) -> None:
    (folder / "docs" / name).write_text("x")
    (folder / "docs" / "plan.txt").unlink()
    stage = Stage()
    async with stage.shown():
        screen = await opened(stage)
        await stage.press(*"docs/")
        await stage.until(lambda: screen.query_one(OptionList).option_count == 2)  # and ../
        assert not set(stage.screen()) & set("\x1b\u202e")
        await stage.press("enter")
        await stage.until(lambda: stage.attached_files())
        assert [file.path.name for file in stage.attached_files()] == [name]


async def test_files_are_selected_in_the_picker_by_keyboard(folder: Path) -> None:
    stage = Stage()
    async with stage.shown():
        screen = await opened(stage)
        assert "▸ docs/" in stage.screen()
        await stage.press(*"a.t")
        await stage.until(lambda: "▸ docs/" not in stage.screen())
        await stage.press("tab")
        assert "✓ a.txt" in stage.screen()
        await stage.press("ctrl+u", *"docs", "tab")
        await stage.until(lambda: "plan.txt" in stage.screen())
        assert screen.query_one(Input).value == "docs/"
        await stage.press("tab", "enter")
        await stage.until(lambda: len(stage.attached_files()) == 2)
        assert stage.attached_paths() == (str(folder / "a.txt"), str(folder / "docs/plan.txt"))
        assert "2 messages, one per file" in stage.attachments_text()


async def test_an_enter_before_the_picker_has_loaded_waits_for_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow(typed: str, most: int) -> list[Entry]:
        assert not typed or gate.wait(60)
        return completions(typed, most)

    monkeypatch.setattr("tui.ui.composer.file_picker.completions", slow)
    stage = Stage()
    async with stage.shown():
        await opened(stage)
        await stage.press(*"a.t", "enter")
        assert "doesn't exist" not in stage.screen()
        gate.set()
        await stage.until(lambda: stage.attached_files())
        assert stage.attached_paths() == (str(folder / "a.txt"),)


async def test_files_are_selected_in_the_picker_by_mouse(folder: Path) -> None:
    stage = Stage()
    async with stage.shown():
        screen = await opened(stage)
        paths = screen.query_one(OptionList)
        row = next(n for n, option in enumerate(paths.options) if "b.txt" in str(option.prompt))
        await stage.pilot.click(paths, offset=(4, row))
        await stage.pilot.click("KeyHints", offset=(1, 0))
        await stage.until(lambda: stage.attached_files())
        assert stage.attached_paths() == (str(folder / "b.txt"),)


async def test_a_file_that_is_too_large_is_rejected_in_the_picker(folder: Path) -> None:
    stage = Stage()
    async with stage.shown():
        screen = await opened(stage)
        await stage.press(*"huge")
        await stage.until(lambda: screen.query_one(OptionList).option_count == 1)
        await stage.press("enter")
        await stage.until(lambda: "the limit is 20 MB" in stage.screen())
        assert stage.app.screen is screen
        await stage.press("ctrl+u", *"nothing", "enter")
        await stage.until(lambda: "nothing doesn't exist" in stage.screen())


async def test_several_files_are_uploaded_in_order_each_with_a_message(folder: Path) -> None:
    stage = Stage(ScriptedBackend(reply("One."), reply("Two.")))
    async with stage.shown():
        await drop(stage, folder / "a.txt", folder / "b.txt")
        await stage.say("compare them")
        await stage.until(lambda: len(stage.backend.sent) == 2)
        first, second = stage.backend.sent
        assert first[1].startswith("[Sent by genie-tui] File 1 of 2: a.txt.")
        assert second[1:] == ("compare them", "file-2")
        assert stage.backend.uploaded == [folder / "a.txt", folder / "b.txt"]
        await stage.until(lambda: "File 1 of 2, sent by genie-tui ahead" in stage.screen())
        assert list(await stage.store.recall()) == ["compare them"]
        await stage.until(lambda: not stage.are_attachments_shown())
        assert stage.composer_text() == ""


async def test_attachments_are_removed_by_keyboard_and_by_mouse(folder: Path) -> None:
    stage = Stage()
    async with stage.shown():
        await drop(stage, folder / "a.txt", folder / "b.txt", folder / "docs/plan.txt")
        await stage.press("backspace")
        await stage.until(lambda: len(stage.attached_files()) == 2)
        column = stage.attachments_text().index("✕")
        await stage.click_attachment(column)
        await stage.until(lambda: len(stage.attached_files()) == 1)
        stage.focus_on("attachments")
        await stage.press("delete")
        await stage.until(lambda: not stage.are_attachments_shown())
        assert stage.focus_name() == "composer"


async def test_attachments_belong_to_the_draft(folder: Path) -> None:
    stage = Stage()
    async with stage.shown():
        await drop(stage, folder / "a.txt")
        await stage.press(*"about it")
        await stage.save_draft()
        [kept] = stage.store.drafts.values()
        assert parse(kept) == Draft("about it", (str(folder / "a.txt"),))
    again = Stage(store=stage.store)
    async with again.shown():
        await again.until(lambda: again.attached_files())
        assert again.composer_text() == "about it"


async def test_a_changed_file_is_reported_before_the_upload(folder: Path) -> None:
    stage = Stage(ScriptedBackend(reply("Read.")))
    async with stage.shown():
        await drop(stage, folder / "a.txt")
        (folder / "a.txt").write_text("longer than before")
        await stage.say("read it")
        await stage.until(lambda: "a.txt changed: it was 5 B" in stage.screen())
        assert stage.backend.sent == []
        await stage.press("enter")
        await stage.until(lambda: stage.backend.sent)


async def test_a_missing_file_stops_the_message(folder: Path) -> None:
    stage = Stage(ScriptedBackend(reply("Read.")))
    async with stage.shown():
        await drop(stage, folder / "a.txt")
        (folder / "a.txt").unlink()
        await stage.say("read it")
        await stage.until(lambda: "a.txt doesn't exist" in stage.screen())
        assert "✕ a.txt  not sent" in stage.attachments_text()
        await stage.press("enter")
        await stage.until(lambda: "Remove it" in stage.screen())
        assert stage.backend.sent == []
        assert stage.composer_text() == "read it"


async def test_a_dropped_path_is_text_where_attachments_are_unsupported(folder: Path) -> None:
    stage = Stage(ScriptedBackend(can=Capability.NOTHING))
    async with stage.shown():
        stage.paste(str(folder / "a.txt"))
        await stage.until(lambda: stage.composer_text() == str(folder / "a.txt"))
        await stage.say("/attach a.txt")
        await stage.until(lambda: "Unknown command /attach" in stage.screen())


async def test_an_upload_shows_its_progress_and_can_be_canceled() -> None:
    from tests.ui.widget_app import Solo, turn_of
    from tui.ui.transcript.transcript import Transcript

    transcript = Transcript()
    app = Solo(transcript)
    async with app.run_test(size=(80, 20)) as pilot:
        await transcript.show_turn(turn_of("t1", "read it", state="queued"))
        transcript.show_upload(TurnId("t1"), 5_000_000, 20_000_000)
        await pilot.pause()
        assert "━━━╌╌╌╌╌╌╌╌╌" in app.screen_text()
        assert "5.0 MB of 20.0 MB" in app.screen_text()
        app.query_one(PromptCard).focus()
        await pilot.press("delete")
        assert [type(message) for message in app.heard] == [PromptCard.Withdrawn]
        await transcript.show_turn(turn_of("t1", "read it", state="sending"))
        await pilot.pause()
        assert "Uploading" not in app.screen_text()


async def test_a_path_that_is_too_long_is_rejected(folder: Path) -> None:
    stage = Stage()
    async with stage.shown():
        screen = await opened(stage)
        screen.query_one(Input).value = "x" * 5_000
        await stage.pilot.pause()
        await stage.press("enter")
        await stage.until(lambda: "Couldn't read" in stage.screen())


async def test_the_picker_finds_files_in_the_whole_tree_and_shows_its_folder(folder: Path) -> None:
    (folder / "docs" / "deep").mkdir()
    (folder / "docs" / "deep" / "minutes.txt").write_text("x")
    (folder / "docs" / ".gitignore").write_text("*.log\n")
    (folder / "docs" / "minutes.log").write_text("x")
    stage = Stage()
    async with stage.shown():
        await opened(stage)
        await stage.until(lambda: re.search(rf"In [/…].*{folder.name}\b", stage.screen()))
        await stage.press(*"mnts")
        await stage.until(lambda: "minutes.txt  docs/deep" in stage.screen())
        assert "minutes.log" not in stage.screen()
        await stage.press("enter")
        await stage.until(lambda: stage.attached_files())
        assert stage.attached_paths() == (str(folder / "docs/deep/minutes.txt"),)


async def test_an_enter_before_the_tree_was_read_waits_for_its_match(folder: Path) -> None:
    (folder / "docs" / "minutes.txt").write_text("x")
    stage = Stage()
    async with stage.shown():
        await opened(stage)
        await stage.press(*"minutes", "enter")
        await stage.until(lambda: stage.attached_files())
        assert stage.attached_paths() == (str(folder / "docs/minutes.txt"),)


async def test_f3_previews_the_attached_file_from_the_composer(folder: Path) -> None:
    stage = Stage()
    async with stage.shown():
        await drop(stage, folder / "a.txt")
        await stage.press("f3")
        await stage.until(lambda: isinstance(stage.app.screen, PictureView))
        assert "a.txt" in stage.screen()
