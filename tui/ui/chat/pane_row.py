"""Row of panes (sidebar, conversation, timeline): which are shown, and how wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive

from tui.ui.app.messages import SettingChanged
from tui.ui.chat.pane_edge import Pane, PaneEdge

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.ui.timeline.timeline_pane import TimelinePane


ROOM: dict[Pane, int] = {"sidebar": 100, "timeline": 140}
"""Columns from which a pane is shown beside the conversation; below, it is a drawer over it."""
WIDEST: dict[Pane, int] = {"sidebar": 30, "timeline": 46}
"""Columns of a pane; it gets fewer where the conversation would have less than it needs."""
LEAST_CONVERSATION = 72
"""Columns that the conversation keeps wherever the window allows it."""
MOST_CONVERSATION = 117
"""Columns of a conversation with the longest lines; in a wider pane it is in the middle."""
TEXT_COLUMN = 3
"""Column of the conversation at which text begins: air, a bar or glyph, and air are before it."""
_NARROWEST = 24
_SHORT = 28
"""Rows below which nothing may take a row for its looks alone."""

PANE_KEYS = [
    Binding(
        "ctrl+b",
        "toggle_pane('sidebar')",
        "Conversations",
        tooltip="Show or hide the sidebar",
        id="pane.sidebar",
    ),
    Binding(
        "ctrl+t",
        "toggle_pane('timeline')",
        "Timeline",
        tooltip="Show or hide the timeline",
        id="pane.timeline",
    ),
    Binding(
        "alt+w",
        "widen_pane(4)",
        "Widen",
        tooltip="Widen the sidebar, or the timeline while it has the focus",
        show=False,
        priority=True,
        id="pane.widen",
    ),
    Binding(
        "alt+n",
        "widen_pane(-4)",
        "Narrow",
        tooltip="Narrow the sidebar, or the timeline while it has the focus",
        show=False,
        priority=True,
        id="pane.narrow",
    ),
]
"""Keys of the panes; the screen has the actions."""


class Panes:
    """State of the panes: one that fits is shown unless hidden by the user; others are drawers."""

    def __init__(self, wanted: Mapping[Pane, int] | None = None) -> None:
        """``wanted``: columns that the user chose; 0 or missing for the usual."""
        chosen = {pane: columns for pane, columns in (wanted or {}).items() if columns}
        self._wanted = {**WIDEST, **chosen}
        self._width = 0
        self._hidden: set[Pane] = set()
        self._floating: set[Pane] = set()
        self._empty: set[Pane] = set()

    def resize(self, width: int) -> None:
        """Set the width of the window, in columns."""
        fitted = {pane for pane in ROOM if self._has_room(pane)}
        self._width = width
        self._floating -= {pane for pane in ROOM if self._has_room(pane) != (pane in fitted)}

    def set_empty(self, pane: Pane, *, empty: bool) -> None:
        """Say whether a pane has nothing to show: then it is not shown beside the conversation."""
        fitted = self._has_room(pane)
        self._empty = self._empty | {pane} if empty else self._empty - {pane}
        if self._has_room(pane) != fitted:
            self._floating.discard(pane)

    def toggle(self, pane: Pane) -> None:
        """Hide a visible pane, show a hidden one."""
        changed = self._hidden if self._has_room(pane) else self._floating
        changed ^= {pane}
        if pane in self._floating:
            self._floating = {pane}

    def shows(self, pane: Pane) -> bool:
        return pane not in self._hidden if self._has_room(pane) else pane in self._floating

    def floats(self, pane: Pane) -> bool:
        """Return True if a pane is a drawer over the conversation."""
        return pane in self._floating

    def width(self, pane: Pane) -> int:
        """Return the columns of a pane that is shown."""
        return max(_NARROWEST, min(self._wanted[pane], self._room(pane)))

    def _room(self, pane: Pane) -> int:
        """Return the most columns that a pane can have."""
        if self.floats(pane):
            return self._width
        room = self._width - LEAST_CONVERSATION
        if pane == "timeline" and self._is_beside("sidebar"):
            room -= self.width("sidebar")
        if pane == "sidebar" and self._is_beside("timeline"):
            room -= _NARROWEST
        return room

    def set_width(self, pane: Pane, columns: int) -> int:
        """Give a pane this width as far as there is room; return its columns."""
        self._wanted[pane] = max(_NARROWEST, min(columns, self._room(pane)))
        return self._wanted[pane]

    def margins(self) -> tuple[int, int]:
        """Return the columns that stay empty at the left and right of the conversation."""
        beside = sum(map(self.width, filter(self._is_beside, ROOM)))
        spare = max(0, self._width - beside - MOST_CONVERSATION)
        return spare // 2, spare - spare // 2

    def text_column(self) -> int:
        """Return the column at which text of the conversation begins."""
        left = self.width("sidebar") if self._is_beside("sidebar") else 0
        return left + self.margins()[0] + TEXT_COLUMN

    def needless_keys(self) -> frozenset[str]:
        """Return the ids of keys for what is on the screen already, or has nothing to show."""
        panes = {f"pane.{pane}" for pane in ROOM if self.shows(pane) or pane in self._empty}
        return frozenset(panes | {"conversation.new"} if self.shows("sidebar") else panes)

    def edge(self, pane: Pane) -> int:
        """Return the column of the edge beside a pane."""
        wide = self.width(pane)
        return wide if pane == "sidebar" else self._width - wide

    def close_floating(self) -> bool:
        """Close drawers; return True if there were any."""
        was, self._floating = self._floating, set()
        return bool(was)

    def _is_beside(self, pane: Pane) -> bool:
        return self.shows(pane) and not self.floats(pane)

    def _has_room(self, pane: Pane) -> bool:
        return self._width >= ROOM[pane] and pane not in self._empty


class PaneRow(Horizontal):
    """Row of the panes; ``middle`` is shown at every width."""

    text_column = reactive(TEXT_COLUMN)
    """Column of the window at which text of the conversation begins."""
    needless_keys: reactive[frozenset[str]] = reactive(frozenset())
    """Ids of keys for what is on the screen already, or has nothing to show."""

    def __init__(
        self,
        sidebar: Widget,
        middle: Sequence[Widget],
        timeline: TimelinePane,
        wanted: Mapping[Pane, int],
    ) -> None:
        """``wanted``: columns of the panes that the user chose before; 0: the usual."""
        super().__init__(id="panes")
        self.middle = Vertical(*middle, id="middle")
        self._timeline = timeline
        self._beside: dict[Pane, Widget] = {"sidebar": sidebar, "timeline": timeline}
        self._panes = Panes(wanted)
        self._edges: dict[Pane, PaneEdge] = {pane: PaneEdge(pane) for pane in ROOM}

    def compose(self) -> ComposeResult:
        yield self._beside["sidebar"]
        yield self.middle
        yield self._beside["timeline"]
        yield from self._edges.values()

    def on_mount(self) -> None:
        self.watch(self._timeline, "is_empty", self._show_timeline)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _SHORT, "-short")

    def on_click(self, event: events.Click) -> None:
        """Close a drawer on a click beside it."""
        beside = self._beside.values()
        inside = event.widget and any(pane in event.widget.ancestors_with_self for pane in beside)
        if not inside:
            self.close_floating()

    def fit(self, width: int) -> None:
        """Show the panes that fit into a screen of this width."""
        self._panes.resize(width)
        self._arrange()

    def toggle(self, pane: Pane) -> None:
        """Show or hide a pane."""
        self._panes.toggle(pane)
        self._arrange()

    def widen(self, columns: int) -> bool:
        """Widen the pane with the focus, or else the first one shown; False if none is.

        Fewer than 0 columns narrow it.
        """
        shown = [pane for pane in ROOM if self._panes.shows(pane)]
        shown.sort(key=lambda pane: not self._beside[pane].has_focus_within)
        for pane in shown[:1]:
            self._set_width(pane, self._panes.width(pane) + columns, done=True)
        return bool(shown)

    def on_pane_edge_dragged(self, event: PaneEdge.Dragged) -> None:
        event.stop()
        wide = event.column if event.pane == "sidebar" else self.size.width - event.column
        self._set_width(event.pane, wide, done=event.done)

    def _set_width(self, pane: Pane, columns: int, *, done: bool) -> None:
        wide = self._panes.set_width(pane, columns)
        self._arrange()
        if done:
            self.post_message(SettingChanged(f"{pane}_columns", wide))

    @property
    def has_floating(self) -> bool:
        """True while a pane floats over the conversation."""
        return any(self._panes.floats(pane) for pane in ROOM)

    def close_floating(self) -> bool:
        """Close drawers over the conversation. Returns False if there were none."""
        closed = self._panes.close_floating()
        if closed:
            self._arrange()
        return closed

    def _show_timeline(self, is_empty: bool) -> None:
        self._panes.set_empty("timeline", empty=is_empty)
        self._arrange()

    def _arrange(self) -> None:
        veiled = self.has_floating
        self.screen.set_class(veiled, "-veiled")
        self.middle.set_class(veiled, "-veiled")
        for pane in ROOM:
            widget = self._beside[pane]
            widget.display = self._panes.shows(pane)
            widget.set_class(self._panes.floats(pane), "-floating")
            widget.set_class(veiled and not self._panes.floats(pane), "-veiled")
            widget.styles.width = self._panes.width(pane)
            edge = self._edges[pane]
            edge.display = widget.display and not self._panes.floats(pane)
            edge.styles.offset = (self._panes.edge(pane), 0)
        left, right = self._panes.margins()
        self.middle.styles.padding = (0, right, 0, left)
        self.text_column = self._panes.text_column()
        self.needless_keys = self._panes.needless_keys()
