"""Rows of the sidebar as plain values, under headings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from tui.core.tags import has_tags, shown_tags, split_query
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
NONE_ARCHIVED = "No archived conversations"
NONE_FOUND = "No matches"
_LEAST_NAME_CELLS = 10
"""Columns that the name keeps beside the tags."""
_MOST_RIGHT = 0.75
"""Share of a row for tags and age."""
_ARCHIVED = "Archived"

_GLYPHS: dict[RowState, tuple[str, str]] = {
    "asking": ("◆ ", "bold $warning"),
    "signing_in": ("◇ ", "bold $warning"),
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
    aside: str = ""
    """How to leave the list, at the right."""

    def drawn(self, width: int) -> Content:
        """Return the heading as one line of ``width`` cells."""
        aside = Content(f"{self.aside}  " if self.aside else "")
        return spread(Content(f"    {self.text}"), aside, width, most=_MOST_RIGHT)


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """Row of a conversation."""

    id: ConversationId
    name: str
    age: str
    state: RowState = "idle"
    unread: bool = False
    failed: bool = False
    tags: tuple[str, ...] = ()
    open: bool = False
    """True for the conversation on screen: its menu can be opened with the mouse."""

    def drawn(self, width: int, *, shaded: bool = True) -> Content:
        """Return the row as one line of ``width`` cells; ``shaded``: its ground can be tinted."""
        name = line(self.name, 120)
        if self.unread or self.state in ("asking", "signing_in"):
            name = name.stylize("bold")
        here = _HERE if shaded else "> "
        left = Content.assemble(here if self.open else "  ", self._glyph(), name)
        kept = min(name.cell_length, _LEAST_NAME_CELLS)
        room = width - _AROUND_CELLS - kept - len(self.age)
        age = Content.styled(f"{_first_tags(self.tags, room)}{self.age} ", "$muted")
        right = Content.assemble(age, _MENU if self.open else " ")
        return spread(left, right, width, most=_MOST_RIGHT)

    def _glyph(self) -> tuple[str, str]:
        if self.state == "idle" and self.failed:
            return _FAILED
        return _UNREAD if self.unread and self.state == "idle" else _GLYPHS[self.state]


_LEAST_TAG_CELLS = 6
_AROUND_CELLS = 7
"""Columns of a row besides name, tags and age."""


def _first_tags(tags: Sequence[str], room: int) -> str:
    """Return the tags that fit, each with a space behind it; the first one shortened if need be."""
    shown = ""
    for tag in tags:
        with_next = f"{shown}{shown_tags([tag])} "
        if cell_len(with_next) > room:
            break
        shown = with_next
    if tags and not shown and room >= _LEAST_TAG_CELLS:
        return f"{line(shown_tags(tags[:1])).truncate(room - 1, ellipsis=True).plain} "
    return shown


def rows_of(
    conversations: Sequence[Conversation],
    state: Callable[[ConversationId], RowState],
    now_ms: int,
    words: str = "",
    current: ConversationId | None = None,
    *,
    archived: bool = False,
    back: str = "",
) -> list[Heading | ConversationRow]:
    """Return rows under headings, in the given order; with ``words`` only matches, no headings.

    ``current`` is the conversation on screen; ``archived``: these were put away, and ``back`` is
    the key that leads to the others.
    """
    if not words:
        rows = list(_grouped(conversations, state, now_ms, current))
        if archived:
            aside = f"{back} back" if back else ""
            return [Heading(_ARCHIVED, aside), *(rows[1:] or [Heading(NONE_ARCHIVED)])]
        return rows or [Heading(NONE_YET)]
    wanted, tags = split_query(words)
    found = islice((c for c in conversations if _has(c, wanted, tags)), MOST_FOUND)
    return [_row(c, state, now_ms, current) for c in found] or [Heading(NONE_FOUND)]


def _has(conversation: Conversation, words: Sequence[str], tags: Sequence[str]) -> bool:
    text = f"{conversation.given_name} {conversation.title or conversation.first_text}".casefold()
    is_tagged = has_tags(conversation.tags, tags) or all(f"#{tag}" in text for tag in tags)
    return is_tagged and all(word in text for word in words)


def _grouped(
    conversations: Sequence[Conversation],
    state: Callable[[ConversationId], RowState],
    now_ms: int,
    current: ConversationId | None,
) -> Iterator[Heading | ConversationRow]:
    today = day_of(now_ms)

    def period(conversation: Conversation) -> str:
        if conversation.archived:
            return _ARCHIVED
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
        conversation.tags,
        conversation.id == current,
    )


def _period(day: date, today: date) -> str:
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "This week" if today - day < timedelta(days=7) else "Earlier"
