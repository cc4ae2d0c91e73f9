"""Groups of commands, and the text of usage errors."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from tui.cli.streams import ReaderGone

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 80}
"""Settings of click for the program and for Studio, whose commands inherit them."""


class CommandGroup(click.Group):
    """Group that names the most similar command when there is none of a name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        from tui.core.text import did_you_mean  # --help must not wait for it

        hint = did_you_mean(name, self.list_commands(ctx))
        raise click.UsageError(f"There's no command '{name}'. {hint}".rstrip(), ctx)


class RootGroup(CommandGroup):
    """All commands, each imported when it is called or listed.

    Their reader may close the output; click alone would exit with code 1.
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._places = places
        """Module in this package and name, by command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self._places, *self.commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in self._places:
            module, _, name = self._places[cmd_name].partition(":")
            self.add_command(getattr(import_module(f"tui.cli.{module}"), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error


def usage_text(error: click.UsageError) -> str:
    """Return what is wrong with a command line, and the command that shows its help."""
    text = _problem(error)
    context = error.ctx
    if context is None or context.command.get_help_option(context) is None:
        return text
    return f"{text}\nSee '{context.command_path} --help'."


def _problem(error: click.UsageError) -> str:
    text = error.format_message()
    if isinstance(error, click.NoSuchOption):
        name = error.option_name
        text = f"There's no option '{name}'. {_closest_option(name, error.ctx)}".rstrip()
    return text if text.endswith((".", "?", "!", ")")) else f"{text}."


def _closest_option(name: str, context: click.Context | None) -> str:
    from tui.core.text import closest

    parameters = context.command.get_params(context) if context else []
    known = {o.lstrip("-"): o for parameter in parameters for o in parameter.opts if o[0] == "-"}
    near = closest(name.lstrip("-"), known)
    return f"Did you mean '{known[near]}'?" if near else ""
