"""The rows of the sidebar as plain values: which, in what order, under which heading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from textual.content import Content

from tui.core.ids import ConversationId
from tui.core.records import Conversation
from tui.core.text import ago
from tui.ui.board import RowState
from tui.ui.text import line, spread

MOST_FOUND = 500
"""Rows shown while filtering."""

_GLYPHS: dict[RowState, tuple[str, str]] = {
    "asking": ("◆ ", "bold $warning"),
    "running": ("◐ ", "$primary"),
    "idle": ("  ", ""),
}
_UNREAD = ("● ", "bold $primary")


@dataclass(frozen=True, slots=True)
class Heading:
    """A period of time."""

    text: str

    def drawn(self, width: int) -> Content:
        """The heading as one line of ``width`` cells."""
        return spread(Content(f"  {self.text}"), Content(""), width)


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as it is listed."""

    id: ConversationId
    name: str
    age: str
    state: RowState = "idle"
    unread: bool = False

    def drawn(self, width: int) -> Content:
        """The row as one line of ``width`` cells."""
        name = line(self.name, 120)
        if self.unread or self.state == "asking":
            name = name.stylize("bold")
        glyph = _UNREAD if self.unread and self.state == "idle" else _GLYPHS[self.state]
        left = Content.assemble("  ", glyph, name)
        return spread(left, Content.styled(f"{self.age} ", "$faint"), width)


def rows_of(
    conversations: Sequence[Conversation],
    state: Callable[[ConversationId], RowState],
    now_ms: int,
    words: str = "",
) -> list[Heading | Row]:
    """Rows under headings, in the order given; with ``words`` only what has them all, unheaded."""
    if words:
        wanted = words.casefold().split()
        found = (c for c in conversations if all(word in c.name.casefold() for word in wanted))
        return [_row(c, state, now_ms) for c, _ in zip(found, range(MOST_FOUND), strict=False)]
    today = _day(now_ms)
    return list(_grouped(conversations, state, now_ms, today))


def _grouped(
    conversations: Sequence[Conversation],
    state: Callable[[ConversationId], RowState],
    now_ms: int,
    today: date,
) -> Iterator[Heading | Row]:
    def period(conversation: Conversation) -> str:
        at_ms = conversation.updated_ms or conversation.created_ms
        return _period(_day(at_ms), today) if at_ms else "Earlier"

    for name, members in groupby(conversations, key=period):
        yield Heading(name)
        yield from (_row(conversation, state, now_ms) for conversation in members)


def _row(
    conversation: Conversation, state: Callable[[ConversationId], RowState], now_ms: int
) -> Row:
    at_ms = conversation.updated_ms or conversation.created_ms
    return Row(
        conversation.id,
        conversation.name,
        ago(at_ms, now_ms) if at_ms else "",
        state(conversation.id),
        conversation.unread,
    )


def _day(at_ms: int) -> date:
    """The user's day."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone().date()


def _period(day: date, today: date) -> str:
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "This week" if today - day < timedelta(days=7) else "Earlier"
