"""Text typed before the session is open is kept from the first key on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fakes import MemoryStore, ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.core.draft import Draft
from tui.system.draft_file import DraftFile


@pytest.fixture
def early_draft_store(tmp_path: Path) -> DraftFile:
    return DraftFile(tmp_path / "unsent" / "default")


async def test_keys_before_the_session_is_open_are_in_the_early_draft(
    early_draft_store: DraftFile,
) -> None:
    stage = Stage(gate=asyncio.Event(), early_draft_store=early_draft_store)
    async with stage.shown():
        await stage.press(*"hel")
        assert early_draft_store.read() == "hel"
        await stage.press(*"lo", "enter")
        assert early_draft_store.read() == "hello"


async def test_a_submitted_message_moves_from_the_early_draft_to_the_outbox(
    early_draft_store: DraftFile,
) -> None:
    gate = asyncio.Event()
    stage = Stage(
        ScriptedBackend(reply("Hello Jo")), gate=gate, early_draft_store=early_draft_store
    )
    async with stage.shown():
        await stage.press(*"hello", "enter", *"and")
        gate.set()
        await stage.until(lambda: "Hello Jo" in stage.screen())
        assert [text for _, text, _ in stage.backend.sent] == ["hello"]
        assert stage.composer_text() == "and"
        assert early_draft_store.read() == ""


async def test_the_early_draft_of_a_killed_program_is_restored_in_the_composer(
    early_draft_store: DraftFile,
) -> None:
    early_draft_store.keep("from before")
    store = MemoryStore()
    async with Stage(store=store, early_draft_store=early_draft_store).shown() as stage:
        await stage.until(lambda: stage.composer_text() == "from before")
        await stage.until(lambda: not early_draft_store.read())
        assert store.drafts[None] == "from before"


async def test_typed_text_comes_before_restored_and_stored_drafts(
    early_draft_store: DraftFile,
) -> None:
    early_draft_store.keep("left")
    gate, store = asyncio.Event(), MemoryStore()
    store.drafts[None] = "kept"
    async with Stage(store=store, gate=gate, early_draft_store=early_draft_store).shown() as stage:
        await stage.press(*"typed")
        assert early_draft_store.read() == "typed\n\nleft"
        gate.set()
        await stage.until(lambda: store.drafts[None] == "typed\n\nleft\n\nkept")
        assert stage.composer_text() == "typed\n\nleft\n\nkept"


async def test_a_draft_stored_just_before_a_kill_is_not_duplicated(
    early_draft_store: DraftFile,
) -> None:
    early_draft_store.keep("words")
    store = MemoryStore()
    store.drafts[None] = Draft("words", ("/a/file",)).dump()
    async with Stage(store=store, early_draft_store=early_draft_store).shown() as stage:
        await stage.until(lambda: not early_draft_store.read())
        assert stage.composer_text() == "words"


def test_the_early_draft_is_private_and_ignores_an_unusable_folder(tmp_path: Path) -> None:
    path = tmp_path / "unsent" / "default"
    pad = DraftFile(path)
    pad.keep("a\r\nb\x1c/a/file")
    assert pad.read() == "a\r\nb\x1c/a/file"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    pad.clear()
    pad.clear()
    assert pad.read() == ""
    lost = DraftFile(path.parent / "default" / "below")
    path.write_text("")
    lost.keep("words")
    assert lost.read() == ""
