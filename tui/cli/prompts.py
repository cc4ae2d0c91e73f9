"""``genie-tui prompts``, and the message of ``ask --prompt``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from tui.cli.exit_codes import CommandFailure, ExitCode, print_error


def message_text(words: Sequence[str], prompt: str | None) -> str:
    """Return the message of ``ask``; with a prompt, the words are its arguments.

    Raises ``click.UsageError`` or ``CommandFailure``.
    """
    if prompt is not None:
        return _expanded(prompt, words)
    if not words:
        raise click.UsageError("Missing argument 'TEXT'.")
    words = _without_context(words)
    if len(words) > 1:
        extra = " ".join(words[1:])
        raise click.UsageError(f"Got unexpected extra arguments ({extra}). Put quotes around TEXT.")
    return words[0]


def _without_context(words: Sequence[str]) -> Sequence[str]:
    """Return the words without the one or two JSON objects that promptfoo adds to a command."""
    text, *more = words
    return (text,) if len(more) <= 2 and all(map(_is_json_object, more)) else words


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _expanded(name: str, words: Sequence[str]) -> str:
    from tui.config import prompts_dir
    from tui.config.prompt_files import PromptFolder, PromptProblem

    try:
        return PromptFolder(prompts_dir()).refresh().get(name).expand_words(words)
    except PromptProblem as problem:
        raise CommandFailure(str(problem), ExitCode.USAGE) from problem


def run_prompts(*, as_json: bool) -> int:
    """Print the prompts, and on standard error the files that cannot be used."""
    from tui.config import prompts_dir
    from tui.config.prompt_files import PromptFolder
    from tui.core.json_values import write_json

    folder = PromptFolder(prompts_dir()).refresh()
    if as_json:
        listed = [
            {
                "name": prompt.name,
                "description": prompt.description,
                "arguments": [asdict(argument) for argument in prompt.arguments],
                "text": prompt.text,
            }
            for prompt in folder.prompts.values()
        ]
        click.echo(write_json(listed))
    else:
        rows = [(f"{p.name} {p.usage}".rstrip(), p.description) for p in folder.prompts.values()]
        width = max((len(usage) for usage, _ in rows), default=0)
        for usage, description in rows:
            click.echo(f"{usage:{width}}  {description}".rstrip())
    for problem in folder.problems.values():
        print_error(str(problem))
    if not (folder.prompts or folder.problems):
        click.echo(f"No prompts yet. Add Markdown files to {folder.path}.", err=True)
    return ExitCode.USAGE if folder.problems else ExitCode.FINISHED
