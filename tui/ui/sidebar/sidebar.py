"""Sidebar with the list of conversations and their states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.core.ids import ConversationId
from tui.ui.keys.labels import key_at, key_for
from tui.ui.sidebar.rows import MENU_META, ConversationRow, Heading, rows_of
from tui.ui.textual_fixes.lists import FittedList
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.core.ports import Clock
    from tui.core.records import Conversation
    from tui.ui.chat.active_turns import RowState

_NEAR_END = 20
"""Distance in rows from the end at which more are requested."""

_FILTER_PAUSE_S = 0.05
_MINUTE_S = 60.0
_POINTS_S = 10.0
"""Time for which a pointer that rests in the list still counts as pointing."""
_RIGHT = 3


class ConversationList(FittedList):
    """List of conversations. Text typed while it has the focus filters it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "filter",
            "Filter",
            key_display="/",
            tooltip="Filter the conversations",
            id="sidebar.filter",
        ),
        Binding("f2", "rename", "Rename", tooltip="Rename conversation", id="sidebar.rename"),
        Binding("f4", "pin", "Pin", tooltip="Pin or unpin the conversation", id="sidebar.pin"),
        Binding(
            "alt+t",
            "tags",
            "Tags",
            tooltip="Change the conversation's tags",
            show=False,
            id="sidebar.tags",
        ),
        Binding(
            "alt+r",
            "archive",
            "Archive",
            tooltip="Archive the conversation, or bring it back",
            show=False,
            id="sidebar.archive",
        ),
        Binding("enter", "select", "Open", tooltip="Open the conversation", id="sidebar.open"),
        Binding("escape", "leave", "Back", tooltip="Back to the composer", id="sidebar.leave"),
        Binding(
            "delete", "delete", "Delete", tooltip="Delete the conversation", id="sidebar.delete"
        ),
    ]

    class MenuWanted(Message):
        """The user opened the menu of a conversation, at this position on the screen."""

        def __init__(self, conversation_id: ConversationId, at: Offset) -> None:
            super().__init__()
            self.conversation_id = conversation_id
            self.at = at

    class Typed(Message):
        """The filter has changed."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    words = ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that would do nothing."""
        if action in ("rename", "pin", "tags", "archive", "delete"):
            return self.highlighted is not None
        return super().check_action(action, parameters)

    def on_key(self, event: events.Key) -> None:
        if event.key == "backspace" and self.words:
            words = self.words[:-1]
        elif event.is_printable and event.character and (self.words or event.character != "/"):
            words = self.words + event.character
        else:
            return
        event.stop()
        event.prevent_default()
        self.type(words)

    def on_click(self, event: events.Click) -> None:
        """Open a row's menu on a right click or a click on its mark, else the conversation."""
        place = event.style.meta.get("option")
        if place is None or not (event.button == _RIGHT or event.style.meta.get(MENU_META)):
            return
        event.prevent_default()
        event.stop()
        if name := self.get_option_at_index(place).id:
            self.highlighted = place
            self.post_message(self.MenuWanted(ConversationId(name), event.screen_offset))

    def type(self, words: str) -> None:
        """Filter by these words."""
        self.words = words
        self.post_message(self.Typed(words))

    def action_filter(self) -> None:
        self.type("")

    async def action_leave(self) -> None:
        if self.words:
            self.type("")
        else:
            await self.run_action("screen.focus_composer")

    async def action_rename(self) -> None:
        await self.run_action("screen.rename")

    async def action_pin(self) -> None:
        await self.run_action("screen.pin")

    async def action_tags(self) -> None:
        await self.run_action("screen.tags")

    async def action_archive(self) -> None:
        await self.run_action("screen.archive")

    async def action_delete(self) -> None:
        await self.run_action("screen.delete")


class Sidebar(Vertical):
    """Conversations, newest first; the cursor stays on its conversation.

    Nothing moves under the cursor or the pointer: while either is in it, activity does not change
    the order.
    """

    class Opened(Message):
        """The user wants to open a conversation."""

        def __init__(self, conversation_id: ConversationId) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    class NewWanted(Message):
        """The user wants to start a conversation."""

    class MoreWanted(Message):
        """The end of the list is near; ``everything`` if the user filters it."""

        def __init__(self, *, everything: bool) -> None:
            super().__init__()
            self.everything = everything

    def __init__(self, clock: Clock, state: Callable[[ConversationId], RowState]) -> None:
        super().__init__()
        self._clock = clock
        self._state = state
        self._conversations: Sequence[Conversation] = ()
        """In the order in which they are listed."""
        self._newest_first: Sequence[Conversation] = ()
        self._rows: list[Heading | ConversationRow] = []
        self._width = 0
        self._current: ConversationId | None = None
        self._archived = False
        self._asked_at = -1
        self._filtering: Timer | None = None
        self._pointed_s = float("-inf")
        """Time at which the pointer last moved in it."""

    def compose(self) -> ComposeResult:
        yield Static(id="new-conversation")
        yield Static(id="filter")
        yield ConversationList(id="conversations", compact=True)

    def on_mount(self) -> None:
        self.watch(self.list, "scroll_y", self._ask_near_end, init=False)
        self.set_interval(_MINUTE_S, self.redraw)

    @property
    def list(self) -> ConversationList:
        """List widget, which receives the focus."""
        return self.query_one(ConversationList)

    @property
    def found(self) -> Sequence[ConversationRow]:
        """Listed conversations, without headings."""
        return [row for row in self._rows if isinstance(row, ConversationRow)]

    @property
    def highlighted(self) -> ConversationId | None:
        """Conversation under the cursor."""
        option = self.list.highlighted_option
        return ConversationId(option.id) if option and option.id else None

    def show(
        self,
        conversations: Sequence[Conversation],
        current: ConversationId | None,
        *,
        archived: bool = False,
    ) -> None:
        """Show these conversations; ``current`` is the one on screen.

        ``archived``: they are those that were put away.
        """
        moved = current != self._current
        is_same_list = archived == self._archived
        self._archived = archived
        self._newest_first, self._current = conversations, current
        if is_same_list and self._is_used:
            conversations = self._in_listed_order(conversations)
        self._conversations = conversations
        self._asked_at = -1
        self.redraw()
        if moved:
            self._highlight(current)

    def _in_listed_order(self, conversations: Sequence[Conversation]) -> Sequence[Conversation]:
        """Return conversations with the times by which they are listed, and in that order."""
        listed = {item.id: item.updated_ms for item in self._conversations}
        times = ((item, listed.get(item.id) or item.updated_ms) for item in conversations)
        held = [
            item if item.updated_ms == at_ms else replace(item, updated_ms=at_ms)
            for item, at_ms in times
        ]
        return sorted(held, key=lambda item: item.order)

    @property
    def _is_used(self) -> bool:
        """True while the user is in the list, with the keys or with a pointer that moved lately."""
        rests = self._clock.monotonic_s() - self._pointed_s > _POINTS_S
        return self.list.has_focus or (self.is_mouse_over and not rests)

    def on_mouse_move(self) -> None:
        self._pointed_s = self._clock.monotonic_s()

    @on(events.Leave)
    @on(events.DescendantBlur)
    def _sort(self) -> None:
        """List by newest activity again, once nobody points into the list."""
        if not self._is_used and self._conversations is not self._newest_first:
            self._conversations = self._newest_first
            self.redraw()

    def redraw(self) -> None:
        """Update ages and states; rows that have not changed are not redrawn."""
        width = self.list.scrollable_content_region.width
        rows = rows_of(
            self._conversations,
            self._state,
            self._clock.now_ms(),
            self.list.words,
            self._current,
            archived=self._archived,
            back=key_at(self.screen, "conversation.list_archived") if self._archived else "",
        )
        if width and (rows != self._rows or width != self._width):
            before, self._rows = self._rows, rows
            same = width == self._width and [_name(r) for r in before] == [_name(r) for r in rows]
            self._width = width
            self._replace_changed(before) if same else self._refill()

    def _replace_changed(self, before: Sequence[Heading | ConversationRow]) -> None:
        for place, (old, new) in enumerate(zip(before, self._rows, strict=True)):
            if old != new and isinstance(new, ConversationRow):
                self.list.replace_option_prompt_at_index(place, self._drawn(new))

    def _refill(self) -> None:
        highlighted, offset = self.highlighted, self.list.scroll_offset.y
        place = self.list.highlighted or 0
        with self.app.batch_update(), self.prevent(OptionList.OptionHighlighted):
            self.list.set_options(self._option(n, row) for n, row in enumerate(self._rows))
            self._highlight(highlighted or self._current)
            if self.list.highlighted is None and self.list.has_focus:
                self._highlight_near(place)
            self.list.scroll_to(y=offset, animate=False)

    def _option(self, place: int, row: Heading | ConversationRow) -> Option:
        if isinstance(row, Heading):
            # An empty line of its own above each group but the first.
            return Option(Content("\n" if place else "") + row.drawn(self._width), disabled=True)
        return Option(self._drawn(row), id=row.id)

    def _drawn(self, row: ConversationRow) -> Content:
        few = self.app.native_ansi_color or self.app.no_color
        return row.drawn(self._width, shaded=not few)

    def _highlight(self, conversation_id: ConversationId | None) -> None:
        places = {_name(row): place for place, row in enumerate(self._rows)}
        self.list.highlighted = places.get(conversation_id) if conversation_id else None

    def _highlight_near(self, place: int) -> None:
        """Highlight the conversation nearest to a row whose own is gone, such as one put away."""
        rows = enumerate(self._rows)
        places = [number for number, row in rows if isinstance(row, ConversationRow)]
        self.list.highlighted = min(places, key=lambda at: abs(at - place), default=None)

    def _label(self, words: str) -> Content:
        if not words:
            return Content.assemble(("/ ", "$accent"), "Search")
        return Content.assemble(("/ ", "$accent"), line(words), ("▏", "$accent"))

    def _draw_head(self) -> None:
        width = self.query_one("#new-conversation").content_size.width
        rows = (
            ("#new-conversation", Content.assemble(("+ ", "$accent"), "New"), "conversation.new"),
            ("#filter", self._label(self.list.words), "search.open"),
        )
        for name, label, command in rows:
            key = Content.styled(key_for(self.app, command), "$muted")
            self.query_one(name, Static).update(spread(label, key, width), layout=False)

    @on(FittedList.WidthChanged)
    def _fit(self) -> None:
        self._draw_head()
        self.redraw()

    @on(events.Click, "#new-conversation")
    def _begin(self) -> None:
        self.post_message(self.NewWanted())

    @on(events.Click, "#filter")
    async def _search(self) -> None:
        if self.list.words:
            self.list.focus()
        else:
            await self.run_action("screen.search")

    @on(ConversationList.Typed)
    def _filter(self, event: ConversationList.Typed) -> None:
        event.stop()
        self._draw_head()
        if event.words:
            self.post_message(self.MoreWanted(everything=True))
        if self._filtering:
            self._filtering.stop()
        self._filtering = self.set_timer(_FILTER_PAUSE_S, self._show_found)

    def _show_found(self) -> None:
        self.redraw()
        if self.list.words and self.found:
            self.list.highlighted = 0

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self.post_message(self.Opened(ConversationId(event.option_id)))

    @on(OptionList.OptionHighlighted)
    def _follow_cursor(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._ask_near_end()

    def _ask_near_end(self) -> None:
        """Request more when the view or the cursor is near the end; once for each length."""
        count = len(self._rows)
        seen = max(self.list.scroll_offset.y + self.list.size.height, self.list.highlighted or 0)
        if seen >= count - _NEAR_END and count != self._asked_at and not self.list.words:
            self._asked_at = count
            self.post_message(self.MoreWanted(everything=False))


def _name(row: Heading | ConversationRow) -> str:
    return row.text if isinstance(row, Heading) else row.id
