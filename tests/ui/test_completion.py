"""Autocomplete of slash commands and paths: suggestions, and accepting one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage, conversation
from tui.core.ports import Capability
from tui.core.text import clean
from tui.ui.composer.completion import Word, word_at
from tui.ui.composer.paths import MOST_ENTRIES, completions, escape, is_typable, unescape
from tui.ui.composer.slash_registry import read


@pytest.mark.parametrize(
    ("before", "word"),
    [
        ("/", Word("name", "", 0)),
        ("/ne", Word("name", "ne", 0)),
        ("/theme da", Word("argument", "da", 7, "theme")),
        ("see @rep", Word("path", "rep", 4)),
        ("see @My\\ Docs/pl", Word("path", "My Docs/pl", 4)),
        ("@", Word("path", "", 0)),
        ("me@example.com", None),
        ("see @a b", None),
        ("/etc/passwd", None),
        (" /new", None),
    ],
)
def test_the_completed_word_is_the_one_at_the_cursor(before: str, word: Word | None) -> None:
    assert word_at(before, 0, 1) == word


def test_a_slash_command_is_alone_in_its_message() -> None:
    assert word_at("/new", 0, 2) is None
    assert word_at("/new", 1, 2) is None


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("/help", ("help", "")),
        ("/Theme  genie-light ", ("theme", "genie-light")),
        ("/etc/hosts is wrong", None),
        ("/", None),
        ("/new a\nb", None),
        ("well /new", None),
    ],
)
def test_text_recognized_as_a_slash_command(text: str, typed: tuple[str, str] | None) -> None:
    assert read(text) == typed


@given(st.text())
def test_an_escaped_path_is_one_word_and_survives_a_round_trip(path: str) -> None:
    assert unescape(escape(path)) == path
    assert word_at(f"see @{escape(path)}", 0, 1) == Word("path", path, 4)


def test_path_completion_lists_folders_first_and_hidden_ones_on_request(tmp_path: Path) -> None:
    for name in ("report.txt", "notes.txt", "my report.md", ".hidden"):
        (tmp_path / name).write_text("x")
    (tmp_path / "reports").mkdir()
    found = [entry.name for entry in completions(f"{tmp_path}/")]
    assert found == ["reports", "my report.md", "notes.txt", "report.txt"]
    assert [entry.name for entry in completions(f"{tmp_path}/REP")] == [
        "reports",
        "report.txt",
        "my report.md",
    ]
    assert [entry.name for entry in completions(f"{tmp_path}/.")] == [".hidden"]
    assert completions(f"{tmp_path}/none/") == []


NAMES = (
    "Screenshot 2026-11-28 at 9.41.00\u202fPM.png",
    "no\u00a0break.txt",
    "نیم\u200cروز.txt",
    "議事録 📎.md",
    "\u05e9\u05dc\u05d5\u05dd.txt",
    "cafe\u0301.txt",
    "soft\u00adhyphen.txt",
    "two\nlines.txt",
    "esc\x1b[31m.txt",
    "\u202egnp.txt",
    "caf\udce9.txt",
)


def test_path_completion_lists_files_of_any_name(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text("x")
    assert {entry.name for entry in completions(f"{tmp_path}/", 50)} == set(NAMES)
    assert all(entry.path.read_text() == "x" for entry in completions(f"{tmp_path}/", 50))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("at 9.41.00 pm", NAMES[0]),
        ("no br", NAMES[1]),
        ("نیمروز", NAMES[2]),
        ("録 📎", NAMES[3]),
        ("caf\u00e9", NAMES[5]),
        ("softhyphen", NAMES[6]),
    ],
)
def test_path_completion_filters_while_typing(tmp_path: Path, typed: str, name: str) -> None:
    for each in NAMES:
        (tmp_path / each).write_text("x")
    assert [entry.name for entry in completions(f"{tmp_path}/{typed}", 50)] == [name]


@given(st.text(st.characters(codec=None), min_size=1, max_size=30))
def test_every_file_name_that_can_be_typed_is_drawn_unchanged(name: str) -> None:
    if is_typable(name):
        assert clean(name) == name
        assert "\n" not in name


def test_folders_with_names_that_cannot_be_typed_are_omitted(tmp_path: Path) -> None:
    for name in ("fine\u202f", "bad\x1b[31m", "bad\nname"):
        (tmp_path / name).mkdir()
    assert [entry.name for entry in completions(f"{tmp_path}/")] == ["fine\u202f"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_file_of_any_name_is_attached_by_completion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)
    stage = Stage()
    async with stage.shown():
        await stage.press("@")
        await stage.until(lambda: stage.chosen_completion())
        await stage.press("enter")
        await stage.until(lambda: stage.attached_files())
        assert [file.path.name for file in stage.attached_files()] == [name]
        assert stage.composer_text() == clean(name).replace("\n", " ")
        assert "\x1b[31m.txt" not in stage.screen()


def test_completion_in_a_huge_folder_is_limited(monkeypatch, tmp_path: Path) -> None:
    asked = []

    class Endless:
        def __enter__(self) -> Endless:
            return self

        def __exit__(self, *_: object) -> None: ...

        def __iter__(self) -> Endless:
            return self

        def __next__(self) -> os.DirEntry[str]:
            asked.append(None)
            return entry

    (tmp_path / "a").write_text("x")
    with os.scandir(tmp_path) as found:
        entry = next(found)
    monkeypatch.setattr(os, "scandir", lambda path: Endless())
    assert len(completions("", 8)) == 8
    assert len(asked) == MOST_ENTRIES


async def test_slash_commands_are_completed_while_typing_and_run_on_enter() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.press("/", "h", "e")
        await stage.until(lambda: stage.chosen_completion())
        assert "/help" in stage.screen()
        await stage.press("enter")
        await stage.until(lambda: type(stage.app.screen).__name__ == "HelpScreen")
        assert stage.composer_text() == ""
        assert not stage.are_completions_shown()


async def test_tab_completes_a_slash_command_and_then_its_argument() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.press(*"/th", "tab", *"genie-l")
        assert stage.composer_text() == "/theme genie-l"
        await stage.until(lambda: "genie-light" in stage.completions_text())
        await stage.press("enter")
        await stage.until(lambda: stage.app.theme == "genie-light")
        assert stage.composer_text() == ""


async def test_escape_closes_the_completion_list_until_another_word() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.press("/", "escape", "q")
        assert not stage.are_completions_shown()
        assert stage.composer_text() == "/q"
        await stage.press("ctrl+u", "/")
        await stage.until(lambda: stage.are_completions_shown())


async def test_an_unknown_slash_command_is_sent_only_after_a_warning() -> None:
    stage = Stage(ScriptedBackend(reply("Hm.")))
    async with stage.shown():
        await stage.say("/dance slowly")
        assert "Unknown command /dance" in stage.banner_text()
        assert stage.composer_text() == "/dance slowly"
        assert stage.backend.sent == []
        await stage.press("enter")
        await stage.until(lambda: stage.backend.sent)
        assert stage.backend.sent[0][1] == "/dance slowly"


async def test_slash_new_starts_a_conversation_with_the_text_after_it() -> None:
    stage = Stage()
    stage.backend.listed = [conversation("c1", "Laptops", 1)]
    async with stage.shown():
        stage.go_to(stage.backend.listed[0].id)
        await stage.until(lambda: stage.current_conversation())
        await stage.say("/new hello there")
        await stage.until(lambda: stage.composer_text() == "hello there")
        assert stage.current_conversation() is None


async def test_a_slash_command_with_an_argument_runs_without_a_dialog() -> None:
    stage = Stage()
    [listed] = stage.backend.listed = [conversation("c1", "Laptops", 1)]
    async with stage.shown():
        await stage.until(lambda: stage.title_of(listed.id) == "Laptops")
        stage.go_to(listed.id)
        await stage.until(lambda: stage.current_conversation())
        await stage.say("/rename Machines")
        await stage.until(lambda: stage.title_of(listed.id) == "Machines")


async def test_the_completion_list_closes_when_the_focus_leaves() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.press("/")
        await stage.until(lambda: stage.are_completions_shown())
        stage.focus_on("conversations")
        await stage.until(lambda: not stage.are_completions_shown())
        stage.focus_on("composer")
        await stage.until(lambda: stage.are_completions_shown())


async def test_a_path_completed_after_an_at_sign_is_attached(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "My Docs").mkdir()
    (tmp_path / "My Docs" / "plan b.txt").write_text("x")
    stage = Stage()
    async with stage.shown():
        await stage.press(*"see @my")
        await stage.until(lambda: stage.chosen_completion())
        await stage.press("tab")
        await stage.until(lambda: "plan b.txt" in stage.completions_text())
        await stage.press("enter")
        await stage.until(lambda: stage.attached_files())
        assert stage.composer_text() == "see plan b.txt"
        assert stage.attached_paths() == (str(tmp_path / "My Docs" / "plan b.txt"),)


async def test_a_file_deeper_in_the_tree_is_completed_after_an_at_sign(
    monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "src" / "chat").mkdir(parents=True)
    for name in ("screen.py", "screen.log"):
        (tmp_path / "src" / "chat" / name).write_text("x")
    stage = Stage()
    async with stage.shown():
        await stage.press(*"see @scrn")
        await stage.until(lambda: stage.chosen_completion())
        assert "src/chat" in stage.completions_text()
        assert "screen.log" not in stage.completions_text()
        await stage.press("enter")
        await stage.until(lambda: stage.attached_files())
        assert stage.composer_text() == "see screen.py"
        assert stage.attached_paths() == (str(tmp_path / "src" / "chat" / "screen.py"),)


async def test_enter_accepts_no_outdated_completion(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("x")
    stage = Stage(ScriptedBackend(reply("Hm.")))
    async with stage.shown():
        await stage.press(*"see @a")
        await stage.until(lambda: stage.chosen_completion())
        for key, character in (("b", "b"), ("enter", None)):
            stage.app.post_message(events.Key(key, character))
        await stage.until(lambda: stage.backend.sent)
        assert stage.backend.sent[0][1] == "see @ab"
        assert stage.backend.uploaded == []


async def test_no_path_completion_where_attachments_are_unsupported(
    monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("x")
    stage = Stage(ScriptedBackend(can=Capability.NOTHING))
    async with stage.shown():
        await stage.press("@", "a")
        assert not [worker for worker in stage.app.workers if worker.group == "choices"]
        assert not stage.are_completions_shown()
