"""A line to type in that does its keys in the order in which they were pressed."""

from __future__ import annotations

from textual.events import Key, Paste
from textual.widgets import Input

from tui.ui.order import act_at_once


class TextInput(Input):
    """Textual's input. There, Home, Backspace or Ctrl+K come after letters typed behind them."""

    async def on_key(self, event: Key) -> None:
        if not event.is_printable and await act_at_once(self.app, event.key, self):
            event.prevent_default()
            event.stop()

    def on_paste(self, event: Paste) -> None:
        """Insert all lines of a paste on the one there is; Textual drops all but the first."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(event.text.split("\n")).strip(), *self.selection)
