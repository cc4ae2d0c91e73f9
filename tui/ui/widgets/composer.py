"""Where the user writes."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from tui.core.text import clean, size, utf8_size
from tui.ui.files import path_in

LIMIT_BYTES = 12 * 1024
"""Largest message, as UTF-8. Source: Headless API, Send a message."""

_WARN_BYTES = LIMIT_BYTES * 4 // 5
_LARGEST_PASTE = 512 * 1024
_NEWLINES = {"ctrl+j", "shift+enter", "ctrl+enter", "alt+enter", "shift+\r", "ctrl+\r", "alt+\r"}


class Composer(TextArea):
    """A text that grows with what is written. Enter sends; Up on the first line recalls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Send", tooltip="Send", id="composer.send"),
        Binding(
            "ctrl+j,shift+enter,alt+enter",
            "newline",
            "New line",
            tooltip="New line",
            id="composer.newline",
        ),
        Binding(
            "up",
            "cursor_up",
            "Recall, on the first line",
            show=False,
            id="composer.recall",
        ),
        Binding(
            "down",
            "cursor_down",
            "Back from what was recalled",
            show=False,
            id="composer.recall_back",
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
            "To the newest",
            show=False,
            id="transcript.end",
        ),
    ]

    class Submitted(Message):
        """The user wants to send the text; it stays in the composer until it is safe."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class FileDropped(Message):
        """A terminal pasted the path of an existing file."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class FileRemoved(Message):
        """Backspace in the empty composer: the attached file is not wanted after all."""

    class TooMuch(Message):
        """A text over a limit; ``text`` is a sentence."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, agent_name: str) -> None:
        super().__init__(
            placeholder=Content(f"Message {clean(agent_name)}"),
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
        )
        # A blinking cursor would write to the terminal for as long as nothing happens.
        self.cursor_blink = False
        self._said: Sequence[str] = ()
        self._recalled = -1
        self._unsaid = ""

    def remember(self, said: Sequence[str]) -> None:
        """What Up recalls, newest first."""
        self._said = said
        self._recalled = -1

    def put(self, text: str) -> None:
        """Replace the text, with the cursor at its end."""
        if text != self.text:
            self.load_text(text)
            self.move_cursor(self.document.end)

    def take_away(self, sent: str) -> None:
        """Remove a text that has been sent, but not what was written since."""
        self._recalled = -1
        if self.text.startswith(sent):
            self.put(self.text.removeprefix(sent).lstrip("\n"))

    def action_submit(self) -> None:
        count = utf8_size(self.text)
        if count > LIMIT_BYTES:
            self.post_message(self.TooMuch(f"Too long: {_kilobytes(count)} of at most 12 KB."))
        else:
            self.post_message(self.Submitted(self.text))

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

    def action_delete_left(self) -> None:
        if not self.text:
            self.post_message(self.FileRemoved())
        super().action_delete_left()

    def _recall(self, place: int) -> bool:
        """Show what was said ``place`` messages ago, -1 for the text of before; False if none."""
        if place == self._recalled or not -1 <= place < len(self._said):
            return False
        if self._recalled == -1:
            self._unsaid = self.text
        self.put(self._said[place] if place >= 0 else self._unsaid)
        self._recalled = place
        return True

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            action = self.action_submit
        elif event.key in _NEWLINES:
            action = self.action_newline
        else:
            if event.is_printable:
                self._recalled = -1
            return
        event.prevent_default()
        event.stop()
        action()

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if path := path_in(event.text):
            self.post_message(self.FileDropped(path))
        elif len(event.text) > _LARGEST_PASTE:
            problem = f"{size(utf8_size(event.text))} are too much to paste. Attach it as a file."
            self.post_message(self.TooMuch(problem))
        else:
            self._recalled = -1
            self.replace(clean(event.text), *self.selection, maintain_selection_offset=False)

    def on_text_area_changed(self) -> None:
        count = utf8_size(self.text)
        over = count > LIMIT_BYTES
        self.set_class(over, "-over")
        near = f" {_kilobytes(count)} of 12 KB " if count >= _WARN_BYTES else ""
        self.border_subtitle = Content.styled(near, "bold $error" if over else "$soft")


def _kilobytes(count: int) -> str:
    """In units of 1,024 bytes, as the limit is given; never less than it is."""
    return f"{ceil(count / 102.4) / 10:.1f}"
