"""Text input for messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets.text_area import Edit, EditResult

from tui.core.draft import typed_text, unfold
from tui.core.text import clean_line, size, utf8_size
from tui.ui.composer.attachment_files import paths_in
from tui.ui.composer.paste_area import PasteArea, PasteChip, is_large
from tui.ui.keys.ordering import act_at_once
from tui.ui.terminal.terminal_events import Paste

if TYPE_CHECKING:
    from tui.ui.composer.vim_mode import VimMode

LIMIT_BYTES = 12 * 1024
"""Largest message, as UTF-8. Source: Headless API, Send a message."""

_WARN_BYTES = LIMIT_BYTES * 4 // 5
LARGEST_PASTE = 4 * 1024 * 1024
_NEWLINES = frozenset({"shift+\r", "ctrl+\r", "alt+\r"})
"""Names of the keys in xterm's modifyOtherKeys mode."""
_MODIFIERS = ("alt+", "ctrl+", "super+", "meta+", "hyper+")


class Composer(PasteArea):
    """Text area that grows with its text. Enter sends; Up on the first line recalls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Send", tooltip="Send", id="composer.send"),
        Binding(
            "ctrl+j,shift+enter,alt+enter,ctrl+enter",
            "newline",
            "New line",
            tooltip="New line",
            id="composer.newline",
        ),
        Binding(
            "up",
            "cursor_up",
            "Recall earlier messages, on the first line",
            show=False,
            id="composer.recall",
        ),
        Binding(
            "down",
            "cursor_down",
            "Recall newer messages",
            show=False,
            id="composer.recall_back",
        ),
        Binding("ctrl+z", "undo", "Undo", tooltip="Undo", show=False, id="composer.undo"),
        Binding(
            "alt+z,ctrl+shift+z", "redo", "Redo", tooltip="Redo", show=False, id="composer.redo"
        ),
        Binding(
            "f3",
            "open_paste",
            "Preview",
            tooltip="Open the pasted text, or preview the attached picture",
            show=False,
            id="composer.paste",
        ),
        Binding(
            "pageup",
            "screen.scroll_transcript(-1)",
            "Scroll up",
            show=False,
            id="transcript.page_up",
        ),
        Binding(
            "pagedown",
            "screen.scroll_transcript(1)",
            "Scroll down",
            show=False,
            id="transcript.page_down",
        ),
        Binding(
            "ctrl+end",
            "screen.follow_end",
            "Jump to the latest",
            show=False,
            id="transcript.end",
        ),
    ]

    class Submitted(Message):
        """The user wants to send the text stored as ``kept``.

        It stays here until :meth:`Composer.take_away`. Texts submitted earlier that are still here
        are not part of it.
        """

        def __init__(self, kept: str) -> None:
            super().__init__()
            self.text = unfold(kept)
            self.kept = kept

    class PreviewWanted(Message):
        """The user wants to preview the attached file; there is no pasted text."""

    class LinesKept(Message):
        """Lines arrived faster than a person types: they are a paste, and were not sent."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    class FilesDropped(Message):
        """A terminal pasted the paths of existing files."""

        def __init__(self, paths: Sequence[Path]) -> None:
            super().__init__()
            self.paths = paths

    class DropUndone(Message):
        """Ctrl+Z after a drop: the paths were meant as text."""

        def __init__(self, paths: Sequence[Path]) -> None:
            super().__init__()
            self.paths = paths

    class FileRemoved(Message):
        """Backspace in the empty composer: remove the last attached file."""

    class LeftBelow(Message):
        """The user pressed Down in the last line, where there is nothing to recall."""

    class PasteOpened(Message):
        """The user wants to see the text of a chip."""

        def __init__(self, label: str, text: str) -> None:
            super().__init__()
            self.label = label
            self.text = text

    class TooMuch(Message):
        """The text is over a limit; ``text`` is a sentence."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, agent_name: str) -> None:
        """``agent_name`` is empty if it is not known."""
        super().__init__(_invitation(agent_name))
        self._agent_name = agent_name
        # A blinking cursor would write to the terminal even while idle.
        self.cursor_blink = False
        self._said: Sequence[str] = ()
        self._cleared: list[str] = []
        """Texts that were cleared and not sent, newest first."""
        self._recalled = -1
        self._unsaid = ""
        self._dropped: tuple[Sequence[Path], str] | None = None
        self._submitted: list[str] = []
        """Submitted texts that are still here, in order, before the text being written."""
        self.handle_completion_key: Callable[[str], bool] = lambda key: False
        """Handles keys of the completion list; returns True if it did."""
        self.save_early_draft: Callable[[], None] = lambda: None
        """Saves the text immediately, even while the screen is busy."""
        self.takes_files = True
        """True if a pasted path is attached as a file."""
        self.vim: VimMode | None = None
        """Vim keys, if the user wants them."""

    def set_agent_name(self, agent_name: str) -> None:
        """Set the agent's name in the placeholder."""
        self._agent_name = agent_name
        self._invite()

    def on_resize(self) -> None:
        self._invite()

    def _invite(self) -> None:
        """Cut the placeholder to one line: Textual would wrap it, and show the first half."""
        width = self.content_size.width
        self.placeholder = _invitation(self._agent_name).truncate(width, ellipsis=True)

    def set_recallable(self, said: Sequence[str]) -> None:
        """Set the messages that Up recalls, newest first."""
        self._said = [*self._cleared, *said]
        self._recalled = -1

    def clear_text(self) -> bool:
        """Move the text being written into the messages that Up recalls; False if there is none."""
        text = self._rest_of(self.kept)
        if not text.strip():
            return False
        self._cleared.insert(0, text)
        self._said = [text, *self._said]
        self._recalled = -1
        if submitted := self.submitted:
            self.start_with("\n".join(submitted), submitted)
        else:
            self.put("")
        return True

    @property
    def submitted(self) -> tuple[str, ...]:
        """Submitted texts that are still here and unchanged, in order."""
        self._rest_of(self.kept)
        return tuple(self._submitted)

    @property
    def apart(self) -> str:
        """Text as it is stored in a draft, with each submitted text on lines of its own."""
        rest = self._rest_of(self.kept)
        return "\n".join([*self._submitted, rest] if rest else self._submitted)

    def start_with(self, kept: str, submitted: Sequence[str] = ()) -> None:
        """Load a draft, of which some texts may have been submitted."""
        super().start_with(kept)
        self._submitted = [*submitted]
        if self.vim:
            self.vim.restart()

    def take_away(self, sent: str) -> None:
        """Remove a text that has been sent, by its stored form; later text stays."""
        self._recalled = -1
        submitted = [*self.submitted]
        if sent in submitted:
            submitted.remove(sent)
            rest = self._rest_of(self.kept)
            self._submitted = submitted
            self.start_with("\n".join([*submitted, rest]) if submitted else rest, submitted)
        elif (kept := self.kept).startswith(sent):
            self.start_with(kept.removeprefix(sent).lstrip("\n"))

    def swap(self, kept: str, new: str) -> None:
        """Put a text in place of one that was written, in stored form. Can be undone."""
        rest = self._rest_of(self.kept)
        if rest.startswith(kept):
            self.put("\n".join([*self._submitted, new + rest.removeprefix(kept)]))

    def leave(self) -> None:
        """Turn all submitted texts back into a draft: they cannot be sent now."""
        if self.submitted:
            self.put(self.apart)
            self._submitted.clear()

    def forget(self, kept: str) -> None:
        """Turn the text that was submitted last back into a draft."""
        if kept in self.submitted:
            self._submitted.remove(kept)

    def _rest_of(self, kept: str) -> str:
        """Return the text after the submitted ones; all of it if those were changed."""
        rest = kept
        for part in self._submitted:
            if not rest.startswith(part):
                self._submitted.clear()
                return kept
            rest = rest.removeprefix(part).lstrip("\n")
        return rest

    def action_submit(self) -> None:
        count = utf8_size(unfold(self._rest_of(self.kept)))
        if count > LIMIT_BYTES:
            hint = (
                " Press F3, then A, to attach the pasted text as a file."
                if self.chip_nearby()
                else ""
            )
            problem = f"Message too long: {_kilobytes(count)} of 12 KB.{hint}"
            self.post_message(self.TooMuch(problem))
        else:
            self.submit(self.kept)

    def submit(self, kept: str) -> None:
        """Submit a text in its stored form, without what was submitted before."""
        rest = self._rest_of(kept)
        self.post_message(self.Submitted(rest))
        if unfold(rest).strip():
            self._submitted.append(rest)

    def action_open_paste(self) -> None:
        """Show the text of the chip at the cursor, or else of the first one."""
        if found := self.chip_nearby():
            self._open_chip(found[1])
        else:
            self.post_message(self.PreviewWanted())

    def _open_chip(self, chip: PasteChip) -> None:
        self.post_message(self.PasteOpened(chip.label, self.paste_of(chip)))

    def on_click(self, event: events.Click) -> None:
        row, column = self.get_target_document_location(event)
        if self.selected_text == "" and (chip := self.chip_at(row, column)) and column < chip.end:
            self._open_chip(chip)

    def action_newline(self) -> None:
        self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        on_first_row = self.wrapped_document.location_to_offset(self.cursor_location).y == 0
        if select or not on_first_row or not self._recall(self._recalled + 1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        row = self.wrapped_document.location_to_offset(self.cursor_location).y
        on_last_row = row == self.wrapped_document.height - 1
        if select or not on_last_row or not self._recall(self._recalled - 1):
            super().action_cursor_down(select)
            if on_last_row and not select:
                self.post_message(self.LeftBelow())

    def action_recall(self, is_earlier: bool) -> None:
        """Recall an earlier or a later message, wherever the cursor is."""
        self._recall(self._recalled + (1 if is_earlier else -1))

    def edit(self, edit: Edit) -> EditResult:
        self._dropped = None
        return super().edit(edit)

    def action_undo(self) -> None:
        """Undo the last change; a dropped file turns back into the pasted text."""
        if self._dropped:
            paths, text = self._dropped
            self.post_message(self.DropUndone(paths))
            self.insert_paste(text)
        else:
            super().action_undo()

    def action_delete_left(self) -> None:
        if not self.text:
            self.post_message(self.FileRemoved())
        super().action_delete_left()

    def _recall(self, place: int) -> bool:
        """Recall the message ``place`` back, -1 for the unsent text; False if there is none."""
        if place == self._recalled or not -1 <= place < len(self._said):
            return False
        if self._recalled == -1:
            self._unsaid = self._rest_of(self.kept)
        text = self._said[place] if place >= 0 else self._unsaid
        self.put("\n".join([*self._submitted, text]))
        self._recalled = place
        return True

    async def on_key(self, event: events.Key) -> None:
        # Textual reports Alt+E with the character of E, and would insert it.
        is_chord = event.key.startswith(_MODIFIERS)
        if self.vim and self.vim.handle(event, is_chord=is_chord):
            event.prevent_default()
            event.stop()
            return
        if event.is_printable and not is_chord:
            self._recalled = -1
            return
        if is_chord:
            event.prevent_default()
        if self.handle_completion_key(event.key) or await self._act_at_once(event.key):
            event.prevent_default()
            event.stop()

    async def _act_at_once(self, key: str) -> bool:
        if key in _NEWLINES:
            self.action_newline()
            return True
        return await act_at_once(self.app, key, self)

    async def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if self.takes_files and (paths := paths_in(event.text)):
            self._dropped = (paths, event.text)
            self.post_message(self.FilesDropped(paths))
        elif len(event.text) > LARGEST_PASTE:
            problem = f"{size(utf8_size(event.text))} is too large to paste. Attach it as a file."
            self.post_message(self.TooMuch(problem))
        else:
            self.insert_paste(event.text)
            if isinstance(event, Paste) and event.lines:
                self.post_message(self.LinesKept(event.lines))

    def insert_paste(self, text: str) -> None:
        """Insert a paste at the cursor, as a chip if it is large."""
        text = typed_text(text)
        self._recalled = -1
        if self.vim and not self.vim.is_inserting:
            self.vim.select_for_paste()
        self.history.checkpoint()
        if is_large(text):
            self.insert_chip(text)
        else:
            self.replace(text, *self.selection, maintain_selection_offset=False)
        self.history.checkpoint()

    def on_text_area_changed(self) -> None:
        self.save_early_draft()
        count = self.size_bytes
        over = count > LIMIT_BYTES
        self.set_class(over, "-over")
        near = f" {_kilobytes(count)} of 12 KB " if count >= _WARN_BYTES else ""
        self.border_subtitle = Content.styled(near, "bold $error" if over else "$muted")


def _invitation(agent_name: str) -> Content:
    return Content(f"Message {clean_line(agent_name)}" if agent_name else "Write a message")


def _kilobytes(count: int) -> str:
    """Format in units of 1,024 bytes, as the limit is given; rounded up."""
    return f"{ceil(count / 102.4) / 10:,.1f}"
