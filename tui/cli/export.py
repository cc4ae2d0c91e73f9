"""``genie-tui export``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from tui.cli.exit_codes import CommandFailure
from tui.cli.options import Target, conversation_failure
from tui.core.errors import BackendError
from tui.core.ids import ConversationId

if TYPE_CHECKING:
    from tui.export import ExportSource, Format

_STDOUT = Path("-")


def run_export(target: Target, conversation: str, *, form: str | None, output: Path) -> int:
    """Write one conversation to a file or to standard output."""
    from tui.export import CannotWrite, format_of, render, write

    wanted = ConversationId(target.conversation_id(conversation))
    chronicle = asyncio.run(_read(target, wanted))
    text = render(chronicle, cast("Format", form) if form else format_of(output) or "md")
    if output == _STDOUT:
        click.echo(text, nl=False)
        return 0
    try:
        write(output, text)
    except CannotWrite as problem:
        raise CommandFailure(str(problem)) from problem
    click.echo(f"Exported to {output}.", err=True)
    return 0


async def _read(target: Target, conversation_id: ConversationId) -> ExportSource:
    """Return the conversation as the server has it, or else the stored part of it."""
    place = target.place()
    async with place.connect(lambda update: None, one_shot=True) as session:
        failure = None
        try:
            await session.history.fetch_everything(conversation_id)
            await session.conversations.refresh()
        except BackendError as error:
            failure = error
        chronicle = await session.history.chronicle(conversation_id, place.agent_name)
    if not chronicle.turns and failure is not None:
        raise conversation_failure(target, conversation_id, failure) from failure
    if not chronicle.turns:
        raise CommandFailure(f"Nothing to export in {conversation_id}.")
    if failure is not None:
        click.echo(f"Exported only what is stored on this machine. {failure.sentence()}", err=True)
    return chronicle
