"""The composer's other uses than writing: commands, and files by their path."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

from textual import events, on, work
from textual.widgets import TextArea

from tui.core.text import clean_line
from tui.ui.completer import Completer
from tui.ui.paths import Entry, typed_completions, typed_path
from tui.ui.screens.pasting import PastingScreen
from tui.ui.slash import SlashCommand, commands_of, read, takes
from tui.ui.widgets.composer import Composer
from tui.ui.widgets.offers import Offers


class CommandingScreen(PastingScreen):
    """Carries out what begins with a slash, instead of sending it."""

    _completer: Completer | None = None
    _said_unknown = ""
    """The text of which was said that it is no command."""

    @on(TextArea.Changed, "Composer")
    @on(TextArea.SelectionChanged, "Composer")
    @on(events.DescendantFocus, "Composer")
    @on(events.DescendantBlur, "Composer")
    def _offer(self) -> None:
        if self._completer is None:
            self._completer = Completer(self.composer, self.offers, self)
        self._completer.offer()

    @on(Offers.Taken)
    def _take(self, event: Offers.Taken) -> None:
        if self._completer:
            self._completer.take(event.choice)
        self.composer.focus()

    def commands(self) -> Mapping[str, SlashCommand]:
        return commands_of(self)

    def attach_entry(self, entry: Entry) -> None:
        self.attach([entry.path.absolute()])

    @work(group="command", exit_on_error=False)
    async def carry_out(self, command: SlashCommand, argument: str) -> None:
        """Do what a command says."""
        result = command.run(argument)
        if inspect.isawaitable(result):
            await result

    @on(Composer.Submitted)
    def _read_command(self, event: Composer.Submitted) -> None:
        """Carry out a command; what only looks like one is sent when that is wanted."""
        kept = event.kept
        typed = read(event.text)
        if typed is None or kept == self._said_unknown:
            self._said_unknown = ""
            return
        event.prevent_default()
        name, argument = typed
        if command := self.commands().get(name):
            self.composer.take_away(kept)  # but not what was written since
            self.carry_out(command, argument)
        else:
            self._said_unknown = kept
            self.composer.forget(kept)
            self.complain(f"There is no command /{name}. Enter again sends it as a message.")

    # -- commands with words ---------------------------------------------------------------

    @takes("MESSAGE", "Begin a conversation")
    async def command_new(self, text: str) -> None:
        if self.access and self.desk.current is not None:
            await self._switch_to(None)
        if text:
            self.composer.put(text)

    @takes("PATH", "Attach files", needs="attach")
    def command_attach(self, path: str) -> None:
        if path:
            self.attach([typed_path(path).absolute()])
        else:
            self.action_attach()

    def words_for_attach(self, begun: str) -> Sequence[str]:
        return typed_completions(begun)

    @takes("NAME", "Change the colours")
    def command_theme(self, name: str) -> None:
        if not name:
            self.app.action_change_theme()
        elif name in self.app.available_themes:
            self.app.theme = name
        else:
            self.complain(f"There is no theme named {clean_line(name, 40)}.")

    def words_for_theme(self, begun: str) -> Sequence[str]:
        ours_first = sorted(
            self.app.available_themes, key=lambda n: (not n.startswith("genie-"), n)
        )
        return [name for name in ours_first if begun.lower() in name]
