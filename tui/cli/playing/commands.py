"""Options of ``genie-tui play`` and ``genie-tui replay``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from tui.cli import completion_values
from tui.cli.help import examples
from tui.cli.options import Number, setting_options, target_of, target_options, with_options

_LEAST, _MOST = (40, 12), (400, 200)


class SizeType(click.ParamType[tuple[int, int]]):
    """``COLUMNSxROWS``."""

    name = "COLUMNSxROWS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", str(value), re.IGNORECASE)
        if not found:
            self.fail(f"{value!r} must be COLUMNSxROWS, such as 120x40", param, ctx)
        columns, rows = int(found[1]), int(found[2])
        if not (_LEAST[0] <= columns <= _MOST[0] and _LEAST[1] <= rows <= _MOST[1]):
            self.fail(f"{value!r} must be from 40x12 to 400x200", param, ctx)
        return columns, rows


_playing_options = with_options(
    click.option(
        "--speed",
        type=Number(0.1, 50, whole=False),
        default=1.0,
        metavar="N",
        help="Play N times as fast.",
    ),
    click.option(
        "--record",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write an asciicast of it to FILE, and quit at the end.",
    ),
    click.option("--overwrite", is_flag=True, help="With --record, replace FILE."),
    click.option(
        "--size",
        type=SizeType(),
        metavar="COLUMNSxROWS",
        help="Play unseen on a terminal of this size (without a terminal: 120x40).",
    ),
)
"""Adds the options that both commands have."""


def _check(record: Path | None, overwrite: bool) -> None:
    if overwrite and record is None:
        raise click.UsageError("--overwrite works only with --record.")


@click.command(
    short_help="Play a script in the app.",
    epilog=examples("play tour", "play approval --speed 2 --record approval.cast"),
)
@click.argument("script", shell_complete=completion_values.scripts)
@_playing_options
@target_options
@setting_options("interface")
@click.pass_context
def play(
    context: click.Context,
    script: str,
    demo: bool,
    profile: str | None,
    config: Path | None,
    speed: float,
    record: Path | None,
    overwrite: bool,
    size: tuple[int, int] | None,
) -> None:
    """Play SCRIPT in the app: 'tour', 'approval', 'recovery', or the path of a file.

    The script types, presses keys, and waits for replies at a human pace. While it plays, Space
    pauses and continues, the Right arrow completes the step, Esc ends the script, and other keys
    do nothing. When it has ended, you can use the app.

    The included scripts always play in the demo. A script is a TOML file with a list of steps:

    \b
    title = "Is anything broken?"
    [[steps]]
    narrate = "Four skills at the same time"
    [[steps]]
    say = "Is anything broken right now?"
    [[steps]]
    wait_for = "by noon"
    within = 30
    [[steps]]
    press = ["ctrl+t"]
    [[steps]]
    pause = 2

    Exit codes: 0 played, 1 what it waited for didn't appear, 2 the script can't be used.
    """
    from tui.cli.playing.play import PlayOptions, run_play

    _check(record, overwrite)
    target = target_of(context, demo=demo, profile=profile, config=config)
    options = PlayOptions(speed=speed, record=record, overwrite=overwrite, size=size)
    context.exit(run_play(target, script, options))


@click.command(
    short_help="Show a stored conversation as it happened.",
    epilog=examples('replay "Laptop for a new hire" --speed 2', "replay cnv-1 --paused"),
)
@click.argument("conversation", shell_complete=completion_values.conversations)
@click.option("--paused", is_flag=True, help="Start paused; the Right arrow shows each step.")
@_playing_options
@target_options
@setting_options("interface")
@click.pass_context
def replay(
    context: click.Context,
    conversation: str,
    demo: bool,
    profile: str | None,
    config: Path | None,
    paused: bool,
    speed: float,
    record: Path | None,
    overwrite: bool,
    size: tuple[int, int] | None,
) -> None:
    """Show the stored conversation with this ID, start of an ID, or title as it happened.

    Nothing is sent, and nothing can be changed. Space pauses and continues, the Right arrow shows
    the next step, + and - change the speed, and Esc closes. Long waits are cut to 4 seconds.
    """
    from tui.cli.playing.play import PlayOptions
    from tui.cli.playing.replay import run_replay

    _check(record, overwrite)
    target = target_of(context, demo=demo, profile=profile, config=config)
    options = PlayOptions(speed=speed, record=record, overwrite=overwrite, size=size)
    context.exit(run_replay(target, conversation, options, is_paused=paused))
