"""Rows of the sidebar as plain values, under headings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice
from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from tui.core.text import ago
from tui.ui.toolkit.state_glyphs import day_of
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.records import Conversation
    from tui.ui.chat.active_turns import RowState

MENU_META = "menu"
"""Key of the style metadata at the mark that opens a row's menu."""

MOST_FOUND = 500
"""Rows shown while filtering."""

NONE_YET = "No conversations yet"
NONE_FOUND = "No matches"

_GLYPHS: dict[RowState, tuple[str, str]] = {
    "asking": ("◆ ", "bold $warning"),
    "running": ("◐ ", "$accent"),
    "idle": ("  ", ""),
}
_UNREAD = ("● ", "bold $accent")
_FAILED = ("✗ ", "$error")
_HERE = ("▐ ", "$accent")
_MENU = Content.styled("⋯", Style.from_meta({MENU_META: True}) + Style(bold=True))


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading of a period of time, or the reason why nothing is listed."""

    text: str

    def drawn(self, width: int) -> Content:
        """Return the heading as one line of ``width`` cells."""
        return spread(Content(f"    {self.text}"), Content(""), width)


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """Row of a conversation."""

    id: ConversationId
    name: str
    age: str
    state: RowState = "idle"
    unread: bool = False
    failed: bool = False
    open: bool = False
    """True for the conversation on screen: its menu can be opened with the mouse."""

    def drawn(self, width: int, *, shaded: bool = True) -> Content:
        """Return the row as one line of ``width`` cells; ``shaded``: its ground can be tinted."""
        name = line(self.name, 120)
        if self.unread or self.state == "asking":
            name = name.stylize("bold")
        here = _HERE if shaded else "> "
        left = Content.assemble(here if self.open else "  ", self._glyph(), name)
        age = Content.styled(f"{self.age} ", "$muted")
        return spread(left, Content.assemble(age, _MENU if self.open else " "), width)

    def _glyph(self) -> tuple[str, str]:
        if self.state == "idle" and self.failed:
            return _FAILED
        return _UNREAD if self.unread and self.state == "idle" else _GLYPHS[self.state]


def rows_of(
    conversations: Sequence[Conversation],
    state: Callable[[ConversationId], RowState],
    now_ms: int,
    words: str = "",
    current: ConversationId | None = None,
) -> list[Heading | ConversationRow]:
    """Return rows under headings, in the given order; with ``words`` only matches, no headings.

    ``current`` is the conversation on screen.
    """
    if not words:
        return list(_grouped(conversations, state, now_ms, current)) or [Heading(NONE_YET)]
    wanted = words.casefold().split()
    found = islice((c for c in conversations if _has(c, wanted)), MOST_FOUND)
    return [_row(c, state, now_ms, current) for c in found] or [Heading(NONE_FOUND)]


def _has(conversation: Conversation, words: Sequence[str]) -> bool:
    text = f"{conversation.given_name} {conversation.title or conversation.first_text}".casefold()
    return all(word in text for word in words)


def _grouped(
    conversations: Sequence[Conversation],
    state: Callable[[ConversationId], RowState],
    now_ms: int,
    current: ConversationId | None,
) -> Iterator[Heading | ConversationRow]:
    today = day_of(now_ms)

    def period(conversation: Conversation) -> str:
        if conversation.pinned:
            return "Pinned"
        at_ms = conversation.updated_ms or conversation.created_ms
        return _period(day_of(at_ms), today) if at_ms else "Earlier"

    for name, members in groupby(conversations, key=period):
        yield Heading(name)
        yield from (_row(conversation, state, now_ms, current) for conversation in members)


def _row(
    conversation: Conversation,
    state: Callable[[ConversationId], RowState],
    now_ms: int,
    current: ConversationId | None,
) -> ConversationRow:
    at_ms = conversation.updated_ms or conversation.created_ms
    return ConversationRow(
        conversation.id,
        conversation.name,
        ago(at_ms, now_ms) if at_ms else "",
        state(conversation.id),
        conversation.unread,
        conversation.failed,
        conversation.id == current,
    )


def _period(day: date, today: date) -> str:
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "This week" if today - day < timedelta(days=7) else "Earlier"
