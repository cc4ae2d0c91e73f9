"""Screen reader mode of the real program: plain text, appended at the end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.outside import settings_of
from tui.demo.server import DemoServer, DemoSettings
from tui.demo.workflows.catalog import MARID

Program = subprocess.Popen[bytes]


@pytest.fixture
def program(environ: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Program]:
    """The program for screen readers and a genie without pauses, or with the options that the
    test gives, and an agent that looks at halts."""
    options = getattr(request, "param", ())
    with DemoServer(DemoSettings(speed=4 if options else 0, title_s=0)) as server:
        command = [sys.executable, "-m", "tui", "--screen-reader", *options]
        known = environ | settings_of(server)
        if options:
            known |= {"GENIE_TUI_GENIE": MARID, "GENIE_TUI_TOKEN": server.token}
        with subprocess.Popen(
            command, env=known, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as program:
            yield program
            program.kill()


def say(program: Program, text: str) -> None:
    assert program.stdin
    program.stdin.write(text.encode() + b"\n")
    program.stdin.flush()


def until(program: Program, words: str) -> list[str]:
    """The lines up to one that has these words."""
    assert program.stdout
    lines: list[str] = []
    while line := program.stdout.readline():
        lines.append(line.decode())
        if words in lines[-1]:
            return lines
    raise AssertionError(lines)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("caf\xe9".encode("latin-1"), "café"),
        ("👩\u200d👧, می\u200cخو".encode(), "👩\u200d👧, می\u200cخو"),
        (b"hi\x1b[D\x1b[A\x00 there", "hi there"),
    ],
)
def test_a_typed_line_is_edited_and_sent(program: Program, typed: bytes, said: str) -> None:
    until(program, "Ready.")
    assert program.stdin
    program.stdin.write(typed + b"\n")
    program.stdin.flush()
    until(program, "End of the reply.")
    say(program, "/read")
    assert f"You said: {said}\n" in until(program, "You said:")


def test_a_user_approves_and_repeats_the_output(program: Program) -> None:
    heard = until(program, "Ready.")
    say(program, "Order a laptop")
    heard += until(program, "type /approve 1.")
    say(program, "/approve 7")
    heard += until(program, "No open question has that number")
    say(program, "/approve 1")
    heard += until(program, "approved")
    heard += until(program, "End of the reply.")
    say(program, "/read")
    heard += until(program, "You said: Order a laptop")
    say(program, "/quit")
    assert program.wait(60) == 0
    text = "".join(heard)
    assert "\x1b" not in text
    assert not set(text) & set("─│╭╮╰╯▐▌◆✓⠋●")


def test_pasted_lines_are_one_message_and_never_a_command(program: Program) -> None:
    until(program, "Ready.")
    say(program, "/approve 1\nand hello there")
    heard = until(program, "End of the reply.")
    assert not any("No open question" in line for line in heard)
    say(program, "/list hello")
    until(program, "hello there")


def test_a_conversation_is_searched_opened_renamed_and_exported(
    program: Program, tmp_path: Path
) -> None:
    until(program, "Ready.")
    say(program, "What can you do?")
    until(program, "End of the reply.")
    say(program, "/search printer color")
    heard = until(program, "To open a result, type /open")
    assert any("1: Finding the color printer" in line for line in heard)
    say(program, "/open 1")
    until(program, "You said: Which printer")
    say(program, "/rename Printers")
    until(program, "Renamed to Printers.")
    file = tmp_path / "talk.md"
    say(program, f"/export {file}")
    until(program, "Exported to")
    assert "color" in file.read_text()
    say(program, f"/export {file}")
    until(program, "already exists")
    say(program, f"/export {tmp_path / 'talk.pdf'}")
    until(program, "To set the format")
    say(program, "/search qwertz")
    until(program, "No results for qwertz.")
    say(program, "/stop")
    until(program, "This agent can't be stopped.")


@pytest.mark.parametrize("program", [("--backend", "workflows")], indirect=True)
def test_the_agent_is_stopped(program: Program) -> None:
    until(program, "Ready.")
    say(program, "/stop")
    until(program, "The agent isn't working on anything here.")
    say(program, "slow")
    until(program, "Marid says:")
    say(program, "/stop")
    until(program, "Asked the agent to stop.")
    until(program, "Stopped.")
