"""Options of ``genie-tui report``."""

from __future__ import annotations

from pathlib import Path

import click

from tui.cli.help import examples
from tui.cli.options import target_of, target_options


@click.command(
    short_help="Write an archive for support.",
    epilog=examples("report -o report.zip"),
)
@target_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="New file to write (default: a name with the date, in the current folder).",
)
@click.pass_context
def report(
    context: click.Context,
    demo: bool,
    profile: str | None,
    config: Path | None,
    output: Path | None,
) -> None:
    """Write one zip file for support, and list what is in it.

    It has versions, settings, the results of 'genie-tui doctor', the last requests with their IDs,
    the end of the log, and the last crash. Secrets are masked, and no message is in it. Works
    without a network. Nothing is sent.
    """
    from tui.cli.report import run_report

    target = target_of(context, demo=demo, profile=profile, config=config)
    context.exit(run_report(target, output))
