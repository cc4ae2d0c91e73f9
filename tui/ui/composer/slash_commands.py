"""Slash commands in the composer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.core.text import clean_line
from tui.ui.composer.completion import Completion
from tui.ui.composer.slash_registry import SlashCommand, commands_of, read

if TYPE_CHECKING:
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.attachments import Attachments
    from tui.ui.composer.completion import CompletionItem, CompletionList
    from tui.ui.composer.composer import Composer
    from tui.ui.composer.paths import Entry


class SlashCommands:
    """Run and complete slash commands; ``with_argument`` returns those with an argument."""

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        offers: CompletionList,
        files: Attachments,
        with_argument: Callable[[], Iterable[SlashCommand]],
    ) -> None:
        self._context = context
        self._composer = composer
        self._offers = offers
        self._files = files
        self._with_argument = with_argument
        self._completer: Completion | None = None
        self._unknown = ""
        """Text that was last reported as an unknown command."""

    def commands(self) -> Mapping[str, SlashCommand]:
        """Return the commands available now, by name."""
        return commands_of(self._context.screen, [*self._with_argument(), self._theme()])

    def carry_out(self, command: SlashCommand, argument: str) -> None:
        """Run a command in the background."""
        self._context.run("command", _carry_out, command, argument)

    def submit(self, text: str, kept: str) -> bool:
        """Run a text that looks like a command; return False if it is a message.

        An unknown command is sent as a message when it is submitted a second time.
        """
        typed = read(text)
        if typed is None or kept == self._unknown:
            self._unknown = ""
            return False
        name, argument = typed
        if command := self.commands().get(name):
            self._composer.take_away(kept)  # but not text written since
            self.carry_out(command, argument)
        else:
            self._unknown = kept
            self._composer.forget(kept)
            again = "Enter again sends it as a message."
            self._context.show_problem(f"There is no command /{name}. {again}")
        return True

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
            self._context.show_problem(f"Unknown theme {clean_line(name, 40)}.")

    def _themes(self, begun: str) -> Sequence[str]:
        names = self._context.app.available_themes
        ours_first = sorted(names, key=lambda name: (not name.startswith("genie-"), name))
        return [name for name in ours_first if begun.lower() in name]


async def _carry_out(command: SlashCommand, argument: str) -> None:
    result = command.run(argument)
    if inspect.isawaitable(result):
        await result
