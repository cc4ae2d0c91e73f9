"""Completion: quoting, values, their sources, and titles as names of conversations."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.theme import BUILTIN_THEMES

from tests.cli.test_imports import loaded_by
from tui.cli.completion import quoted, read_line
from tui.cli.completion_values import conversation_values
from tui.cli.exit_codes import CommandFailure
from tui.cli.options import Target
from tui.core.ids import ConversationId
from tui.core.records import Conversation
from tui.store import SqliteStore
from tui.store.peek import StoredName
from tui.ui.theme.names import OWN, TEXTUAL
from tui.ui.theme.themes import THEMES

printable = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1)


@given(printable)
def test_a_quoted_value_is_one_word_in_every_kind_of_quote(value: str) -> None:
    assert shlex.split(quoted(value)) == [value]
    assert shlex.split("'" + quoted(value, "'") + "'") == [value]
    closed = "" if value.endswith("!") else '"'  # bash adds none after a quote
    assert read_line('"' + quoted(value, '"') + closed, "").word == value


@given(printable)
def test_a_line_is_split_as_it_was_quoted(value: str) -> None:
    typed = read_line(f"genie-tui export {quoted(value)}", "")
    assert (typed.words, typed.word, typed.quote) == (["genie-tui", "export"], value, "")


def test_what_stays_of_a_word_ends_at_a_break_or_an_open_quote() -> None:
    assert read_line("x --profile=wo", "=:").kept == len("--profile=")
    assert read_line("x --profile 'my wo", "=:")[1:] == ("my wo", "'", 0)
    assert read_line(r"x a\=b", "=")[1:] == ("a=b", "", 0)


def test_theme_names_are_those_of_the_app() -> None:
    assert tuple(theme.name for theme in THEMES) == OWN
    assert tuple(BUILTIN_THEMES) == TEXTUAL


def test_a_title_that_cannot_name_its_conversation_is_the_help_of_its_id() -> None:
    titles = ("Order", "Twice", "twice", "-rf", "a\tb", "\u202eevil", "", "x" * 200)
    stored = [StoredName(f"cnv-{n}", title, None) for n, title in enumerate(titles)]
    values = list(conversation_values(stored, ""))
    assert [value.text for value in values] == ["Order", *(f"cnv-{n}" for n in range(1, 8))]
    assert values[3].help == "-rf"
    assert next(iter(conversation_values(stored, "cnv-0"))).text == "cnv-0"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GENIE_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    (tmp_path / "config.toml").write_text(
        'default_profile = "prod"\n'
        '[profiles.prod]\nbase_url = "https://genie.example"\ngenie = "gin-1"\nname = "Ifrit"\n'
        '[profiles.other]\nbase_url = "https://genie.example"\ngenie = "gin-2"\n'
    )
    titles = {"cnv-1": "Laptop order", "cnv-2": "Twice", "cnv-3": "Twice"}
    asyncio.run(_store(tmp_path / "conversations.db", titles))
    return tmp_path


async def _store(path: Path, titles: dict[str, str]) -> None:
    store = await SqliteStore.open(path, "https://genie.example gin-1 user")
    await store.save_conversations(
        [Conversation(id=ConversationId(id_), title=title) for id_, title in titles.items()]
    )
    await store.aclose()


def values_of(*words: str, folder: Path) -> list[str]:
    """Ask the program as zsh does; the values that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", *words],
        capture_output=True,
        text=True,
        env=os.environ | {"_GENIE_TUI_COMPLETE": "zsh_complete"},
        check=True,
    )
    assert done.stderr == ""
    return [line.split("\t")[1] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ask", "--profile", ""], ["prod", "other"]),
        (["--genie", ""], ["gin-1", "gin-2"]),
        (["export", "lap"], ["Laptop order"]),
        (["export", "--profile", "other", "lap"], []),
        (["--profile", "other", "--conversation", ""], []),
        (["demo-server", "--fault", "cut:on=up"], ["cut:on=upload", "cut:on=update"]),
        (["demo-server", "--fault", "slow:"], ["slow:ms=", "slow:on=", "slow:times="]),
        (["test", "--pack", ""], ["red-team"]),
        (["ask", "--demo", "--approve", "Order"], ["Order laptop"]),
        (["studio", "guardrails", "set", "gin-1", "prof"], ["profanity_filter"]),
        (["export", "x", "--format", ""], ["md", "json", "html"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["ask", "--prompt", ""], []),
        (["nonsense", "x"], []),
    ],
)  # fmt: skip
def test_values_come_from_this_machine(folder: Path, words: list[str], expected: list[str]) -> None:
    assert values_of(*words, folder=folder) == expected


def test_completion_imports_nothing_heavy(folder: Path) -> None:
    words = ["genie-tui", "ask", "--conversation", ""]
    code = (
        f"import os; os.environ['_GENIE_TUI_COMPLETE'] = 'zsh_complete'; sys.argv = {words!r}\n"
        "from tui.cli import main; main()"
    )
    assert loaded_by(code) == {"sqlite3"}


def test_a_title_names_its_conversation(folder: Path) -> None:
    target = Target()
    assert target.conversation_id("laptop ORDER") == "cnv-1"
    assert target.conversation_id("cnv-1") == "cnv-1"
    assert target.conversation_id("cnv-elsewhere") == "cnv-elsewhere"
    with pytest.raises(CommandFailure, match=r"2 conversations .* Use an ID: cnv-"):
        target.conversation_id("twice")
    with pytest.raises(CommandFailure, match="Did you mean 'Laptop order'"):
        target.conversation_id("Lapto order")
    assert Target(profile="other").conversation_id("Twice") == "Twice"
