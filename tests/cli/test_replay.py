"""Which stored conversation `replay` shows, and that nothing is asked or written."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from tui.cli.exit_codes import CommandFailure
from tui.cli.options import Target
from tui.core.errors import StoreError
from tui.core.ids import ConversationId, TurnId
from tui.core.records import Conversation, Prompt
from tui.store import SqliteStore
from tui.store.peek import stored_turns

ACCOUNT = "http://127.0.0.1:1 gin-1 usr-1"
PROFILE = {
    "GENIE_TUI_BASE_URL": "http://127.0.0.1:1",
    "GENIE_TUI_GENIE": "gin-1",
    "GENIE_TUI_AUTH": "api_key",
    "GENIE_TUI_API_KEY": "k" * 64,
    "GENIE_TUI_IDP_USER_ID": "usr-1",
}


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in PROFILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    path = tmp_path / "conversations.db"
    asyncio.run(_fill(path))
    return path


async def _fill(path: Path) -> None:
    store = await SqliteStore.open(path, ACCOUNT)
    titles = {"cnv-aa1": "Laptop", "cnv-aa2": "Printer", "cnv-b": "Laptop"}
    await store.save_conversations(
        [Conversation(id=ConversationId(id_), title=title) for id_, title in titles.items()]
    )
    prompt = Prompt(text="Hi", state="sent", at_ms=5)
    await store.save_turn(TurnId("t"), ConversationId("cnv-aa2"), prompt)
    await store.aclose()


@pytest.mark.parametrize("wanted", ["cnv-aa2", "printer"])
def test_a_conversation_is_found_by_id_or_title(wanted: str, database: Path) -> None:
    assert Target().stored_conversation(wanted).id == "cnv-aa2"


def test_the_start_of_an_id_is_enough_if_no_other_starts_so(database: Path) -> None:
    assert Target().stored_conversation("cnv-b").id == "cnv-b"
    assert Target().stored_conversation("cnv-b"[:5]).id == "cnv-b"
    with pytest.raises(CommandFailure, match="2 conversations match 'cnv-aa'"):
        Target().stored_conversation("cnv-aa")
    with pytest.raises(CommandFailure, match="2 conversations match 'Laptop'"):
        Target().stored_conversation("Laptop")
    with pytest.raises(CommandFailure, match="Did you mean 'Printer'"):
        Target().stored_conversation("Prinetr")


def test_turns_are_read_without_a_change_to_the_file(database: Path) -> None:
    before = hashlib.sha256(database.read_bytes()).digest()
    [turn] = stored_turns(database, ACCOUNT, "cnv-aa2")
    assert turn.prompt is not None
    assert turn.prompt.text == "Hi"
    assert stored_turns(database, "someone else", "cnv-aa2") == []
    assert hashlib.sha256(database.read_bytes()).digest() == before


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "conversations.db"
    path.write_text("nothing of the kind" * 100)
    with pytest.raises(StoreError):
        stored_turns(path, ACCOUNT, "cnv-1")
