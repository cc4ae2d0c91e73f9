"""Dialog to jump to one of the user's messages in the conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.core.text import ago, clean_line
from tui.ui.toolkit.picker import PickerItem, PickModal
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.core.records import SentMessage

_SHOWN_CHARS = 200


class JumpList(PickModal):
    """List of messages, the newest last and highlighted; returns the turn of the chosen one."""

    def __init__(self, messages: Sequence[SentMessage], now_ms: int) -> None:
        items = [
            PickerItem(
                message.turn_id,
                clean_line(message.text, _SHOWN_CHARS),
                ago(message.at_ms, now_ms) if message.at_ms else "",
                words=message.text,
            )
            for message in messages
        ]
        super().__init__("Your messages", items, done="Jump", prefers_last=True)

    def rows(self, width: int) -> Iterator[Content]:
        for item in self.shown_items:
            age = Content.styled(item.about, "$muted")
            yield spread(line(item.label, _SHOWN_CHARS), age, max(20, width))
