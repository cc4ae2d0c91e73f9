"""Parts of the first screen, above and below the composer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from tui.ui.keys.labels import key_at
from tui.ui.toolkit.state_glyphs import clock_time, day_of
from tui.ui.toolkit.text import line, spread
from tui.ui.welcome.cards import Cards, StartCard
from tui.ui.welcome.lamp import Lamp

if TYPE_CHECKING:
    from tui.core.agents import Introduction
    from tui.core.records import Conversation

_TIPS = (
    "Close the terminal any time; no reply is lost.",
    "{app.commands} finds every command, {app.help} every key.",
    "{search.open} searches all your conversations.",
    "{conversation.new} starts another; this one keeps working.",
    "{reply.copy} copies the last reply, over SSH too.",
    "{composer.editor} opens your draft in your editor.",
    "{pane.timeline} shows what the agent did, step by step.",
    "Drafts are saved while you type.",
    "↑ brings back what you sent before.",
)
"""In the order of starts; a name in braces is replaced by the key of a command."""
_KEY = re.compile(r"\{([\w.]+)\}")

LEAST_ROWS_FOR_LAMP = 30
"""Rows of the window from which the composer has more than its text, too."""
_CARDS_BY_ROWS = ((44, 8), (34, 6), (0, 4))
_LEAST_ROWS_TO_CENTER = 15
_LEAST_COLUMNS_FOR_PAIRS = 64
_LEAST_COLUMNS_FOR_BROAD = 150
_PAIR = 2
_FIRST_QUESTION = StartCard("What can you do?", "A good first question", text="What can you do?")


@dataclass(frozen=True, slots=True)
class Layout:
    """What fits into a window, and the empty rows above it."""

    centered: bool
    """False: the composer is at the bottom as in a conversation."""
    lamp: bool
    cards: int
    columns: int
    gap: int
    """Empty rows between the parts."""
    top: int


def layout_for(width: int, height: int, *, cards: int, has_note: bool) -> Layout:
    """Return the layout in a window of this size, for so many cards."""
    columns = 2 if width >= _LEAST_COLUMNS_FOR_PAIRS else 1
    lamp = height >= LEAST_ROWS_FOR_LAMP
    most = next(count for rows, count in _CARDS_BY_ROWS if height >= rows)
    cards = min(cards, most)
    gap = 2 if height >= _CARDS_BY_ROWS[0][0] else 1
    heading, composer = (11, 5) if lamp else (3, 1)
    rows = height - 2
    while True:
        below = Cards.height_of(cards, columns)
        total = heading + composer + (gap + below if below else 0) + gap + 1 + has_note
        if total <= rows or not cards:
            break
        cards = max(0, cards - columns)
    return Layout(
        centered=height >= _LEAST_ROWS_TO_CENTER,
        lamp=lamp,
        cards=cards,
        columns=columns,
        gap=gap,
        top=max(0, (rows - total) // 2),
    )


def whole_sentences(text: str, width: int) -> str:
    """Return as many sentences from the start of a text as fit into a row, but at least one."""
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s|$)", text)] or [len(text)]
    ends = [*ends, len(text)] if ends[-1] < len(text) else ends
    fitting = [end for end in ends if cell_len(text[:end]) <= width]
    return text[: max(fitting, default=ends[0])]


class WelcomeHead(Vertical):
    """Brand mark, and who the user talks to. An agent without a known name is "I"."""

    def __init__(self, agent_name: str, description: str) -> None:
        super().__init__()
        self._agent = agent_name
        self._description = description
        self.lamp = Lamp()

    def compose(self) -> ComposeResult:
        yield self.lamp
        yield Static(self._title(), id="welcome-title")
        yield Static(line(self._description), id="welcome-description")

    def on_resize(self) -> None:
        self._redescribe()

    def set_agent_name(self, name: str) -> None:
        """Show another agent's name."""
        self._agent = name
        self.query_one("#welcome-title", Static).update(self._title())

    def describe(self, description: str) -> None:
        """Show another description of the agent."""
        self._description = description
        self._redescribe()

    def _redescribe(self) -> None:
        """Show the whole sentences of the description that fit into a row, or wrap the first."""
        shown = line(whole_sentences(self._description, self.content_size.width))
        self.query_one("#welcome-description", Static).update(shown)

    def _title(self) -> Content:
        return Content.assemble("What can ", line(self._agent or "I", 40), " do for you?")


class Tip(Widget):
    """A tip, how to reach the cards, and a note."""

    def __init__(self, note: str) -> None:
        super().__init__()
        self._place = 0
        self._note = note
        self.offers_cards = False

    def begin_at(self, place: int) -> None:
        """Show the tip of this number."""
        self._place = place
        self.refresh()

    def next(self) -> None:
        """Show the next tip."""
        self.begin_at(self._place + 1)

    def set_note(self, note: str) -> None:
        """Show another note; empty for none."""
        if self._note != note:
            self._note = note
            self.refresh(layout=True)

    @property
    def has_note(self) -> bool:
        return bool(self._note)

    def render(self) -> Content:
        width = self.content_size.width - 2
        tip = Content.assemble(("✦ ", "$flame"), ("Tip", "bold"), "  ", self._text())
        hint = Content.assemble(("↓", "bold"), (" to pick", "$muted"))
        if not self.offers_cards or tip.cell_length + hint.cell_length + 2 > width:
            hint = Content("")
        rows = [spread(tip, hint, width)]
        if self._note:
            note = Content.assemble("  ", line(self._note).stylize("$muted"))
            rows.append(note.truncate(width, ellipsis=True))
        return Content("\n").join(rows)

    def _text(self) -> Content:
        """Return the tip, or the next one whose keys exist."""
        tips = (_TIPS[(self._place + step) % len(_TIPS)] for step in range(len(_TIPS)))
        tip = next(tip for tip in tips if all(map(self._key, _KEY.findall(tip))))
        return Content.assemble(
            *(
                (self._key(part), "bold") if place % 2 else (part, "$muted")
                for place, part in enumerate(_KEY.split(tip))
            )
        )

    def _key(self, command_id: str) -> str:
        """Return the key of a command; empty if it has none."""
        return key_at(self.app if command_id.startswith("app.") else self.screen, command_id)


class WelcomeFoot(Vertical):
    """Cards and a tip."""

    def __init__(self, note: str) -> None:
        super().__init__()
        self.cards = Cards()
        self.tip = Tip(note)

    def compose(self) -> ComposeResult:
        yield self.cards
        yield self.tip


class Welcome:
    """Both parts of the first screen, and where they stand.

    The composer is between them: ``column`` is the container of all three, to which the classes
    ``-welcome``, ``-roomy`` and ``-broad`` are given. ``now_ms`` chooses the first tip.
    """

    column: Widget

    def __init__(
        self, agent_name: str, introduction: Introduction, now_ms: Callable[[], int]
    ) -> None:
        self.head = WelcomeHead(agent_name, introduction.description)
        self.foot = WelcomeFoot(introduction.note)
        self.is_shown = True
        self._now_ms = now_ms
        self._size = Size(0, 0)
        self._suggestions: Sequence[StartCard] = ()
        self._recent: Sequence[StartCard] = ()
        self._suggest(introduction)
        self.foot.tip.begin_at(now_ms() // 1000)

    def show(self, *, on: bool) -> None:
        """Show or hide the first screen; each time it has another tip."""
        if on and not self.is_shown:
            self.foot.tip.next()
        self.is_shown = on
        self.head.lamp.rest()
        self.foot.cards.allow_pick()
        self._arrange()

    def light_up(self) -> None:
        """Move the flame for a moment, unless the user prefers it still."""
        if self.is_shown and self.head.app.animation_level != "none":
            self.head.lamp.burn()

    def fit(self, size: Size) -> None:
        """Fit into a window of this size."""
        self._size = size
        self._arrange()

    def introduce(self, introduction: Introduction) -> None:
        """Introduce another agent."""
        self.head.describe(introduction.description)
        self.foot.tip.set_note(introduction.note)
        self._suggest(introduction)
        self._arrange()

    def set_recent(self, conversations: Sequence[Conversation]) -> None:
        """Offer the last conversations, if the agent has no suggestions."""
        newest = sorted(conversations, key=lambda item: item.updated_ms or 0, reverse=True)[:_PAIR]
        cards = [self._card_of(conversation) for conversation in newest]
        self._recent = [*cards, _FIRST_QUESTION][:_PAIR]
        if not self._suggestions:
            self.foot.cards.set_cards(self._recent)

    def _suggest(self, introduction: Introduction) -> None:
        self._suggestions = [
            StartCard(item.title, item.outcome, text=item.text) for item in introduction.suggestions
        ]
        self.foot.cards.set_cards(self._suggestions or self._recent)

    def _card_of(self, conversation: Conversation) -> StartCard:
        from tui.ui.transcript.status_rows import day_name

        at_ms = conversation.updated_ms or conversation.created_ms
        when = ""
        if at_ms:
            when = f"{day_name(day_of(at_ms), day_of(self._now_ms()))} {clock_time(at_ms)}"
        outcome = f"Continue · {when}" if when else "Continue"
        return StartCard(conversation.name, outcome, conversation_id=conversation.id)

    def _arrange(self) -> None:
        head, foot = self.head, self.foot
        layout = layout_for(
            *self._size,
            cards=len(self._suggestions) or _PAIR,
            has_note=foot.tip.has_note,
        )
        centered = self.is_shown and layout.centered
        classes = {
            "-welcome": centered,
            "-roomy": layout.lamp,
            "-broad": self._size.width >= _LEAST_COLUMNS_FOR_BROAD,
        }
        shown = {name for name, on in classes.items() if on}
        self.column.classes = (self.column.classes - classes.keys()) | shown
        head.display = self.is_shown
        foot.display = centered
        head.lamp.display = layout.lamp
        head.styles.margin = (layout.top if centered else 0, 0, 0, 0)
        foot.styles.margin = foot.tip.styles.margin = (layout.gap, 0, 0, 0)
        foot.cards.display = layout.cards > 0
        foot.cards.fit(layout.cards, layout.columns)
        foot.tip.offers_cards = layout.cards > 0
