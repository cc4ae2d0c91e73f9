"""``genie-tui studio users find``: find a user by email, and check access to the genie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.exit_codes import ExitCode
from tui.cli.studio.output import Printer

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.studio.developer_client import DeveloperClient


async def find_user(
    client: DeveloperClient, profile: Profile, email: str, printer: Printer
) -> ExitCode:
    """Print the user on stdout and their details on stderr; return 1 if there is none."""
    from tui.bootstrap.setup import check_user

    check = await check_user(client, profile, email)
    if check.user:
        printer.show(dict(check.user.raw))
    elif printer.as_json:
        printer.show({})
    click.echo(check.sentence(), err=True)
    return ExitCode.FINISHED if check.user else ExitCode.FAILED
