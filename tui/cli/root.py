"""The program and its own options; commands are loaded when they are called."""

from __future__ import annotations

from pathlib import Path

import click

from tui import __version__
from tui.cli import completion_values
from tui.cli.groups import CONTEXT, RootGroup
from tui.cli.help import examples
from tui.cli.options import Number, Target, flags_of, setting_options, target_options

_COMMANDS = {
    "ask": "ask_command:ask",
    "completion": "commands:completion",
    "conversations": "commands:conversations",
    "demo-server": "demo_server:demo_server",
    "doctor": "commands:doctor",
    "export": "commands:export",
    "help": "help:show_help",
    "login": "commands:login",
    "logout": "commands:logout",
    "play": "playing.commands:play",
    "prompts": "commands:prompts",
    "replay": "playing.commands:replay",
    "report": "report_command:report",
    "studio": "studio.group:studio",
    "test": "testing.command:test",
    "whoami": "commands:whoami",
}
"""Module in this package and name, by command."""


@click.group(
    cls=RootGroup,
    places=_COMMANDS,
    invoke_without_command=True,
    context_settings=CONTEXT,
    epilog=examples("--demo", "--profile work -c", 'ask "What can you do?"'),
)
@target_options
@click.option("--login", is_flag=True, help="With --demo, sign in through the demo's login page.")
@setting_options("interface")
@click.option("-c", "last_conversation", is_flag=True, help="Open the last conversation.")
@click.option(
    "--conversation",
    metavar="ID",
    default="",
    shell_complete=completion_values.conversations,
    help="Open this conversation, by ID or title.",
)
@click.option("--say", metavar="TEXT", default="", help="Send a first message.")
@click.option(
    "--run",
    metavar="RUN",
    default="",
    shell_complete=completion_values.runs,
    help="Open the conversations of a test run.",
)
@click.option("--web", is_flag=True, help="With --demo, open the app in a browser on this machine.")
@click.option(
    "--port",
    type=Number(1, 65535),
    metavar="N",
    help="Port for --web (default: 8000).",
)
@click.version_option(__version__, "-V", "--version", message="genie-tui %(version)s")
@click.pass_context
def root(
    context: click.Context,
    demo: bool,
    profile: str | None,
    config: Path | None,
    login: bool,
    last_conversation: bool,
    conversation: str,
    say: str,
    run: str,
    web: bool,
    port: int | None,
) -> None:
    """Chat with Workato genies in the terminal.

    Without a command, opens the app. To try it without an account or network, run
    'genie-tui --demo'. For environment variables, run 'genie-tui help environment'.
    """
    if login and not demo:
        raise click.UsageError("--login works only with --demo. To sign in, run 'genie-tui login'.")
    flags = flags_of(context)
    if login and flags.get("backend") == "workflows":
        raise click.UsageError(
            "--login works only with the genie backend. The workflows backend uses a token."
        )
    if web and (not demo or login):
        raise click.UsageError(
            "--web works only with --demo, and not with --login: anyone who opened the page "
            "could act as you."
        )
    if port is not None and not web:
        raise click.UsageError("--port works only with --web.")
    if last_conversation and conversation:
        raise click.UsageError("Use either -c or --conversation, not both.")
    opens = last_conversation or conversation or say or run
    if opens and (web or context.invoked_subcommand is not None):
        raise click.UsageError("-c, --conversation, --say, and --run open the app.")
    context.obj = Target(
        demo=demo,
        profile=profile,
        config=config,
        login=login,
        conversation=conversation,
        last_conversation=last_conversation,
        say=say,
        run=run,
        flags=flags,
    )
    if web:
        from tui.cli.web import run_web

        context.exit(run_web(port or 8000, flags))
    if context.invoked_subcommand is None:
        from tui.cli.app import run_app

        context.exit(run_app(context.obj))
