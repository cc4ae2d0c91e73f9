"""``ask --prompt`` and ``prompts``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(environ: dict[str, str]) -> Path:
    path = Path(environ["GENIE_TUI_CONFIG_DIR"]) / "prompts"
    path.mkdir(parents=True)
    (path / "greet.md").write_text("---\narguments: [name]\n---\nHello {{name}}, who are you?")
    return path


@pytest.mark.usefixtures("folder")
def test_ask_sends_the_expanded_prompt_and_what_is_piped_in(run: Run, server: DemoServer) -> None:
    assert run("ask", "--prompt", "greet", "dear", "genie", text="More.").returncode == 0
    sent = server.log.of("send")[-1].summary
    assert sent == "Hello dear genie, who are you?\n\nMore."


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--prompt", "greet"], "The prompt 'greet' needs name. Usage: greet NAME"),
        (["--prompt", "great"], "There's no prompt 'great' in"),
        ([], "Missing argument 'TEXT'."),
        (["Hello", "genie"], "unexpected extra argument"),
    ],
)
def test_a_wrong_call_sends_nothing(
    run: Run, server: DemoServer, arguments: list[str], problem: str
) -> None:
    before = len(server.log)
    done = run("ask", *arguments)
    assert (done.returncode, len(server.log)) == (2, before)
    assert problem in done.stderr


def test_prompts_are_listed_with_their_problems(run: Run, folder: Path) -> None:
    (folder / "bad.md").write_text("---\nargs: 1\n---\nx")
    done = run("prompts")
    assert (done.returncode, done.stdout) == (2, "greet NAME  Hello {{name}}, who are you?\n")
    assert done.stderr == "genie-tui: bad.md, line 2: unknown key 'args'; known keys: " + (
        "description, arguments.\n"
    )
    (folder / "bad.md").unlink()
    [listed] = json.loads(run("prompts", "--json").stdout)
    assert listed["arguments"] == [{"name": "name", "description": "", "default": None}]
