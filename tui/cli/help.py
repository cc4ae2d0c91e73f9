"""Examples in the help of commands, ``genie-tui help``, and the list of environment variables."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from tui.cli import completion_values

_WIDTH = 78
_TOPIC = "environment"


def examples(*commands: str) -> str:
    """Return the end of a command's help, as click has it: each command on a line of its own."""
    title = "Examples:" if len(commands) > 1 else "Example:"
    lines = [line for command in commands for line in _lines(f"genie-tui {command}")]
    return "\n".join(("\b", title, *(f"  {line}" for line in lines)))


def _lines(command: str) -> Iterator[str]:
    """Yield a command as a shell continues it, broken before options."""
    line, *options = command.split(" --") if len(command) > _WIDTH - 4 else (command,)
    for option in options:
        if len(line) + len(option) > _WIDTH - 10:
            yield f"{line} \\"
            line = f"    --{option}"
        else:
            line += f" --{option}"
    yield line


@click.command(
    "help",
    short_help="Show help for a command, or on environment variables.",
    epilog=examples("help ask", "help studio genies create", "help environment"),
)
@click.argument(
    "words", metavar="[COMMAND]", nargs=-1, shell_complete=completion_values.help_topics
)
@click.pass_context
def show_help(context: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of COMMAND, or the environment variables for 'environment'."""
    if words == (_TOPIC,):
        click.echo("\n".join(environment_lines()))
        return
    root = context.find_root()
    root.command.main(
        [*words, "--help"],
        prog_name=root.info_name,
        standalone_mode=False,
        terminal_width=context.terminal_width,
    )


_OTHER_VARIABLES = (
    ("GENIE_TUI_PROFILE", "Profile to use, as with --profile."),
    ("GENIE_TUI_CONFIG_DIR", "Folder of config.toml and of the prompts."),
    ("GENIE_TUI_DATA_DIR", "Folder of stored conversations and test runs."),
    ("NO_COLOR", "Turns colors off if it is set."),
    ("BROWSER", "Browser that opens links and the sign-in."),
    ("VISUAL, EDITOR", "Editor for long messages."),
    ("HTTPS_PROXY, NO_PROXY", "Proxy, and the hosts to reach without it."),
)


def environment_lines() -> Iterator[str]:
    """Yield the environment variables: those of the settings, then the others."""
    from tui.config import SETTINGS

    yield from textwrap.wrap(
        "Environment variables override the profile in config.toml; options override both.", _WIDTH
    )
    titles = {"agent": "Agent and sign-in", "interface": "Interface", "log": "Log"}
    for group, title in titles.items():
        yield ""
        yield f"{title}:"
        rows = [s for s in SETTINGS.values() if s.group == group]
        yield from _rows([(setting.variable, setting.help) for setting in rows])
    yield ""
    yield "Other:"
    yield from _rows(_OTHER_VARIABLES)


def _rows(rows: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Iterator[str]:
    room = max(len(name) for name, _ in rows) + 4
    for name, text in rows:
        first, *others = textwrap.wrap(text, _WIDTH - room)
        yield f"  {name:{room - 2}}{first}"
        yield from (f"{'':{room}}{line}" for line in others)
