"""Help of every command: width, an example that can be run, and the environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.test_readmes import commands_of, parse
from tui.cli.root import root
from tui.config import SETTINGS


def paths(group: click.Group, *begun: str) -> Iterator[tuple[str, ...]]:
    yield begun
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from paths(command, *begun, name)
        else:
            yield (*begun, name)


def help_of(*path: str) -> str:
    return (
        CliRunner()
        .invoke(root, [*path, "--help"], prog_name="genie-tui", terminal_width=WIDTH)
        .output
    )


WIDTH = 78
"""Width that click uses in a terminal of 80 columns."""


def examples_of(text: str) -> str:
    """Return the lines after ``Example:``, as a block of a document."""
    found = re.search(r"^  Examples?:\n((?: {4}.*\n)+)", text, re.MULTILINE)
    return found[1] if found else ""


@pytest.mark.parametrize("path", list(paths(root)), ids=" ".join)
def test_every_help_fits_80_columns_and_has_an_example_that_parses(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = help_of(*path)
    assert [line for line in text.splitlines() if len(line) >= 80] == []
    examples = list(commands_of(f"```\n{examples_of(text)}```\n"))
    assert examples, text
    monkeypatch.chdir(tmp_path)
    for arguments in examples:
        assert arguments[: len(path)] == list(path), arguments
        for file in filter(re.compile(r"@?\w+\.\w+").fullmatch, arguments):
            tmp_path.joinpath(file.removeprefix("@")).write_text("{}")
        parse(arguments, monkeypatch)


def test_the_environment_variables_of_all_settings_are_listed() -> None:
    text = CliRunner().invoke(root, ["help", "environment"]).output
    assert [s.variable for s in SETTINGS.values() if f"  {s.variable} " not in text] == []
    assert "GENIE_TUI_DATA_DIR" in text
    assert max(map(len, text.splitlines())) < 80
    assert "'genie-tui help environment'" in " ".join(help_of().split())


def test_help_of_a_command_is_that_of_its_option() -> None:
    words = ["studio", "genies", "start"]
    shown = CliRunner().invoke(root, ["help", *words], prog_name="genie-tui", terminal_width=WIDTH)
    assert shown.output == help_of(*words)
    failed = CliRunner().invoke(root, ["help", "ak"], standalone_mode=False).exception
    assert str(failed) == "There's no command 'ak'. Did you mean 'ask'?"
