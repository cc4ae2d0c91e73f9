"""Slash commands in the composer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.core.text import clean_line, did_you_mean
from tui.ui.composer.completion import Completion
from tui.ui.composer.slash_registry import SlashCommand, commands_of, read

if TYPE_CHECKING:
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.attachments import Attachments
    from tui.ui.composer.completion import CompletionItem, CompletionList
    from tui.ui.composer.composer import Composer
    from tui.ui.composer.paths import Entry
    from tui.ui.composer.prompts import PromptEntry


class SlashCommands:
    """Run and complete slash commands; ``with_argument`` returns those with an argument."""

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        offers: CompletionList,
        files: Attachments,
        with_argument: Callable[[], Iterable[SlashCommand]],
        prompts: Callable[[], Iterable[SlashCommand]],
    ) -> None:
        self._context = context
        self._composer = composer
        self._offers = offers
        self._files = files
        self._with_argument = with_argument
        self._prompts = prompts
        self._completer: Completion | None = None
        self._unknown = ""
        """Text that was last reported as an unknown command."""

    def commands(self) -> Mapping[str, SlashCommand]:
        """Return the commands available now, by name."""
        with_argument = [*self._with_argument(), self._theme()]
        screen, prompts = self._context.screen, self._prompts()
        return commands_of(screen, with_argument, prompts, self._composer)

    def carry_out(self, command: SlashCommand, argument: str) -> None:
        """Run a command in the background."""
        self._context.run("command", _carry_out, command, argument)

    def submit(self, text: str, kept: str) -> bool:
        """Run a text that looks like a command; return False if it is a message.

        An unknown command is sent as a message when it is submitted a second time.
        """
        typed = read(text, lines=True)
        command = self.commands().get(typed[0]) if typed else None
        if command and command.expand:
            self._expand(command, kept)
            return True
        typed = read(text)
        if typed is None or kept == self._unknown:
            self._unknown = ""
            return False
        name, argument = typed
        if command:
            self._composer.take_away(kept)  # but not text written since
            self.carry_out(command, argument)
        else:
            self._unknown = kept
            self._composer.forget(kept)
            again = "Press Enter again to send it as a message."
            self._context.show_problem(f"Unknown command /{name}. {again}")
        return True

    # -- prompts ---------------------------------------------------------------------------

    def _expand(self, command: SlashCommand, kept: str) -> None:
        """Put the text of a prompt in place of the command, to be edited and sent."""
        from tui.config.prompt_files import PromptProblem

        assert command.expand is not None
        self._composer.forget(kept)
        _, argument = read(kept, lines=True) or ("", "")
        try:
            self._composer.swap(kept, command.expand(argument))
        except PromptProblem as problem:
            self._context.show_problem(str(problem))

    def prompt_entries(self) -> Iterator[PromptEntry]:
        """Yield the prompts for the command palette."""
        for command in self.commands().values():
            if command.expand:
                put = partial(self._insert_beside, command)
                yield f"/{command.name}", command.meaning, put

    def _insert_beside(self, command: SlashCommand) -> None:
        """Put a prompt into the composer, which may hold a text."""
        had_text = bool(self._composer.text.strip())
        self.insert_prompt(command)
        if had_text:
            self._context.notify("The prompt replaced your text. Press Ctrl+Z to undo.")
        self._composer.focus()

    def insert_prompt(self, command: SlashCommand) -> None:
        """Put a prompt into the composer, or its name if it needs arguments."""
        from tui.config.prompt_files import PromptProblem

        assert command.expand is not None
        try:
            self._composer.put(command.expand(""))
        except PromptProblem:
            self._composer.put(f"/{command.name} ")

    # -- completion list -------------------------------------------------------------------

    def offer(self) -> None:
        """Update the list for the word at the cursor."""
        if self._completer is None:
            self._completer = Completion(self._composer, self._offers, self)
        self._completer.offer()

    def take(self, choice: CompletionItem) -> None:
        """Apply a clicked completion."""
        if self._completer:
            self._completer.take(choice)
        self._composer.focus()

    def attach_entry(self, entry: Entry) -> None:
        """Attach a file of the list."""
        self._files.attach([entry.path.absolute()])

    # -- themes ----------------------------------------------------------------------------

    def _theme(self) -> SlashCommand:
        return SlashCommand(
            "theme", "Change the color theme", self._set_theme, "NAME", words=self._themes
        )

    def _set_theme(self, name: str) -> None:
        app = self._context.app
        if not name:
            app.action_change_theme()
        elif name in app.available_themes:
            app.theme = name
        else:
            hint = did_you_mean(name, app.available_themes)
            text = f"There's no theme '{clean_line(name, 40)}'. {hint}"
            self._context.show_problem(text.rstrip())

    def _themes(self, begun: str) -> Sequence[str]:
        names = self._context.app.available_themes
        ours_first = sorted(names, key=lambda name: (not name.startswith("genie-"), name))
        return [name for name in ours_first if begun.lower() in name]


async def _carry_out(command: SlashCommand, argument: str) -> None:
    result = command.run(argument)
    if inspect.isawaitable(result):
        await result
