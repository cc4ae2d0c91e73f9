"""The list above the composer: filled as one types, and used with the composer's keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from tui.core.text import clean
from tui.ui.completing import (
    Choice,
    Word,
    argument_choices,
    command_choices,
    path_choices,
    word_at,
)

if TYPE_CHECKING:
    from tui.ui.paths import Entry
    from tui.ui.slash import SlashCommand
    from tui.ui.widgets.composer import Composer
    from tui.ui.widgets.offers import Offers


class Doer(Protocol):
    """Who does what was chosen."""

    def commands(self) -> Mapping[str, SlashCommand]:
        """What can be done now, by name."""
        ...

    def carry_out(self, command: SlashCommand, argument: str) -> object: ...

    def attach_entry(self, entry: Entry) -> None: ...


class Completer:
    """Knows which word the list is for."""

    def __init__(self, composer: Composer, offers: Offers, doer: Doer) -> None:
        self._composer = composer
        self._offers = offers
        self._doer = doer
        self._word: Word | None = None
        self._shown_for: Word | None = None
        """The word that the list fits; it may be an earlier one while the disk is looked at."""
        self._unwanted: Word | None = None
        """The word whose list the user has put away."""
        composer.asks_first = self.takes_key

    def offer(self) -> None:
        """Bring the list in line with the word at the cursor."""
        word = self._word_here()
        if word == self._word:
            return
        self._word = word
        if self._unwanted and (word is None or word.start != self._unwanted.start):
            self._unwanted = None
        if word is None or self._unwanted:
            self._show(())
        elif word.kind == "name":
            self._show(command_choices(self._doer.commands().values(), word.text))
        else:
            self._composer.run_worker(
                self._look_up(word), group="choices", exclusive=True, exit_on_error=False
            )

    def _word_here(self) -> Word | None:
        composer = self._composer
        if composer.selected_text or not composer.has_focus:
            return None
        row, column = composer.cursor_location
        before = composer.document.get_line(row)[:column]
        word = word_at(before, row, composer.document.line_count)
        return word if word is None or word.kind != "path" or composer.takes_files else None

    async def _look_up(self, word: Word) -> None:
        """Offer what may be on a slow disk, unless something else is written by then."""
        find = partial(path_choices, word.text)
        if word.kind == "argument":
            command = self._doer.commands().get(word.command)
            find = partial(argument_choices, command, word.text)
        found = await asyncio.to_thread(find)
        if word == self._word:
            self._show(found)

    def _show(self, choices: Sequence[Choice]) -> None:
        self._shown_for = self._word
        self._offers.show(choices, above=self._composer)

    # -- keys ------------------------------------------------------------------------------

    def takes_key(self, key: str) -> bool:
        """Whether a key was meant for the list."""
        if self._offers.chosen is None:
            return False
        self.offer()  # the text may have changed since
        choice = self._offers.chosen
        if choice is None or self._shown_for != self._word:
            return False
        action = self._keys(choice).get(key)
        if action is None:
            return False
        action()
        return True

    def _keys(self, choice: Choice) -> dict[str, Callable[[], None]]:
        return {
            "up": lambda: self._offers.move(-1),
            "down": lambda: self._offers.move(1),
            "tab": lambda: self._put(choice),
            "enter": lambda: self.take(choice),
            "escape": self._put_away,
        }

    def _put_away(self) -> None:
        self._unwanted = self._word
        self._show(())

    def take(self, choice: Choice) -> None:
        """Carry out a command, attach a file; else go on with what was chosen."""
        if choice.command:
            self._composer.start_with("")
            self._doer.carry_out(choice.command, "")
        elif self._word and self._word.kind == "argument":
            command = self._doer.commands()[self._word.command]
            self._composer.start_with("")
            self._doer.carry_out(command, choice.put)
        else:
            self._put(choice)

    def _put(self, choice: Choice) -> None:
        """Put what was chosen in the place of the word; a file is attached, its name stays."""
        if self._word is None:
            return
        text = choice.put
        if choice.entry and not choice.entry.is_folder:
            text = clean(choice.entry.name).replace("\n", " ")
            self._doer.attach_entry(choice.entry)
        row, column = self._composer.cursor_location
        self._composer.replace(
            text, (row, self._word.start), (row, column), maintain_selection_offset=False
        )
