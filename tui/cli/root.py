"""The commands and their options."""

from __future__ import annotations

from pathlib import Path

import click

from tui import __version__
from tui.cli.options import Target, target_of, target_options

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(invoke_without_command=True, context_settings=_CONTEXT)
@target_options
@click.version_option(__version__, "-V", "--version", message="genie-tui %(version)s")
@click.pass_context
def root(context: click.Context, demo: bool, profile: str | None, config: Path | None) -> None:
    """Chat with Workato genies in the terminal.

    Without a command it opens the app; ``genie-tui --demo`` needs neither account nor network.
    """
    context.obj = Target(demo=demo, profile=profile, config=config)
    if context.invoked_subcommand is None:
        from tui.cli.app import run_app

        context.exit(run_app(context.obj))


@root.command()
@click.argument("text")
@target_options
@click.option("--conversation", metavar="ID", help="Go on with this conversation.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Attach a file (at most 20 MB).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per event, last a result.")
@click.option("--approve", metavar="SKILL", multiple=True, help="Approve this skill; repeatable.")
@click.option("--approve-all", is_flag=True, help="Approve every skill that asks.")
@click.option("--reject-all", is_flag=True, help="Reject every skill that asks.")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), metavar="S", help="Give up after S seconds."
)
@click.pass_context
def ask(
    context: click.Context,
    text: str,
    demo: bool,
    profile: str | None,
    config: Path | None,
    conversation: str | None,
    file: Path | None,
    as_json: bool,
    approve: tuple[str, ...],
    approve_all: bool,
    reject_all: bool,
    timeout: float | None,
) -> None:
    """Send TEXT (- reads standard input), print the reply as Markdown, and end.

    Exit codes: 0 finished, 1 failed, 2 usage, 3 not signed in, 4 an approval is needed,
    5 a connection must be authorised, 130 interrupted.
    """
    from tui.cli.ask import Question, run_ask

    if approve_all and reject_all:
        raise click.UsageError("--approve-all and --reject-all exclude each other.")
    question = Question(
        text=text,
        conversation=conversation,
        file=file,
        as_json=as_json,
        approve=frozenset(approve),
        approve_all=approve_all,
        reject_all=reject_all,
        timeout_s=timeout,
    )
    target = target_of(context, demo=demo, profile=profile, config=config)
    context.exit(run_ask(target, question))


@root.command()
@target_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.pass_context
def conversations(
    context: click.Context,
    demo: bool,
    profile: str | None,
    config: Path | None,
    as_json: bool,
    limit: int,
) -> None:
    """List your conversations, newest first."""
    from tui.cli.conversations import run_conversations

    target = target_of(context, demo=demo, profile=profile, config=config)
    context.exit(run_conversations(target, as_json=as_json, limit=limit))


@root.command("demo-server")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Port on 127.0.0.1; 0 takes a free one.",
)
@click.option("--fault", "faults", metavar="SPEC", multiple=True, help="Inject a fault; see below.")
@click.option("--observed", is_flag=True, help="Answer as the live service was seen to answer.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Divides the natural pauses; 0 means none.",
)
@click.option("--seed", type=int, metavar="N", help="The same ids and keys in each run.")
@click.option("--json", "as_json", is_flag=True, help="Print the settings to use as JSON.")
@click.pass_context
def demo_server(
    context: click.Context,
    port: int,
    faults: tuple[str, ...],
    observed: bool,
    speed: float,
    seed: int | None,
    as_json: bool,
) -> None:
    """Run the demo server on loopback until it is interrupted.

    A fault is NAME[:KEY=VALUE,...], such as cut:after=3,times=1 or status:429,on=send.
    """
    from tui.cli.demo_server import run_demo_server

    context.exit(
        run_demo_server(
            port=port, faults=faults, observed=observed, speed=speed, seed=seed, as_json=as_json
        )
    )
