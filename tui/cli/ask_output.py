"""Output of ``ask``: the reply on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from typing import Any

import click

from tui.core.ports import Capability
from tui.core.text import clean_line, json_text
from tui.core.turn import Turn
from tui.core.usage import Usage

_SILENCE = "No reply."
_STOPPED = "Check that the genie is started."


def print_reply(markdown: str) -> None:
    if sys.stdout.isatty():
        from tui.ui.terminal.printing import print_markdown

        print_markdown(markdown)
    else:
        click.echo(markdown)


def print_usage(turn: Turn, total: Usage | None) -> None:
    """Print the usage of this turn, and of the whole conversation if that is more."""
    if turn.usage:
        click.echo(turn.usage.sentence(), err=True)
    if total and total != turn.usage:
        click.echo(f"Conversation total: {total.sentence()}", err=True)


def print_end(turn: Turn, can: Capability) -> None:
    """Print how a turn ended, unless the reply shows it."""
    silence = f"{_SILENCE} {_STOPPED}" if Capability.BE_STOPPED in can else _SILENCE
    ends = {
        "failed": "The agent failed.",
        "halted": "Stopped.",
        "limit": "The agent reached its turn limit.",
        "finished": "The agent reported an error." if turn.reason else "",
    }
    told = ends.get(turn.outcome or "") or ("" if turn.reply else silence)
    if told:
        click.echo(f"{told} {clean_line(turn.reason, 400)}".rstrip(), err=True)


def print_json(data: dict[str, Any]) -> None:
    click.echo(json_text(data))
