"""Large pastes and long texts: view, expand, save as a file, open in an editor."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.ui.composer.composer import LIMIT_BYTES
from tui.ui.composer.paste_modal import PastedModal
from tui.ui.terminal.suspend import EditorFailed, edited, editor_command

LINES = "\n".join(f"line {n}" for n in range(36))


@contextmanager
def lent() -> Iterator[None]:
    """The terminal, which a test has none of."""
    yield


def script(path: Path, body: str) -> list[str]:
    """An editor that does one thing to the file it is given."""
    path.write_text(f"import sys\nfrom pathlib import Path\nfile = Path(sys.argv[1])\n{body}\n")
    return [sys.executable, str(path)]


async def paste(stage: Stage, text: str) -> None:
    stage.paste(text)
    await stage.until(lambda: "Pasted text" in stage.composer_text())


async def answer(stage: Stage, key: str) -> None:
    """Answer the modal as soon as it listens."""
    modal = stage.app.screen
    assert isinstance(modal, PastedModal)
    await stage.until(lambda: not modal.is_deaf)
    await stage.press(key)


async def test_a_collapsed_paste_is_sent_in_full_and_its_draft_survives() -> None:
    stage = Stage(ScriptedBackend(reply("Long.")))
    async with stage.shown():
        await paste(stage, LINES)
        await stage.save_draft()
        [kept] = stage.store.drafts.values()
        await stage.load_draft("")
        await stage.load_draft(kept)
        assert stage.composer_text() == "[Pasted text #1 · 36 lines]"
        await stage.press("enter")
        await stage.until(lambda: stage.backend.sent)
        assert stage.backend.sent[0][1] == LINES


async def test_a_paste_is_viewed_and_expanded() -> None:
    stage = Stage()
    async with stage.shown():
        await paste(stage, LINES)
        await stage.press("f3")
        await stage.until(lambda: "36 lines" in stage.screen() and "line 7" in stage.screen())
        await answer(stage, "u")
        await stage.until(lambda: stage.composer_text() == LINES)
        await stage.press("ctrl+z")
        assert stage.message_to_send() == LINES
        assert "Pasted text" in stage.composer_text()


async def test_a_text_too_long_for_a_message_is_attached_as_a_file() -> None:
    stage = Stage(ScriptedBackend(reply("Read.")))
    text = "x" * (LIMIT_BYTES + 1)
    async with stage.shown():
        await paste(stage, text)
        await stage.press("enter")
        assert "F3, then A" in stage.banner_text().replace("\n", " ")
        await stage.press("f3")
        await stage.until(lambda: isinstance(stage.app.screen, PastedModal))
        await answer(stage, "a")
        await stage.until(lambda: stage.attached_files())
        [picked] = stage.attached_files()
        assert picked.path.read_text() == text
        assert stat.S_IMODE(picked.path.stat().st_mode) == 0o600
        assert stage.composer_text() == picked.path.name


async def test_an_editor_changes_the_message_and_unchanged_pastes_stay_collapsed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = script(tmp_path / "editor.py", "file.write_text('Look: ' + file.read_text())")
    monkeypatch.setenv("VISUAL", " ".join(command))
    stage = Stage()
    async with stage.shown():
        monkeypatch.setattr(stage.app, "suspend", lent)
        await paste(stage, LINES)
        await stage.press("alt+e")
        await stage.until(lambda: stage.composer_text().startswith("Look: "))
        assert stage.composer_text() == "Look: [Pasted text #2 · 36 lines]"


async def test_a_failed_editor_keeps_the_text(monkeypatch, tmp_path: Path) -> None:
    command = script(tmp_path / "editor.py", "file.write_text('gone'); sys.exit(3)")
    monkeypatch.setenv("VISUAL", " ".join(command))
    stage = Stage()
    async with stage.shown():
        monkeypatch.setattr(stage.app, "suspend", lent)
        await stage.press(*"mine", "alt+e")
        await stage.until(lambda: "exited with status 3. Your text is unchanged." in stage.screen())
        assert stage.composer_text() == "mine"


async def test_without_a_terminal_for_the_editor_an_error_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VISUAL", sys.executable)  # a machine may have no editor
    stage = Stage()
    async with stage.shown():
        await stage.press(*"mine", "alt+e")
        await stage.until(lambda: "Can't open an editor here" in stage.screen())
        assert stage.composer_text() == "mine"


async def test_an_editor_opens_a_private_file(tmp_path: Path) -> None:
    command = script(tmp_path / "e.py", "file.write_text(oct(file.parent.stat().st_mode)[-3:])")
    assert await edited("secret", command) == "700"
    with pytest.raises(EditorFailed, match="Couldn't start editor"):
        await edited("secret", ["/no/such/editor"])


def test_the_editor_comes_from_visual_or_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert editor_command({"VISUAL": " ", "EDITOR": "vi"}) == ["vi"]
    with pytest.raises(EditorFailed, match=r"Couldn't parse .VISUAL"):
        editor_command({"VISUAL": "'"})
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EditorFailed, match="No editor"):
        editor_command({})
