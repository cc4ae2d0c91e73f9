"""``genie-tui studio``: creates its commands on demand."""

from __future__ import annotations

from pathlib import Path

import click

from tui.cli.groups import CommandGroup
from tui.cli.help import examples
from tui.cli.options import target_of, target_options


class StudioGroup(CommandGroup):
    """Group that reads its commands from the endpoints' descriptions on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from tui.studio.endpoints import GROUPS

        return [*GROUPS, _endpoints.name or ""]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from tui.cli.studio.commands import group_of

        return _endpoints if cmd_name == _endpoints.name else group_of(cmd_name)


@click.command(
    "endpoints",
    short_help="List every endpoint and its command.",
    epilog=examples("studio endpoints --json"),
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def _endpoints(as_json: bool) -> None:
    """List every endpoint of the Developer API and the command that calls it.

    Sends nothing and needs no token.
    """
    from tui.cli.studio.output import print_endpoints

    print_endpoints(as_json=as_json)


@click.group(
    "studio",
    cls=StudioGroup,
    epilog=examples("studio genies list", "studio genies start gin-AbCd12"),
)
@target_options
@click.pass_context
def studio(context: click.Context, demo: bool, profile: str | None, config: Path | None) -> None:
    """View and manage genies with a Developer API token.

    Set the token (wrka...) as GENIE_TUI_DEVELOPER_TOKEN, or as developer_token in the profile.
    Exit codes: 0 success, 1 failure, 2 usage or configuration, 3 token rejected.
    """
    context.obj = target_of(context, demo=demo, profile=profile, config=config)
