"""``genie-tui studio``: creates its commands on demand."""

from __future__ import annotations

from pathlib import Path

import click

from tui.cli.groups import CommandGroup
from tui.cli.options import target_of, target_options


class StudioGroup(CommandGroup):
    """Group that reads its commands from the endpoints' descriptions on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from tui.studio.endpoints import GROUPS

        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from tui.cli.studio.commands import group_of

        return group_of(cmd_name)


@click.group("studio", cls=StudioGroup)
@target_options
@click.pass_context
def studio(context: click.Context, demo: bool, profile: str | None, config: Path | None) -> None:
    """View and manage genies with a Developer API token.

    Set the token (wrka...) as GENIE_TUI_DEVELOPER_TOKEN, or as developer_token in the profile.
    Exit codes: 0 success, 1 failure, 2 usage or configuration, 3 token rejected.
    """
    context.obj = target_of(context, demo=demo, profile=profile, config=config)
