"""Cards of the first screen: suggestions, or the last conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.core.ids import ConversationId

_GAP = 2
"""Columns between two cards."""
_FRAME = 4
"""Edges of a card, and the space inside them."""
_TITLE_CELLS = 20


@dataclass(frozen=True, slots=True)
class StartCard:
    """One thing to start with: a message to send, or a conversation to open."""

    title: str
    outcome: str
    text: str = ""
    conversation_id: ConversationId | None = None


class Cards(Widget, can_focus=True):
    """Cards in two columns, or rows of one line where there is less room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "Choose", tooltip="Choose the card", id="welcome.say"),
        Binding("down", "move(0, 1)", "Next", show=False, id="welcome.down"),
        Binding("up", "move(0, -1)", "Previous", show=False, id="welcome.up"),
        Binding("right", "move(1, 0)", "Right", show=False, id="welcome.right"),
        Binding("left", "move(-1, 0)", "Left", show=False, id="welcome.left"),
        Binding(
            "escape",
            "screen.step_back",
            "Back",
            tooltip="Back to the composer",
            id="welcome.leave",
        ),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cards--card",
        "cards--hover",
        "cards--picked",
        "cards--outcome",
        "cards--edge",
    }

    class Picked(Message):
        """The user chose a card."""

        def __init__(self, card: StartCard) -> None:
            super().__init__()
            self.card = card

    class LeftAbove(Message):
        """The user moved up from the first row."""

    def __init__(self, cards: Sequence[StartCard] = ()) -> None:
        super().__init__()
        self._cards = tuple(cards)
        self._most = len(self._cards)
        self._columns = 2
        self._current = 0
        self._hover: int | None = None
        self._is_done = False

    @property
    def shown(self) -> tuple[StartCard, ...]:
        """The cards for which there is room."""
        return self._cards[: self._most]

    def set_cards(self, cards: Sequence[StartCard]) -> None:
        """Show other cards."""
        if self._cards != (cards := tuple(cards)):
            self._cards, self._current = cards, 0
            self.refresh(layout=True)

    def fit(self, most: int, columns: int) -> None:
        """Show at most so many cards, in one or two columns."""
        if (most, columns) != (self._most, self._columns):
            self._most, self._columns = most, columns
            self._current = min(self._current, max(0, most - 1))
            self.refresh(layout=True)

    # -- drawing ---------------------------------------------------------------------------

    @staticmethod
    def height_of(count: int, columns: int) -> int:
        """Return the number of rows that so many cards take."""
        return count if columns == 1 else max(0, (count + 1) // 2 * 3 - 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.height_of(len(self.shown), self._columns)

    def render(self) -> Content:
        width, count = self.content_size.width, len(self.shown)
        if self._columns == 1:
            return Content("\n").join(self._row(place, width) for place in range(count))
        each = (width - _GAP) // 2
        gap, rows = Content(" " * _GAP), []
        for first in range(0, count, 2):
            places = range(first, min(first + 2, count))
            rows += [gap.join(self._title(place, each) for place in places)]
            rows += [gap.join(self._outcome(place, each) for place in places), Content("")]
        return Content("\n").join(rows[:-1])

    def _title(self, place: int, width: int) -> Content:
        hint = Content("Enter" if self._is_picked(place) else "")
        title = line(self._cards[place].title).stylize("bold")
        return self._framed(place, spread(title, hint, width - _FRAME))

    def _outcome(self, place: int, width: int) -> Content:
        outcome = self._muted(place, line(self._cards[place].outcome))
        return self._framed(place, spread(outcome, Content(""), width - _FRAME))

    def _row(self, place: int, width: int) -> Content:
        """Return a card as one line."""
        hint = Content("Enter" if self._is_picked(place) else "")
        title = line(self._cards[place].title).stylize("bold")
        title = title.truncate(_TITLE_CELLS, ellipsis=True, pad=True)
        outcome = self._muted(place, line(self._cards[place].outcome))
        left = Content.assemble(title, "  ", outcome)
        return self._framed(place, spread(left, hint, width - _FRAME))

    def _framed(self, place: int, words: Content) -> Content:
        state = "card"
        if self._is_picked(place):
            state = "picked"
        elif place == self._hover:
            state = "hover"
        fill = self.get_visual_style(f"cards--{state}")
        is_lifted = fill.background != self.visual_style.background
        edge_color = self.get_component_styles("cards--edge").color
        edge = Style(foreground=fill.background if is_lifted else edge_color)
        inside = Content.assemble(" ", words, " ").stylize_before(fill)
        return Content.assemble(("▐", edge), inside, ("▌", edge))

    def _muted(self, place: int, words: Content) -> Content:
        if self._is_picked(place):
            return words
        return words.stylize(Style(foreground=self.get_component_styles("cards--outcome").color))

    def _is_picked(self, place: int) -> bool:
        return self.has_focus and place == self._current

    # -- keys and mouse --------------------------------------------------------------------

    def action_move(self, right: int, down: int) -> None:
        """Move to another card; up from the first row leaves them."""
        if down < 0 and self._current < self._columns:
            self.post_message(self.LeftAbove())
            return
        place = self._current + right + down * self._columns
        if right and (self._columns == 1 or place // 2 != self._current // 2):
            return
        if 0 <= place < len(self.shown):
            self._current = place
            self.refresh()

    def action_pick(self) -> None:
        """Choose the card under the cursor."""
        self._pick(self._current)

    def _pick(self, place: int) -> None:
        if place < len(self.shown) and not self._is_done:
            self._is_done = True  # a second Enter would send the message twice
            self.post_message(self.Picked(self._cards[place]))

    def allow_pick(self) -> None:
        """Let a card be chosen again, after one was."""
        self._is_done = False

    def on_focus(self) -> None:
        self.allow_pick()
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._point_at(self._place_at(event.x, event.y))

    def on_leave(self) -> None:
        self._point_at(None)

    def _point_at(self, place: int | None) -> None:
        if place != self._hover:
            self._hover = place
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        if (place := self._place_at(event.x, event.y)) is not None:
            self._pick(place)

    def _place_at(self, x: int, y: int) -> int | None:
        """Return the card at a position, if there is one."""
        place = y
        if self._columns == 2:  # two lines and an empty one
            each = (self.content_size.width - _GAP) // 2
            if y % 3 == 2 or each <= x < each + _GAP:
                return None
            place = y // 3 * 2 + (x >= each)
        return place if place < len(self.shown) else None
