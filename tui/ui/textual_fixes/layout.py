"""Private parts of Textual's layout and of its borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.layout import DockArrangeResult


def lay_out_now(screen: Screen[object]) -> None:
    """Compute the positions of all widgets now.

    Textual does it with the next frame, and would paint a scrolled list at the wrong place.
    """
    screen._refresh_layout()


def forget_positions(container: Widget) -> None:
    """Let the next layout arrange the children again; Textual waits until they are idle."""
    container._clear_arrangement_cache()


class FollowingScroll(VerticalScroll):
    """Follows its end as it grows, until the user scrolls away or a widget fills the view.

    Textual's anchor puts little content at the bottom, cannot hold a widget in view, and does not
    say whether the user has scrolled away.
    """

    is_following = False
    """True while the end is followed."""

    def held_widget(self) -> Widget | None:
        """Return the widget whose first line stays in view: there following ends."""
        return None

    def stop_holding(self) -> None:
        """Forget the held widget, since the user has decided what to see."""

    def anchor(self, anchor: bool = True) -> None:
        """Go to the end and follow it."""
        self.is_following = anchor
        if anchor:
            self.scroll_end(animate=False, immediate=True)

    def release_anchor(self) -> None:
        self.scroll_target_y = self.scroll_y
        self.is_following = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self.is_following and new_value >= self.max_scroll_y:
            self.is_following = True
            self.stop_holding()

    def arrange(self, size: Size, optimal: bool = False) -> DockArrangeResult:
        arranged = super().arrange(size, optimal)
        if self.is_following and not optimal:
            self._place(arranged, size.height)
        return arranged

    def _place(self, arranged: DockArrangeResult, height: int) -> None:
        """Scroll within the layout in progress, so that no frame shows another position."""
        y = max(0, arranged.spatial_map.total_region.bottom - height)
        if held := self.held_widget():
            top = next((p.region.y for p in arranged.placements if p.widget is held), y)
            if top < y:
                y = top
                self.is_following = False
        self.set_reactive(Widget.scroll_y, float(y))
        self.set_reactive(Widget.scroll_target_y, float(y))
        self.vertical_scrollbar.set_reactive(ScrollBar.position, y)


def set_border_title(widget: Widget, title: Content | None) -> None:
    """Set the title in a border if it has changed; Textual redraws the widget on each assignment.

    ``Widget.border_title`` returns it as markup, which cannot be compared.
    """
    if title != widget._border_title:
        widget.border_title = title
