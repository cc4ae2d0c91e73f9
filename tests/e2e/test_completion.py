"""Completion in real shells: what Tab inserts is one word of the command, and is never run.

The command on the path is a stand-in: it lets the real program complete, and writes its own
arguments to a file, so that a test sees what the shell made of the line.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tui.cli.completion import SHELLS
from tui.core.ids import ConversationId
from tui.core.records import Conversation
from tui.store import SqliteStore

INSTALLED = [name for name in SHELLS if shutil.which(name)]
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
PROMPT = "ready>"
SET_UP = {
    "bash": f"PS1='{PROMPT} '; eval \"$(genie-tui completion bash)\"\r",
    "zsh": f"PS1='{PROMPT} '; eval \"$(genie-tui completion zsh)\"\r",
    "fish": f"function fish_prompt; echo -n '{PROMPT} '; end; genie-tui completion fish | source\r",
}
TITLES = (
    "Laptop order",
    'It\'s "fine"',
    "$(touch pwned)",
    "`touch pwned`; touch pwned",
    "Sales: Q3 = 5!",
    "back\\slash | more > pwned & x",
    "star * ? [a] {b,c} ~ #",
    "日本語 の題",
)

Complete = Callable[[str], list[str]]


@pytest.fixture
async def stored(tmp_path: Path) -> None:
    """Conversations of a genie with titles that a shell must not run."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text(
        'default_profile = "prod"\n'
        '[profiles.prod]\nbase_url = "https://genie.example"\ngenie = "gin-1"\n'
        '[profiles."my work"]\nbase_url = "https://other.example"\ngenie = "gin-2"\n'
    )
    store = await SqliteStore.open(
        tmp_path / "data" / "conversations.db", "https://genie.example gin-1 user"
    )
    await store.save_conversations(
        [
            Conversation(id=ConversationId(f"cnv-{n}"), title=title, updated_ms=1000 - n)
            for n, title in enumerate(TITLES)
        ]
    )
    await store.aclose()


@pytest.fixture(params=INSTALLED)
def complete(request: pytest.FixtureRequest, tmp_path: Path, stored: None) -> Iterator[Complete]:
    """Type a line with its Tabs into a shell; return the arguments that the program was given."""
    shell: str = request.param
    (tmp_path / "bin").mkdir()
    work, given = tmp_path / "work", tmp_path / "given"
    work.mkdir()
    (work / "suite one.yaml").touch()
    program = tmp_path / "bin" / "genie-tui"
    program.write_text(
        f"#!/bin/sh\n"
        f'case "$_GENIE_TUI_COMPLETE$1" in\n'
        f'?*_complete*|completion) exec {shlex.quote(sys.executable)} -m tui "$@" ;;\n'
        f"esac\n"
        f"{shlex.quote(sys.executable)} -c "
        f"'import json, sys; print(json.dumps(sys.argv[2:]), file=open(sys.argv[1], \"w\"))' "
        f'{shlex.quote(str(given))} "$@"\n'
    )
    program.chmod(0o755)
    environ = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "GENIE_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "GENIE_TUI_DATA_DIR": str(tmp_path / "data"),
    }
    with Terminal(START[shell], environ, columns=120, cwd=work) as terminal:
        terminal.type(SET_UP[shell])
        terminal.until(lambda text: text.rstrip().splitlines()[-1:] == [PROMPT])

        def complete(line: str) -> list[str]:
            given.unlink(missing_ok=True)
            terminal.type(line + "\r")
            terminal.until(lambda _: given.exists() and given.read_text().endswith("\n"))
            arguments: list[str] = json.loads(given.read_text())
            return arguments

        yield complete
        assert not list(work.glob("*pwned*")), terminal.text


def test_commands_options_and_values_are_completed(complete: Complete) -> None:
    assert complete("genie-tui as\t") == ["ask"]
    assert complete("genie-tui ask --approve-a\t") == ["ask", "--approve-all"]
    assert complete("genie-tui ask --profile my\t") == ["ask", "--profile", "my work"]
    assert complete("genie-tui demo-server --fault out\t") == ["demo-server", "--fault", "outage"]
    assert complete("genie-tui test --pack r\t") == ["test", "--pack", "red-team"]
    assert complete("genie-tui test su\t") == ["test", "suite one.yaml"]
    assert complete("genie-tui --theme=genie-e\t") == ["--theme=genie-ember"]
    assert complete("genie-tui --theme 'genie-e\t") == ["--theme", "genie-ember"]


def test_a_title_is_one_word_whatever_it_contains(complete: Complete) -> None:
    begun = {"It's": "It\\'s", "$(to": "\\$\\(to", "`tou": "\\`tou"}
    for title in TITLES:
        start = begun.get(title[:4], title[:3])
        assert complete(f"genie-tui export {start}\t") == ["export", title]


def test_an_open_quote_and_another_case_are_completed(complete: Complete) -> None:
    for begun in ("'Sal", '"Sal', "sal", "Sales:\\ Q"):
        assert complete(f"genie-tui export {begun}\t") == ["export", "Sales: Q3 = 5!"]


def test_nothing_is_written_into_the_line_when_values_cannot_be_read(
    complete: Complete, tmp_path: Path
) -> None:
    (tmp_path / "config" / "config.toml").write_text("[broken")
    assert complete("genie-tui ask --profile wo\t") == ["ask", "--profile", "wo"]


def test_a_value_is_completed_part_by_part(complete: Complete) -> None:
    line = "genie-tui demo-server --fault slow:m\t5,o\tupl\t"
    assert complete(line) == ["demo-server", "--fault", "slow:ms=5,on=upload"]
