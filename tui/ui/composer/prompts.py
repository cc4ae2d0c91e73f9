"""Prompt files as slash commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.ui.composer.slash_registry import SlashCommand

PromptEntry = tuple[str, str, Callable[[], object]]
"""Name with its slash, description, and the function that puts the prompt into the composer."""

if TYPE_CHECKING:
    from pathlib import Path

    from tui.config.prompt_files import PromptFile, PromptFolder
    from tui.ui.chat.context import ChatContext


class Prompts:
    """Prompt files of ``folder``, if there is one; read when a command is typed."""

    def __init__(self, context: ChatContext, folder: Path | None) -> None:
        self._context = context
        self._path = folder
        self._folder: PromptFolder | None = None

    def commands(self) -> Iterator[SlashCommand]:
        """Return a command for each prompt; one that cannot be used says why."""
        if self._path is None:
            return
        if self._folder is None:
            from tui.config.prompt_files import PromptFolder

            self._folder = PromptFolder(self._path)
        folder = self._folder.refresh()
        for prompt in folder.prompts.values():
            yield SlashCommand(
                prompt.name,
                prompt.description,
                lambda argument: None,
                prompt.usage,
                expand=prompt.expand,
                hint=partial(_hint, prompt),
            )
        for name, problem in folder.problems.items():
            show = partial(self._show, f"Couldn't use this prompt. {problem}")
            yield SlashCommand(name, f"✗ {problem}", show)

    def _show(self, problem: str, argument: str) -> None:
        self._context.show_problem(problem)


def _hint(prompt: PromptFile, typed: str) -> str:
    argument = prompt.argument_at(typed)
    if argument is None:
        return "no arguments"
    about = f": {argument.description}" if argument.description else ""
    default = f" (default: {argument.default})" if argument.default else ""
    return f"{argument.name}{about}{default}"
