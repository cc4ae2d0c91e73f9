"""What ``ask`` prints: the reply on stdout, all else on stderr."""

from __future__ import annotations

import sys
from typing import Any

import click

from tui.core.text import clean_line, json_text
from tui.core.turn import Turn

_SILENCE = "No reply. Check that the genie is started."


def print_reply(markdown: str) -> None:
    if sys.stdout.isatty():
        from tui.ui.printing import print_markdown

        print_markdown(markdown)
    else:
        click.echo(markdown)


def print_usage(turn: Turn) -> None:
    """Where the service counts: for this turn, and for the whole conversation if that is more."""
    if turn.usage:
        click.echo(f"genie-tui: {turn.usage.sentence()}", err=True)
    if turn.total_usage and turn.total_usage != turn.usage:
        click.echo(f"genie-tui: conversation total: {turn.total_usage.sentence()}", err=True)


def print_end(turn: Turn) -> None:
    ends = {
        "failed": "The agent failed.",
        "halted": "Stopped.",
        "limit": "The agent reached its turn limit.",
    }
    told = ends.get(turn.outcome or "", "" if turn.reply else _SILENCE)
    if told:
        click.echo(f"genie-tui: {told} {clean_line(turn.reason, 400)}".rstrip(), err=True)


def print_json(data: dict[str, Any]) -> None:
    click.echo(json_text(data))
