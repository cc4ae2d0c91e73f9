"""Export from the app: format, name, confirmation before overwriting, result."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from tests.fakes import NOW_MS, MemoryStore, ScriptedBackend
from tests.ui.stage import Stage, conversation
from tests.ui.test_search import LONG, record
from tests.ui.widget_app import HOSTILE
from tui.core.errors import BackendError, ErrorKind
from tui.ui.composer.paths import short_path
from tui.ui.sidebar.export import ExportModal
from tui.ui.toolkit.confirm import ConfirmModal

NAME = "everything-about-hay-2026-05-28"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stage_with(title: str = "Everything about hay", **more: object) -> Stage:
    store = MemoryStore([conversation("long", title, NOW_MS)], [record(n) for n in range(3)])
    return Stage(store=store, **more)  # type: ignore[arg-type]


async def ask(stage: Stage) -> ExportModal:
    stage.go_to(LONG)
    await stage.until(lambda: "Answer 2" in stage.screen())
    await stage.press("f7")
    await stage.until(lambda: isinstance(stage.app.screen, ExportModal))
    await stage.until(lambda: isinstance(stage.app.focused, Input))
    assert isinstance(stage.app.screen, ExportModal)
    return stage.app.screen


async def test_enter_exports_html_with_a_sensible_name_and_shows_the_path(folder: Path) -> None:
    stage = stage_with()
    async with stage.shown():
        await ask(stage)
        await stage.press("enter")
        await stage.until(lambda: (folder / f"{NAME}.html").exists())
        await stage.until(lambda: "Exported" in stage.screen())
        assert "Question 1" in (folder / f"{NAME}.html").read_text()


async def test_the_export_format_changes_the_file_extension_and_content(folder: Path) -> None:
    stage = stage_with()
    async with stage.shown():
        modal = await ask(stage)
        await stage.press("ctrl+t", "ctrl+t")
        await stage.until(lambda: modal.query_one(Input).value == f"{NAME}.json")
        await stage.press("enter")
        await stage.until(lambda: (folder / f"{NAME}.json").exists())
        await stage.until(lambda: "Exported" in stage.screen())
        assert json.loads((folder / f"{NAME}.json").read_text())["agent"] == "Ifrit"


async def test_an_existing_file_is_overwritten_only_after_confirmation(folder: Path) -> None:
    (folder / f"{NAME}.html").write_text("precious")
    stage = stage_with()
    async with stage.shown():
        modal = await ask(stage)
        await answer(stage, "n")
        await stage.until(lambda: stage.app.screen is modal)
        assert (folder / f"{NAME}.html").read_text() == "precious"
        await answer(stage, "y")
        await stage.until(lambda: (folder / f"{NAME}.html").read_text() != "precious")


async def answer(stage: Stage, key: str) -> None:
    """Ask for the export, and answer the question whether to replace the file."""
    await stage.press("enter")
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmModal))
    question = stage.app.screen
    assert isinstance(question, ConfirmModal)
    await stage.until(lambda: not question.is_deaf)
    await stage.press(key)


async def test_an_export_that_cannot_be_written_is_reported_in_the_dialog(folder: Path) -> None:
    stage = stage_with()
    async with stage.shown(60, 24):
        modal = await ask(stage)
        modal.query_one(Input).value = "missing/talk.html"
        await stage.press("enter")
        note = modal.query_one("#export-note", Static)
        await stage.until(lambda: "Folder not found" in str(note.visual))
        assert modal.query_one("#export").region.right <= 60
        await stage.press("escape")
        assert not await asyncio.to_thread(lambda: list(folder.iterdir()))


async def test_stored_turns_are_exported_while_offline(folder: Path) -> None:
    backend = ScriptedBackend()
    stage = stage_with(backend=backend)
    async with stage.shown():
        await ask(stage)
        down = BackendError(ErrorKind.UNREACHABLE, "The host does not answer.")
        backend.failures["status"] = [down] * 3
        await stage.press("enter")
        told = "Exported only what is stored"
        await stage.until(lambda: told in " ".join(stage.screen().split()))
        assert (folder / f"{NAME}.html").exists()


async def test_a_hostile_title_makes_a_safe_file_name(folder: Path) -> None:
    stage = stage_with(f"../../{HOSTILE}")
    async with stage.shown():
        modal = await ask(stage)
        assert "/" not in modal.query_one(Input).value
        await stage.press("enter")
        await stage.until(lambda: list(folder.iterdir()))


def test_a_long_folder_is_shortened_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    inside = Path("/home/ada/projects/customers/acme/exports/2026")
    assert short_path(inside, 80) == "~/projects/customers/acme/exports/2026"
    assert short_path(inside, 30) == "~/…/acme/exports/2026"
    assert short_path(inside, 12) == "~/…/2026"
    assert short_path(Path("/srv/data/a-very-long-folder"), 24) == "…/a-very-long-folder"
    assert short_path(Path("/srv/data/a-very-long-folder"), 10) == "…ng-folder"
    for width in range(1, 60):
        assert len(short_path(inside, width)) <= width


async def test_the_export_dialog_shows_the_end_of_a_long_folder_in_one_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "customers" / "acme-corporation-international" / "exports" / "2026"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    stage = stage_with()
    async with stage.shown(80, 24):
        await ask(stage)
        await stage.until(lambda: "/…/" in stage.screen())
        [row] = [row for row in stage.screen().splitlines() if "Saves to" in row]
        assert row.rstrip().endswith("exports/2026")
        shown = stage.app.screen.query_one("#export-folder")
        assert str(shown.tooltip).endswith("acme-corporation-international/exports/2026")


async def test_without_a_conversation_there_is_nothing_to_export(folder: Path) -> None:
    stage = stage_with()
    async with stage.shown():
        await stage.press("f7")
        await stage.until(lambda: "No conversation to export" in stage.screen())


async def test_a_file_name_that_is_too_long_is_rejected(folder: Path) -> None:
    stage = stage_with()
    async with stage.shown():
        modal = await ask(stage)
        modal.query_one(Input).value = "x" * 5_000 + ".md"
        await stage.press("enter")
        await stage.until(lambda: "too long" in stage.screen())
