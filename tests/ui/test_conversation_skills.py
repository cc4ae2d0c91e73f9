"""Skills of a conversation, and import and export of bundles where the service supports them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.fakes import NOW_MS, WORKSHOP, MemoryStore, ScriptedBackend
from tests.textual_internals import suggestion
from tests.ui.stage import Stage, conversation
from tests.ui.test_search import LONG, record
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import ConversationId, SkillId
from tui.core.ports import Capability
from tui.core.records import AvailableSkill
from tui.ui.composer.file_picker import ImportScreen
from tui.ui.sidebar.export import ExportModal
from tui.ui.sidebar.rename_modal import RenameModal
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.picker import PickModal

pytestmark = pytest.mark.slow

SKILLS = tuple(
    AvailableSkill(
        id=SkillId(f"s-{name.lower()}"), name=name, description=f"{name} things", tags=(tag,)
    )
    for name, tag in (("Dig", "garden"), ("Mow", "garden"), ("Paint", "house"))
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def a_stage(can: Capability = WORKSHOP) -> Stage:
    listed = [conversation("long", "Everything about hay", NOW_MS)]
    backend = ScriptedBackend(can=can, skills=SKILLS, conversations=listed)
    backend.installed[LONG] = {SkillId("s-dig")}
    return Stage(backend, MemoryStore(listed, [record(n) for n in range(3)]))


async def opened(stage: Stage) -> None:
    stage.go_to(LONG)
    await stage.until(lambda: "Answer 2" in stage.screen())


async def test_skills_are_installed_and_removed_from_a_selection_list() -> None:
    stage = a_stage()
    async with stage.shown():
        await opened(stage)
        await stage.press("alt+k")
        await stage.until(lambda: isinstance(stage.app.screen, PickModal))
        await stage.until(lambda: "1 of 3 installed" in stage.screen())
        assert "✓ Dig" in stage.screen()
        assert "· Mow" in stage.screen()
        await stage.press("tab", *"house", "tab")
        await stage.until(lambda: "✓ Paint" in stage.screen())
        assert "Mow" not in stage.screen()
        await stage.press("enter")
        await stage.until(lambda: "Installed Paint." in stage.screen())
        assert "Removed Dig." in stage.screen()
        assert stage.backend.installed[LONG] == {"s-paint"}


async def test_a_rejected_skill_is_reported_with_the_changes_done() -> None:
    stage = a_stage()
    refused = BackendError(ErrorKind.FORBIDDEN, "Not your workflow.")
    stage.backend.failures["install_skill"] = [refused]
    async with stage.shown():
        await opened(stage)
        await stage.say("/skills")
        await stage.until(lambda: isinstance(stage.app.screen, PickModal))
        await stage.press("tab", "down", "tab", "enter")
        await stage.until(lambda: "Not your workflow." in stage.screen())
        await stage.until(lambda: "Removed Dig." in stage.screen())


async def test_canceling_the_skill_list_changes_nothing() -> None:
    stage = a_stage()
    async with stage.shown():
        await opened(stage)
        await stage.press("alt+k")
        await stage.until(lambda: isinstance(stage.app.screen, PickModal))
        await stage.press("tab", "escape")
        await stage.until(lambda: stage.is_chat_in_front())
        assert "remove_skill" not in stage.backend.calls


async def test_without_service_support_skills_and_bundles_are_not_offered() -> None:
    stage = a_stage(Capability.HISTORY)
    async with stage.shown():
        await opened(stage)
        for command in ("skills", "import"):
            assert not stage.is_action_offered(command)
        await stage.press("alt+k", "alt+i", "f7")
        await stage.until(lambda: isinstance(stage.app.screen, ExportModal))
        assert "Bundle" not in stage.screen()


async def test_a_bundle_is_exported_to_a_file_and_imported(folder: Path) -> None:
    stage = a_stage()
    name = "everything-about-hay-2026-05-28.bundle.json"
    async with stage.shown():
        await opened(stage)
        await stage.press("f7")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.press("ctrl+t", "ctrl+t", "ctrl+t")
        await stage.until(lambda: stage.app.screen.query_one(Input).value == name)
        await stage.until(lambda: "ready to import" in stage.screen())
        await stage.press("enter")
        await stage.until(lambda: (folder / name).exists())
        assert json.loads((folder / name).read_text())["items"] == ["long"]
        await stage.press("alt+i")
        await stage.until(lambda: isinstance(stage.app.screen, ImportScreen))
        await stage.until(lambda: name in stage.screen())
        await stage.press(*"everything", "tab")
        await stage.until(lambda: stage.current_conversation() == "imported-long")
        await stage.until(lambda: "1 conversation imported." in stage.screen())


async def test_another_export_format_replaces_the_whole_file_extension(folder: Path) -> None:
    stage = a_stage()
    async with stage.shown():
        await opened(stage)
        await stage.press("f7")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.press(*["ctrl+t"] * 4)
        usual = "everything-about-hay-2026-05-28.html"
        await stage.until(lambda: stage.app.screen.query_one(Input).value == usual)


async def test_an_existing_bundle_file_is_overwritten_only_after_confirmation(folder: Path) -> None:
    (folder / "mine.bundle.json").write_text("mine")
    stage = a_stage()
    async with stage.shown():
        await opened(stage)
        await stage.press("f7")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.press("ctrl+t", "ctrl+t", "ctrl+t")
        field = stage.app.screen.query_one(Input)
        field.value = ""
        await stage.press(*"mi")
        await stage.until(lambda: suggestion(field) == "mine.bundle.json")
        await stage.press("right", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmModal))
        assert (folder / "mine.bundle.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "it isn't JSON"), ("[1]", "contains other JSON"), (None, "No such file")],
)
async def test_an_import_of_an_invalid_bundle_is_rejected(
    folder: Path, text: str | None, problem: str
) -> None:
    if text is not None:
        (folder / "a.json").write_text(text)
    stage = a_stage()
    async with stage.shown():
        await stage.say("/import a.json")
        await stage.until(lambda: problem in stage.screen())
        assert not stage.backend.imported


async def test_parts_of_a_bundle_that_failed_to_import_are_reported(folder: Path) -> None:
    (folder / "a.json").write_text('{"items": ["x", "y"]}')
    stage = a_stage()
    stage.backend.import_problems = tuple(f"Problem {n}." for n in range(5))
    async with stage.shown():
        await stage.say("/import a.json")
        await stage.until(lambda: "2 conversations imported." in stage.screen())
        assert "And 2 more problems." in " ".join(stage.screen().split())


async def test_a_rename_is_sent_to_a_service_with_titles() -> None:
    stage = a_stage()
    async with stage.shown():
        await opened(stage)
        await stage.press("f2")
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        await stage.until(lambda: "The service saves the name" in stage.screen())
        await stage.press(*"Straw", "enter")
        await stage.until(lambda: stage.backend.renamed)
        assert stage.backend.renamed == [(ConversationId("long"), "Straw")]
        await stage.until(lambda: "Straw" in stage.screen())
