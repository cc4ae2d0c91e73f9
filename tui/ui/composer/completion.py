"""Completion popup above the composer: matching, display and keys."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.core.text import clean, size
from tui.ui.composer.paths import Entry, TreeSearch, completions, escape, unescape
from tui.ui.composer.slash_registry import SlashCommand, find
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.ui.composer.composer import Composer
    from tui.ui.composer.paths import Entry
    from tui.ui.composer.slash_registry import SlashCommand


_NAME = re.compile(r"/([A-Za-z0-9_-]*)")
_ARGUMENT = re.compile(r"/([A-Za-z][A-Za-z0-9_-]*) +(.*)", re.DOTALL)
_PATH = re.compile(r"(?:^|\s)@((?:\\.|[^\s\\])*)\Z", re.DOTALL)
MOST_PATHS = 50

Kind = Literal["name", "argument", "path"]


@dataclass(frozen=True, slots=True)
class Word:
    """Word at the cursor, from column ``start`` up to the cursor."""

    kind: Kind
    text: str
    start: int
    command: str = ""
    """Command that an argument belongs to."""


@dataclass(frozen=True, slots=True)
class CompletionItem:
    """Row of the completion list."""

    put: str
    """Text that replaces the word."""
    label: str
    argument: str = ""
    about: str = ""
    key: str = ""
    command: SlashCommand | None = None
    """Command that Enter runs."""
    entry: Entry | None = None
    """File to attach, or folder to descend into."""
    is_hint: bool = False
    """Only explains the argument that is being typed; keys pass it by."""


def word_at(before: str, row: int, lines: int) -> Word | None:
    """Return the word to complete, from the text of a line ``before`` the cursor."""
    if row == 0 and lines == 1:
        if found := _NAME.fullmatch(before):
            return Word("name", found[1], 0)
        if found := _ARGUMENT.fullmatch(before):
            return Word("argument", found[2], found.start(2), found[1].lower())
    if found := _PATH.search(before):
        return Word("path", unescape(found[1]), found.start(1) - 1)
    return None


def command_choices(commands: Iterable[SlashCommand], begun: str) -> list[CompletionItem]:
    """Return the commands whose name contains the typed text."""
    return [_choice(command) for command in find(commands, begun)]


def _choice(command: SlashCommand) -> CompletionItem:
    label = f"/{command.name}"
    return CompletionItem(
        f"{label} " if command.argument else label,
        label,
        argument=command.argument,
        about=command.meaning,
        key=command.key,
        command=command,
    )


def argument_choices(command: SlashCommand | None, begun: str) -> list[CompletionItem]:
    """Return the command's own suggestions for its argument, or a hint at what it is."""
    if command and command.hint and (about := command.hint(begun)):
        usage = f"/{command.name} {command.argument}"
        return [CompletionItem("", usage, about=about, is_hint=True)]
    words = command.words(begun) if command and command.words else ()
    return [CompletionItem(word, word) for word in words if word != begun]


def path_choices(entries: Iterable[Entry]) -> list[CompletionItem]:
    """Return files and folders as choices; files deeper in the tree with their folder."""
    return [_path_choice(entry) for entry in entries]


def _path_choice(entry: Entry) -> CompletionItem:
    folder, name = os.path.split(entry.name)
    about = "" if entry.is_folder else "  ".join(filter(None, (size(entry.size_bytes), folder)))
    label = f"{name}/" if entry.is_folder else name
    return CompletionItem(f"@{escape(entry.typed)}", label, about=about, entry=entry)


_NAME_CELLS = 30
_FRAME_CELLS = 6
"""Border, padding, scrollbar and its gap."""


class CompletionList(SafeOptionList, can_focus=False):
    """List of completions, shown only while it has any. The composer's keys move in it."""

    FOCUS_ON_CLICK: ClassVar[bool] = False

    class Taken(Message):
        """The user clicked on a row."""

        def __init__(self, choice: CompletionItem) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.choices: Sequence[CompletionItem] = ()
        self._moved = False
        """True if the user has moved the highlight."""

    @property
    def chosen(self) -> CompletionItem | None:
        """Highlighted item or hint, if the list is shown."""
        place = 0 if self._has_hint else self.highlighted
        return self.choices[place] if place is not None and place < len(self.choices) else None

    @property
    def _has_hint(self) -> bool:
        return any(choice.is_hint for choice in self.choices)

    def show(
        self, choices: Sequence[CompletionItem], above: Widget, *, keep_place: bool = False
    ) -> None:
        """Show these choices at a widget, as wide as it: above, or below if there is more room.

        Hide the list if there are none. ``keep_place``: a choice that the user moved to stays
        highlighted.
        """
        width = above.outer_size.width
        self.display = bool(choices)
        around, there = above.screen.region, above.region
        column = self.parent.region if isinstance(self.parent, Widget) else around
        is_below = column.bottom - there.bottom > there.y - column.y
        self.styles.width = width
        self.styles.dock = "top" if is_below else "bottom"
        y = there.bottom - column.y if is_below else there.y - column.bottom
        self.styles.offset = (there.x - column.x - 1, y)
        if choices != self.choices:
            self._moved = keep_place and self._moved
            before = self.chosen if self._moved else None
            self.choices = choices
            self._fill(width)
            place = choices.index(before) if before in choices else 0
            self.highlighted = place if choices and not self._has_hint else None

    def on_resize(self) -> None:
        before = self.highlighted
        self._fill(self.outer_size.width)
        self.highlighted = before

    def _fill(self, width: int) -> None:
        rows = self._rows(width - _FRAME_CELLS)
        self.set_options(Option(row, disabled=self._has_hint) for row in rows)

    def _rows(self, width: int) -> list[Content]:
        names = [_name(choice) for choice in self.choices]
        widest = max((name.cell_length for name in names), default=0)
        room = (widest if self._has_hint else min(_NAME_CELLS, widest)) + 2
        return [
            spread(
                Content.assemble(
                    name.truncate(room, ellipsis=True, pad=True),
                    line(choice.about).stylize("$muted"),
                ),
                Content.styled(choice.key, "$muted"),
                width,
                gap=2,
            )
            for name, choice in zip(names, self.choices, strict=True)
        ]

    def move(self, step: int) -> None:
        """Highlight the next (1) or previous (-1) row."""
        self._moved = True
        if self.choices and self.highlighted is not None:
            self.highlighted = (self.highlighted + step) % len(self.choices)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self.choices):  # the list may have changed
            self.post_message(self.Taken(self.choices[event.option_index]))


def _name(choice: CompletionItem) -> Content:
    return Content.assemble(line(choice.label), " ", (choice.argument, "$muted")).rstrip()


class CompletionTarget(Protocol):
    """Receiver of the chosen completion."""

    def commands(self) -> Mapping[str, SlashCommand]:
        """Return the commands available now, by name."""
        ...

    def carry_out(self, command: SlashCommand, argument: str) -> object: ...

    def insert_prompt(self, command: SlashCommand) -> None:
        """Put a prompt into the composer, or its name if it needs arguments."""
        ...

    def attach_entry(self, entry: Entry) -> None: ...


class Completion:
    """Completion of the word at the cursor."""

    def __init__(
        self, composer: Composer, offers: CompletionList, target: CompletionTarget
    ) -> None:
        self._composer = composer
        self._offers = offers
        self._target = target
        self._word: Word | None = None
        self._shown_for: Word | None = None
        """Word that the list belongs to; an earlier one while the disk is being read."""
        self._unwanted: Word | None = None
        """Word whose list the user has dismissed."""
        self._tree = TreeSearch()
        composer.handle_completion_key = self.handle_key

    def offer(self) -> None:
        """Update the list for the word at the cursor."""
        word = self._word_here()
        if word == self._word:
            return
        self._word = word
        if word is None or word.kind != "path":
            self._tree.close()
        if self._unwanted and (word is None or word.start != self._unwanted.start):
            self._unwanted = None
        if word is None or self._unwanted:
            self._show(())
        elif word.kind == "name":
            self._show(command_choices(self._target.commands().values(), word.text))
        else:
            self._composer.run_worker(
                self._look_up(word), group="choices", exclusive=True, exit_on_error=False
            )

    def _word_here(self) -> Word | None:
        composer = self._composer
        if composer.selected_text or not composer.has_focus:
            return None
        if composer.vim and not composer.vim.is_inserting:
            return None  # keys are commands
        row, column = composer.cursor_location
        before = composer.document.get_line(row)[:column]
        word = word_at(before, row, composer.document.line_count)
        return word if word is None or word.kind != "path" or composer.takes_files else None

    async def _look_up(self, word: Word) -> None:
        """Complete from a possibly slow disk, unless the word has changed by then."""
        if word.kind == "path":
            await self._look_up_path(word)
            return
        command = self._target.commands().get(word.command)
        found = await asyncio.to_thread(argument_choices, command, word.text)
        if word == self._word:
            self._show(found)

    async def _look_up_path(self, word: Word) -> None:
        """Show what is in the typed folder, then files anywhere below it."""
        found = await asyncio.to_thread(completions, word.text, MOST_PATHS)
        if word == self._word:
            self._show(path_choices(found))
        typed = {entry.typed for entry in found}
        async for deeper in self._tree.matches(word.text, MOST_PATHS):
            more = [entry for entry in deeper if entry.typed not in typed]
            if word == self._word and self._unwanted is None:
                self._show(path_choices([*found, *more]), keep_place=True)

    def _show(self, choices: Sequence[CompletionItem], *, keep_place: bool = False) -> None:
        self._shown_for = self._word
        self._offers.show(choices, above=self._composer, keep_place=keep_place)

    # -- keys ------------------------------------------------------------------------------

    def handle_key(self, key: str) -> bool:
        """Handle a key of the list; return True if it was one."""
        if self._offers.chosen is None:
            return False
        self.offer()  # the text may have changed
        choice = self._offers.chosen
        if choice is None or self._shown_for != self._word:
            return False
        action = self._keys(choice).get(key)
        if action is None:
            return False
        action()
        return True

    def _keys(self, choice: CompletionItem) -> dict[str, Callable[[], None]]:
        if choice.is_hint:
            return {"escape": self._put_away}
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

    def take(self, choice: CompletionItem) -> None:
        """Run a command, insert a prompt, attach a file, or insert the completion."""
        if choice.command and choice.command.expand:
            self._target.insert_prompt(choice.command)
        elif choice.command:
            self._composer.start_with("")
            self._target.carry_out(choice.command, "")
        elif self._word and self._word.kind == "argument":
            command = self._target.commands()[self._word.command]
            self._composer.start_with("")
            self._target.carry_out(command, choice.put)
        else:
            self._put(choice)

    def _put(self, choice: CompletionItem) -> None:
        """Replace the word with the completion; a file is attached, and its name inserted."""
        if self._word is None:
            return
        text = choice.put
        if choice.entry and not choice.entry.is_folder:
            text = clean(os.path.basename(choice.entry.name)).replace("\n", " ")
            self._target.attach_entry(choice.entry)
        row, column = self._composer.cursor_location
        self._composer.replace(
            text, (row, self._word.start), (row, column), maintain_selection_offset=False
        )
